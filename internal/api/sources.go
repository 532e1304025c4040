package api

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"ronron/internal/errs"
	"ronron/internal/source"
)

// SourceReply says whether the daemon has a source's content.
type SourceReply struct {
	Present bool `json:"present"`
}

// HasSource asks whether the daemon has the content with that sum.
func (c *Client) HasSource(ctx context.Context, sum string) (bool, error) {
	var r SourceReply
	err := c.call(ctx, http.MethodGet, sourcePath(sum), nil, &r)
	return r.Present, err
}

// BringSource sends a source's archive, which the daemon keeps where its
// content has the source's sum.
func (c *Client) BringSource(ctx context.Context, src source.Source, archive io.Reader, size int64) error {
	q := url.Values{"strip": {strconv.Itoa(src.Strip)}, "url": {src.URL}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, base+sourcePath(src.Sum)+"?"+q.Encode(), archive)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "The archive of %s cannot be sent.", src.URL)
	}
	req.ContentLength = size
	resp, err := c.http.Do(req)
	if err != nil {
		return gone(ctx, err)
	}
	defer drain(resp.Body)
	if resp.StatusCode/100 != 2 {
		return refusal(resp)
	}
	return nil
}

func sourcePath(sum string) string { return "/v1/sources/" + url.PathEscape(sum) }

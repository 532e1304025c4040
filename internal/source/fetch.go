package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// Source is an archive by address and sum.
type Source struct {
	URL   string
	Sum   string
	Strip int // folders to leave out at the beginning of each path
}

// FileName is how a fetched archive is called: its sum, and for people the end
// of its address.
func (s Source) FileName() string {
	name := "archive"
	if u, err := url.Parse(s.URL); err == nil {
		if base := path.Base(u.Path); base != "." && base != "/" {
			name = base
		}
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r) {
			return r
		}
		return '_'
	}, name)
	return strings.TrimPrefix(s.Sum, SumPrefix)[:min(16, len(s.Sum)-len(SumPrefix))] + "-" + name[max(0, len(name)-80):]
}

// Download fetches the archive into the shelf's folder and returns its path. A
// download that breaks goes on from where it was, where the server lets it.
func (s Shelf) Download(ctx context.Context, src Source, progress func(text.Text)) (string, error) {
	f, err := os.CreateTemp(s.Dir, "download-*")
	if err != nil {
		return "", fmt.Errorf("make file for a download: %w", err)
	}
	defer f.Close()
	retries, wait := s.Retries, s.Wait
	if retries == 0 {
		retries = 3
	}
	if wait == 0 {
		wait = time.Second
	}
	d := &download{shelf: s, src: src, to: f}
	progress(text.Say("downloading %s", src.URL))
	for try := 0; ; try++ {
		err = d.goOn(ctx)
		if err == nil {
			return f.Name(), nil
		}
		var final *errs.Error
		if errors.As(err, &final) || try == retries || ctx.Err() != nil {
			os.Remove(f.Name())
			return "", d.fault(ctx, err)
		}
		progress(text.Say("the download broke off after %d bytes; going on", d.got))
		select {
		case <-ctx.Done():
		case <-time.After(wait << try):
		}
	}
}

// download is one archive on its way.
type download struct {
	shelf Shelf
	src   Source
	to    *os.File
	got   int64
	mark  string // of the server's file: the rest must be of the same
	whole int64  // bytes in all; 0 is not known
}

func (d *download) fault(ctx context.Context, err error) error {
	var final *errs.Error
	if errors.As(err, &final) {
		return err
	}
	if ctx.Err() != nil {
		return errs.Wrap(context.Cause(ctx), errs.Interrupted, "The download of %s was stopped after %d bytes.", d.src.URL, d.got)
	}
	var of text.Text
	if d.whole > 0 {
		of = text.Say(" of %d", d.whole)
	}
	return errs.Wrap(err, errs.Unavailable, "%s cannot be downloaded: it broke off after %d%s bytes (%s).", d.src.URL, d.got, of, reason(err)).
		WithHint("Look whether this machine reaches the address, then run the command again. Where there is no network, gather what is needed on a machine that has: ronron fetch, and then here: ronron up --from FOLDER")
}

// reason is the end of a chain of errors, which is what people can act on.
func reason(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func (d *download) goOn(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.src.URL, nil)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "%q is not an address.", d.src.URL)
	}
	req.Header.Set("User-Agent", "ronron")
	req.Header.Set("Accept-Encoding", "identity")
	if d.got > 0 && d.mark != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.got))
		req.Header.Set("If-Range", d.mark)
	}
	resp, err := d.client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusPartialContent && d.got > 0:
	case resp.StatusCode == http.StatusOK:
		if err := d.again(); err != nil {
			return err
		}
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return text.Errorf("the server answered %s", resp.Status)
	default:
		return errs.New(errs.Failed, "%s cannot be downloaded: the server answered %s.", d.src.URL, resp.Status).
			WithHint("Look whether the address is right; old releases are sometimes moved.")
	}
	d.mark = resp.Header.Get("ETag")
	if strings.HasPrefix(d.mark, "W/") {
		d.mark = "" // "about the same" is not enough to join two parts
	}
	if resp.ContentLength > 0 {
		d.whole = d.got + resp.ContentLength
	}
	return d.copy(cancel, resp.Body)
}

// again forgets what came so far, where the server starts from the beginning.
func (d *download) again() error {
	d.got = 0
	if err := d.to.Truncate(0); err != nil {
		return err
	}
	_, err := d.to.Seek(0, io.SeekStart)
	return err
}

// stall is how long a download may bring nothing.
const stall = time.Minute

var errStalled = text.Errorf("nothing came for a minute")

func (d *download) copy(cancel context.CancelCauseFunc, body io.Reader) error {
	timer := time.AfterFunc(stall, func() { cancel(errStalled) })
	defer timer.Stop()
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		timer.Reset(stall)
		if d.got+int64(n) > d.shelf.bounds().Archive {
			return refuse("it is larger than %d MB.", d.shelf.bounds().Archive>>20)
		}
		if _, werr := d.to.Write(buf[:n]); werr != nil {
			return errs.Wrap(werr, errs.Failed, "The download cannot be written.").WithHint("Look whether the disk is full.")
		}
		d.got += int64(n)
		switch {
		case errors.Is(err, io.EOF) && d.whole > 0 && d.got < d.whole:
			return io.ErrUnexpectedEOF
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

func (d *download) client() *http.Client {
	if d.shelf.Client != nil {
		return d.shelf.Client
	}
	return public
}

// public reaches public addresses only: a recipe from a stranger must not make
// the daemon knock at doors inside the machine's own network.
var public = &http.Client{
	Transport: &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, Control: publicOnly}).DialContext,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 60 * time.Second,
	},
	CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if req.URL.Scheme != "https" || len(via) > 5 {
			return errs.New(errs.Failed, "%s leads on to %s, which is refused.", via[0].URL, req.URL.Redacted()).
				WithHint("Sources are fetched by https only, and after at most five redirections.")
		}
		return nil
	},
}

func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return errs.New(errs.Failed, "%s is an address inside a network of its own, and sources come from public ones.", ip).
			WithHint("Give Ronron the archive itself: ronron fetch --have ARCHIVE, then ronron up --from FOLDER")
	}
	return nil
}

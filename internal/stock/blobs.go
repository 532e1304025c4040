package stock

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"ronron/internal/atomicfile"
	"ronron/internal/errs"
	"ronron/internal/text"
)

// blobsFolder holds the parts of images, each once, named by its SHA-256.
const blobsFolder = "blobs"

var sumRule = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func (s Stock) blob(sum string) string {
	return filepath.Join(s.Dir, blobsFolder, sum[len("sha256:"):])
}

// errGone and errOther are what can be wrong with a part.
var (
	errGone  = text.Errorf("a part of it is missing")
	errOther = text.Errorf("a part of it has another content")
)

// check reads a part through and says whether it is what its name says.
func (s Stock) check(sum string) error {
	if !sumRule.MatchString(sum) {
		return text.Errorf("%q is no sum", sum)
	}
	f, err := os.Open(s.blob(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return errGone
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got, _, err := sumOf(f)
	if err == nil && got != sum {
		err = errOther
	}
	return err
}

// small returns a part that is known to be small, after checking it.
func (s Stock) small(sum string) ([]byte, error) {
	if !sumRule.MatchString(sum) {
		return nil, text.Errorf("%q is no sum", sum)
	}
	f, err := os.Open(s.blob(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err == nil && sumBytes(content) != sum {
		err = errOther
	}
	return content, err
}

// maxSmall bounds configurations and manifests.
const maxSmall = 8 << 20

func (s Stock) keepSmall(content []byte) (sum string, err error) {
	sum = sumBytes(content)
	if err := os.MkdirAll(s.path(blobsFolder), 0o755); err != nil {
		return "", full(err, s.path(blobsFolder))
	}
	if err := atomicfile.Write(s.blob(sum), content, 0o644); err != nil {
		return "", full(err, s.blob(sum))
	}
	return sum, nil
}

func sumBytes(content []byte) string {
	sum, _, err := sumOf(bytes.NewReader(content))
	if err != nil {
		panic("stock: memory could not be read: " + err.Error()) // it always can
	}
	return sum
}

func sumOf(r io.Reader) (sum string, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(h, r)
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), size, err
}

// damaged is the error of something in the stock that cannot be used.
func (s Stock) damaged(err error, what text.Text) error {
	return errs.Wrap(err, errs.Failed, "%s in %s is not whole.", what, s.Dir).
		WithHint("Copy the folder once more. Where that changes nothing, mend it on a machine with a network: ronron fetch --to %s", s.Dir)
}

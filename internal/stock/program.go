package stock

import (
	"io"
	"os"
	"runtime"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// programFile is a copy of the ronron that gathered: both sides use one version.
const programFile = "ronron"

// Bring puts a copy of the binary at path into the stock, unless it is there.
func (s Stock) Bring(path, version string) error {
	from, err := os.Open(path)
	if err != nil {
		return errs.Wrap(err, errs.Failed, "Ronron's own binary cannot be read.")
	}
	defer from.Close()
	sum, size, err := sumOf(from)
	if err != nil {
		return errs.Wrap(err, errs.Failed, "Ronron's own binary cannot be read.")
	}
	index, err := s.begin()
	if err != nil {
		return err
	}
	wanted := Program{Version: version, Platform: runtime.GOOS + "/" + runtime.GOARCH, SHA256: sum, Size: size}
	if index.Program != nil && *index.Program == wanted && s.CheckProgram(index) == nil {
		return nil
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return errs.Wrap(err, errs.Failed, "Ronron's own binary cannot be read.")
	}
	to, err := os.CreateTemp(s.Dir, ".ronron-*")
	if err != nil {
		return full(err, s.Dir)
	}
	defer os.Remove(to.Name())
	defer to.Close()
	if _, err = io.Copy(to, from); err == nil {
		err = to.Chmod(0o755)
	}
	if err == nil {
		err = to.Sync()
	}
	if err == nil {
		err = os.Rename(to.Name(), s.path(programFile))
	}
	if err != nil {
		return full(err, s.path(programFile))
	}
	index.Program, index.Ronron = &wanted, version
	return s.write(index)
}

// CheckProgram says whether the copy of ronron is whole.
func (s Stock) CheckProgram(i Index) error {
	if i.Program == nil {
		return nil
	}
	f, err := os.Open(s.path(programFile))
	if err != nil {
		return s.damaged(errGone, text.Of("The copy of ronron"))
	}
	defer f.Close()
	if sum, _, err := sumOf(f); err != nil || sum != i.Program.SHA256 {
		return s.damaged(errOther, text.Of("The copy of ronron"))
	}
	return nil
}

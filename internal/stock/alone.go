package stock

import (
	"os"
	"path/filepath"
	"syscall"

	"ronron/internal/errs"
)

// Open makes the folder where there is none, keeps others from filling it at the
// same time, and clears away what a run that was killed left half written.
func (s Stock) Open() (done func(), err error) {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return nil, full(err, s.Dir)
	}
	file, err := os.OpenFile(s.path(".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, full(err, s.Dir)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, errs.Wrap(err, errs.Locked, "Somebody is filling %s already.", s.Dir).WithHint("Wait until that has ended, then run this again.")
	}
	for _, pattern := range []string{".ronron-*", blobsFolder + "/.incoming-*", sourcesFolder + "/copy-*", sourcesFolder + "/download-*"} {
		left, _ := filepath.Glob(s.path(pattern)) // the pattern is ours
		for _, path := range left {
			os.RemoveAll(path)
		}
	}
	return func() { file.Close() }, nil
}

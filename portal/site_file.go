package portal

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"os"
	"sync"
	"time"

	"ronron/charter"
	"ronron/internal/logkey"
	"ronron/internal/text"
)

// snapshot is a site with everything that is made from it once.
type snapshot struct {
	Site
	charterJSON []byte
	charterPage map[text.Lang]template.HTML
	proven      int // criteria
	declared    int
	missing     int
}

// siteFile is the daemon's site.json, read again when it changes. A damaged
// file leaves the last good one in place.
type siteFile struct {
	path string
	log  *slog.Logger
	now  func() time.Time

	mu      sync.Mutex
	checked time.Time
	seen    os.FileInfo // of the content that was looked at last, good or damaged
	last    *snapshot   // nil: none was readable yet
}

// lookEvery bounds how often the file's mark is looked at.
const lookEvery = time.Second

// current returns the last good site, or nil.
func (f *siteFile) current() *snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if !f.checked.IsZero() && now.Sub(f.checked) < lookEvery {
		return f.last
	}
	f.checked = now
	info, err := os.Stat(f.path)
	if err != nil {
		f.complain(nil, err)
		return f.last
	}
	if f.seen != nil && sameContent(f.seen, info) {
		return f.last
	}
	made, err := readSite(f.path)
	if err != nil {
		f.complain(info, err)
		return f.last
	}
	f.seen, f.last = info, made
	f.log.Info("Site read", logkey.Path, f.path, logkey.Count, len(made.Services))
	return made
}

// sameContent tells by the file's mark whether it was written since.
func sameContent(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// complain logs a missing or damaged file once. A file that was never there is
// no fault: the daemon has not written it yet, and /health says so.
func (f *siteFile) complain(info os.FileInfo, err error) {
	if info != nil || f.seen != nil {
		f.log.Warn("Site unreadable, the last good one stays", logkey.Path, f.path, logkey.Error, err)
	}
	f.seen = info
}

func readSite(path string) (*snapshot, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s Site
	if err := json.Unmarshal(content, &s); err != nil {
		return nil, fmt.Errorf("parse site: %w", err)
	}
	if s.Version != SiteVersion {
		return nil, fmt.Errorf("site has version %d, this program reads %d", s.Version, SiteVersion)
	}
	if s.Facts.Name == "" {
		return nil, errors.New("site has no name")
	}
	if _, ok := text.Parse(string(s.Language)); !ok {
		s.Language = text.Langs[0]
	}
	return prepare(s)
}

func prepare(s Site) (*snapshot, error) {
	c := charter.Evaluate(s.Facts)
	made := &snapshot{
		Site: s, charterPage: map[text.Lang]template.HTML{},
		proven:   c.Count(charter.Proven) + c.Count(charter.Observed),
		declared: c.Count(charter.Declared) + c.Count(charter.Excepted),
		missing:  c.Count(charter.Missing) + c.Count(charter.Stale),
	}
	var err error
	if made.charterJSON, err = charter.JSON(c); err != nil {
		return nil, err
	}
	for _, lang := range text.Langs {
		if made.charterPage[lang], err = charter.HTML(c, lang); err != nil {
			return nil, err
		}
	}
	return made, nil
}

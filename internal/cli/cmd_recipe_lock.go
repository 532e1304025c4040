package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
)

// registries tell what tags mean at this moment. internal/registry has the real ones.
type registries interface {
	Digest(ctx context.Context, reference string) (string, error)
	// Manifest returns the manifest with that digest of the image "name:tag".
	Manifest(ctx context.Context, reference, digest string) ([]byte, error)
}

func (a *App) recipeLockCommand() *cli.Command {
	return &cli.Command{
		Name: "lock", Usage: "note which content the tags of images name",
		Description: `Asks the registries which content the tags of the services' images name now, notes
it in chaton.lock beside the file and says what moved. From then on exactly that
content runs, wherever and whenever. Keep chaton.lock with chaton.hcl. The first
ronron up notes what is missing by itself; it never changes what is noted.`,
		Flags:  []cli.Flag{fileFlag, jsonFlag},
		Action: func(c *cli.Context) error { return a.compareLock(c, true) },
	}
}

func (a *App) recipeOutdatedCommand() *cli.Command {
	return &cli.Command{
		Name: "outdated", Usage: "say which images have moved since they were noted",
		Description: `Compares chaton.lock with what the registries say now, and changes nothing.`,
		Flags:       []cli.Flag{fileFlag, jsonFlag},
		Action:      func(c *cli.Context) error { return a.compareLock(c, false) },
	}
}

// lockChange is one image in the lock file, and what became of its tag.
type lockChange struct {
	Image string `json:"image"`
	State string `json:"state"` // "new", "moved", "same", "unused"
	Was   string `json:"was,omitempty"`
	Now   string `json:"now,omitempty"`
}

func (a *App) compareLock(c *cli.Context, write bool) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	path, _ := fileOf(c)
	wanted, _, err := a.load(path)
	if err != nil {
		return err
	}
	noted := digests(wanted.Lock)
	lock, changes := map[string]string{}, []lockChange{}
	all, err := a.tags(wanted)
	if err != nil {
		return err
	}
	for _, tag := range all {
		now, err := a.registry.Digest(c.Context, tag)
		if err != nil {
			return err // what is noted stays: half a lock would be neither the old nor the new
		}
		lock[tag] = now
		change := lockChange{Image: tag, State: "same", Was: noted[tag], Now: now}
		switch noted[tag] {
		case now:
		case "":
			change.State = "new"
		default:
			change.State = "moved"
		}
		changes = append(changes, change)
	}
	for _, tag := range slices.Sorted(maps.Keys(noted)) {
		if lock[tag] == "" {
			changes = append(changes, lockChange{Image: tag, State: "unused", Was: noted[tag]})
		}
	}
	if write && !maps.Equal(lock, noted) {
		if err := writeLock(lockBeside(path), lock); err != nil {
			return err
		}
	}
	return a.recipeView(c).Lock(changes, write)
}

// lockMissing notes the images of the file that have no digest yet.
func (a *App) lockMissing(ctx context.Context, w api.Wanted) (api.Wanted, error) {
	w, missing, err := a.withMissing(ctx, w)
	if err != nil || len(missing) == 0 {
		return w, err
	}
	lock := digests(w.Lock)
	for _, tag := range missing {
		a.note("Noting %s in %s: %s", tag, lockBeside(w.File), lock[tag])
	}
	return w, writeLock(lockBeside(w.File), lock)
}

// withMissing is w with what registries say now of the images that have no
// digest yet, and which those are; nothing is noted.
func (a *App) withMissing(ctx context.Context, w api.Wanted) (_ api.Wanted, missing []string, err error) {
	lock := digests(w.Lock)
	all, err := a.tags(w)
	if err != nil {
		return w, nil, err
	}
	for _, tag := range all {
		if lock[tag] != "" {
			continue
		}
		if lock[tag], err = a.registry.Digest(ctx, tag); err != nil {
			return w, nil, err
		}
		missing = append(missing, tag)
	}
	if len(missing) > 0 {
		w.Lock = pinned(lock)
	}
	return w, missing, nil
}

// tags are the images that the services of the file name without a digest, to run
// them or to build from them; what a tag is computed from, such as a setting, is
// known with the file.
func (a *App) tags(w api.Wanted) ([]string, error) {
	w.Lock = nil // with it, what is noted would have a digest
	all, err := a.resolve(w)
	seen := map[string]bool{}
	for _, r := range all {
		for _, tag := range r.Unlocked {
			seen[tag] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), err
}

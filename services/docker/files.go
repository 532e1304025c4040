package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"ronron/internal/errs"
	"ronron/services"
)

// checkFiles refuses files that would not be seen at their path.
func checkFiles(u services.Unit) error {
	for _, f := range u.Files {
		for _, t := range u.Tmpfs {
			if within(f.Path, t) {
				return errs.New(errs.Invalid, "The file %s of unit %s lies in %s, which is kept in memory and empty at each start.", f.Path, u.Name, t)
			}
		}
		for _, m := range u.Mounts {
			if within(f.Path, m.Path) && m.ReadOnly {
				return errs.New(errs.Invalid, "The file %s of unit %s lies in a volume that is mounted read-only.", f.Path, u.Name)
			}
		}
		if u.ReadOnly && path.Dir(f.Path) == "/" {
			return errs.New(errs.Invalid, "The file %s of unit %s lies directly in the root folder, which is read-only. Put it into a folder.", f.Path, u.Name)
		}
	}
	return nil
}

// within says whether p is dir or lies below it.
func within(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// fileMounts returns the directories that need a small volume of their own to
// take files: Docker copies nothing into a read-only root. Only the topmost
// are returned, and none that a volume covers already.
func fileMounts(u services.Unit) []string {
	if !u.ReadOnly {
		return nil
	}
	var dirs []string
	for _, f := range u.Files {
		if !slices.ContainsFunc(u.Mounts, func(m services.Mount) bool { return within(f.Path, m.Path) }) {
			dirs = append(dirs, path.Dir(f.Path))
		}
	}
	slices.Sort(dirs) // a parent sorts before what is below it
	var top []string
	for _, d := range dirs {
		if !slices.ContainsFunc(top, func(t string) bool { return within(d, t) }) {
			top = append(top, d)
		}
	}
	return top
}

// copyFiles copies the unit's files into its created container, in one archive
// for each place they go to.
func (e *Engine) copyFiles(ctx context.Context, id string, u services.Unit, mounts []string) error {
	batches := map[string][]services.File{}
	for _, f := range u.Files {
		root := "/"
		if u.ReadOnly {
			root = mountOf(f.Path, u, mounts)
		}
		batches[root] = append(batches[root], f)
	}
	for root, files := range batches {
		dirs, err := e.missingDirs(ctx, id, root, files)
		if err != nil {
			return err
		}
		archive := fileArchive(root, dirs, files, time.Now())
		err = e.api.CopyToContainer(ctx, id, root, bytes.NewReader(archive), container.CopyToContainerOptions{})
		if err != nil {
			return fault(err, "The files of unit %s cannot be copied into its container", u.Name)
		}
	}
	return nil
}

// mountOf returns the deepest volume that the file lies in.
func mountOf(file string, u services.Unit, mounts []string) string {
	root := "/"
	for _, m := range u.Mounts {
		mounts = append(slices.Clip(mounts), m.Path)
	}
	for _, m := range mounts {
		if within(file, m) && len(m) > len(root) {
			root = m
		}
	}
	return root
}

// missingDirs returns the parents of the files, below root, that the container
// does not have. Only these may stand in the archive: a directory in it would
// change owner and mode of one that exists.
func (e *Engine) missingDirs(ctx context.Context, id, root string, files []services.File) ([]string, error) {
	known := map[string]bool{}
	var missing []string
	for _, f := range files {
		for _, dir := range parents(f.Path, root) {
			if known[dir] {
				continue
			}
			known[dir] = true
			_, err := e.api.ContainerStatPath(ctx, id, dir)
			if cerrdefs.IsNotFound(err) {
				missing = append(missing, dir)
			} else if err != nil {
				return nil, fault(err, "The folder %s of a container cannot be looked at", dir)
			}
		}
	}
	return missing, nil
}

// parents returns the directories between root and the file, the topmost first.
func parents(file, root string) []string {
	var dirs []string
	for d := path.Dir(file); d != root && d != "/"; d = path.Dir(d) {
		dirs = append(dirs, d)
	}
	slices.Reverse(dirs)
	return dirs
}

// fileArchive packs directories (root's, 0755) and files with paths relative to root.
func fileArchive(root string, dirs []string, files []services.File, now time.Time) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	relative := func(p string) string { return strings.TrimPrefix(strings.TrimPrefix(p, root), "/") }
	for _, d := range dirs {
		packed(w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: relative(d) + "/", Mode: 0o755, ModTime: now}))
	}
	for _, f := range files {
		packed(w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: relative(f.Path), Mode: int64(f.Mode), Uid: f.UID, Gid: f.GID,
			Size: int64(len(f.Content)), ModTime: now,
		}))
		_, err := w.Write(f.Content)
		packed(err)
	}
	packed(w.Close())
	return buf.Bytes()
}

// packed stops at what cannot happen: writing an archive to memory with sizes
// that are right by construction.
func packed(err error) {
	if err != nil {
		panic(errors.Join(errors.New("docker: an archive could not be packed"), err))
	}
}

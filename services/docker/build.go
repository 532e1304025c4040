package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/build"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// shownBuildLines is how much of a failed build's output the error repeats.
const shownBuildLines = 20

// build runs the classic builder, which every engine of 20.10 to 29 has
// without a plugin. The tag is a hash of the content, so it needs no check
// beyond our label.
func (e *Engine) build(ctx context.Context, b *services.Build, progress func(text.Text)) (string, error) {
	tag := b.Tag()
	args := map[string]*string{}
	for k, v := range b.Args {
		args[k] = &v
	}
	b, err := e.withBases(ctx, b, progress)
	if err != nil {
		return "", err
	}
	files := contextOf(b)
	defer files.Close()
	started, err := e.api.ImageBuild(ctx, files, build.ImageBuildOptions{
		Version: build.BuilderV1, Tags: []string{tag}, BuildArgs: args,
		Remove: true, ForceRemove: true,
		Labels: map[string]string{labelBuild: tag},
	})
	if err != nil {
		return "", fault(err, "The image %s cannot be built", b.Name)
	}
	defer started.Body.Close()
	var last []string
	_, err = readStream(started.Body, func(line string) {
		last = append(last, line)
		last = last[max(0, len(last)-shownBuildLines):]
		progress(text.Text{EN: line})
	})
	if err != nil {
		return "", buildFault(ctx, err, b.Name, last)
	}
	found, err := e.inspectImage(ctx, tag)
	return found.ID, err
}

// withBases makes the images present that the Dockerfile names by digest, and names
// them as they lie here: the builder looks for a digest at registries alone.
func (e *Engine) withBases(ctx context.Context, b *services.Build, progress func(text.Text)) (*services.Build, error) {
	names := map[string]string{}
	for _, base := range services.Bases(b.Files["Dockerfile"]) {
		reference := base.Image
		name, pinned := broughtName(reference)
		if !pinned {
			continue
		}
		id, err := e.EnsureImage(ctx, services.Image{Reference: reference}, progress)
		if err == nil {
			err = e.Bring(ctx, id, reference)
		}
		if err != nil {
			return nil, err
		}
		names[reference] = name
	}
	if len(names) == 0 {
		return b, nil
	}
	here := *b
	here.Files = maps.Clone(b.Files)
	here.Files["Dockerfile"] = services.Rebase(b.Files["Dockerfile"], names)
	return &here, nil
}

// buildFault says why a build failed. Its last lines are what explains it: the
// builder itself only says that a command returned a code.
func buildFault(ctx context.Context, err error, name string, last []string) error {
	if ctx.Err() != nil {
		return fault(ctx.Err(), "The image %s was not built", name)
	}
	hint := errs.Advice(fault(err, "The image %s cannot be built", name))
	if hint.IsZero() {
		hint = text.Of("The lines above come from the build. A step that fetches something needs the network and the servers it names.")
	}
	return errs.New(errs.Failed, "The image %s cannot be built: %s. The last lines of its build:\n%s", name, reasonOf(err), strings.Join(last, "\n")).
		Advising(hint)
}

// buildContext packs the files in a fixed order with fixed times and owners:
// the same files are the same archive.
func buildContext(files map[string][]byte) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	packed(packFiles(w, files))
	packed(w.Close())
	return buf.Bytes()
}

func packFiles(w *tar.Writer, files map[string][]byte) error {
	for _, path := range slices.Sorted(maps.Keys(files)) {
		mode := int64(0o644)
		if strings.HasSuffix(path, ".sh") || bytes.HasPrefix(files[path], []byte("#!")) {
			mode = 0o755
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: path, Mode: mode, Size: int64(len(files[path])), ModTime: time.Unix(0, 0)}); err != nil {
			return err
		}
		if _, err := w.Write(files[path]); err != nil {
			return err
		}
	}
	return nil
}

package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
)

const defaultFile = "chaton.hcl"

var (
	fileFlag   = &cli.StringFlag{Name: "file", Usage: "the chaton's `FILE` (default: chaton.hcl in this folder)"}
	chatonFlag = &cli.StringFlag{Name: "chaton", Usage: "the chaton's `DOMAIN`, for when its file is not at hand"}
	jsonFlag   = &cli.BoolFlag{Name: "json", Usage: "answer in JSON, for programs"}
)

// fileOf is the file that the command line means, and whether it was named.
func fileOf(c *cli.Context) (path string, named bool) {
	if path = c.String("file"); path != "" {
		return path, true
	}
	return defaultFile, false
}

// load reads the file and the host's own recipes beside it, and shows what is
// wrong with them. With errors in them nothing is returned but the error.
func (a *App) load(path string) (api.Wanted, chaton.Chaton, error) {
	w, c, diags, err := a.read(path)
	if err != nil {
		return w, c, err
	}
	a.showDiagnostics(diags, sources(w))
	if err := diags.Err(); err != nil {
		return w, c, &shownError{err}
	}
	w.Lock, err = readLock(lockBeside(path))
	return w, c, err
}

// read is load without showing: files that cannot be read are errors, what
// stands in them are diagnostics.
func (a *App) read(path string) (w api.Wanted, c chaton.Chaton, diags diag.List, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, c, nil, errs.New(errs.Invalid, "There is no file %s.", path).
			WithHint("Write one with: ronron init. Or name yours with: --file FILE")
	}
	if err != nil {
		return w, c, nil, errs.Wrap(err, errs.Invalid, "The file %s cannot be read.", path)
	}
	w = api.Wanted{File: path, Content: content, Who: a.env.Who}
	c, diags = a.env.Language.Read(w)
	password, more := mailPassword(path, c.Mail)
	w.MailPassword = api.Passage{String: password}
	if c.RecipeFolder == "" {
		return w, c, append(diags, more...), nil
	}
	w.Recipes, err = readRecipes(filepath.Join(filepath.Dir(path), c.RecipeFolder))
	if err != nil {
		return w, c, diags, err
	}
	c, diags = a.env.Language.Read(w) // with the recipes, services of theirs are known
	return w, c, append(diags, more...), nil
}

// Bounds of the host's own recipes: they travel to the daemon whole.
const (
	maxRecipeFile  = 4 << 20
	maxRecipeFiles = 2000
)

func readRecipes(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Size() > maxRecipeFile || len(files) == maxRecipeFiles {
			return errs.New(errs.Invalid, "The recipe folder %s is too large at %s: at most %d files of %d MiB each.", folder, path, maxRecipeFiles, maxRecipeFile>>20)
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil && errs.CodeOf(err) == errs.Internal {
		return nil, errs.Wrap(err, errs.Invalid, "The recipe folder %s cannot be read.", folder).
			WithHint("It is named by recipes = … in the chaton block, relative to the file.")
	}
	return files, err
}

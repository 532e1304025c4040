package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/api"
)

func TestRecipeList_SaysWhatIsDeployedAndWhatWasTested(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.status = api.Status{Services: []api.ServiceStatus{{Name: "notes", Recipe: "dokuwiki", State: "healthy"}}}
	w.wantCode(exitDone, "recipe", "list", "--file", w.file, "--json")
	var entries []recipeEntry
	if err := json.Unmarshal([]byte(w.stdout.String()), &entries); err != nil {
		t.Fatal(err)
	}
	found := map[string]recipeEntry{}
	for _, e := range entries {
		found[e.Recipe] = e
	}
	e := found["dokuwiki"]
	if len(e.Services) != 1 || e.Services[0] != "notes" || e.Level == "" || e.Licence != "GPL-2.0-only" || e.Own {
		t.Errorf("dokuwiki is listed as %+v", e)
	}
	if _, listed := found["openldap"]; listed {
		t.Error("the house's own recipe is offered")
	}
}

func TestRecipeList_BeginsWithWhatHostsLookForFirst(t *testing.T) {
	w := newWorld(t)
	w.wantCode(exitDone, "recipe", "list")
	table, last := w.stdout.String(), -1
	for _, line := range []string{"CATEGORY", "\npads ", "\npolls ", "\nvideo ", "\nwiki ", "\npages ", "\nbookmarks ", "\ncalendar "} {
		at := strings.Index(table, line)
		if at <= last {
			t.Errorf("%q is not where it belongs in the list:\n%s", strings.TrimSpace(line), table)
		}
		last = max(last, at)
	}
	for line := range strings.Lines(table) {
		if len([]rune(line)) > 120 {
			t.Errorf("a line is wider than most terminals: %s", line)
		}
	}
}

func TestRecipeShow_SpeaksTheLanguageThatWasAskedFor(t *testing.T) {
	for lang, want := range map[string]string{"fr": "Titre du wiki", "en": "Title of the wiki"} {
		w := newWorld(t)
		w.wantCode(exitDone, "recipe", "show", "dokuwiki", "--lang", lang)
		wantIn(t, "stdout", want, w.stdout)
	}
	w := newWorld(t)
	w.wantCode(exitUsage, "recipe", "show", "dokuwiki", "--lang", "de")
	w.wantCode(exitFailed, "recipe", "show", "dokuwikki")
	wantIn(t, "stderr", `Did you mean "dokuwiki"?`, w.stderr)
}

// ownRecipe writes a recipe into a folder of its own.
func ownRecipe(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "notes")
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

const bareRecipe = `recipe "notes" {
  version = "1"
  public  = "Nothing at all."
  software {
    name     = "Notes"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org"
    category = "notes"
    title    = "Notes"
    summary  = { fr = "Des notes.", en = "Some notes." }
  }
  accounts "none" {}
  unit "web" {
    build {}
  }
}
`

func TestRecipeLint_FailsWithPlacesAndReasons(t *testing.T) {
	folder := ownRecipe(t, map[string]string{"recipe.hcl": bareRecipe, "Dockerfile": "FROM debian:trixie-slim\nRUN curl https://example.org/x\n"})
	w := newWorld(t)
	w.wantCode(exitFailed, "recipe", "lint", folder)
	for _, want := range []string{"notes/recipe.hcl:14: warning no-limits", "notes/recipe.hcl:14: error no-health", "notes/Dockerfile:2: warning build-downloads", "Name it with its checksum"} {
		wantIn(t, "stdout", want, w.stdout)
	}
	w = newWorld(t)
	w.wantCode(exitFailed, "recipe", "lint", folder, "--json")
	var findings []struct{ ID, Level, What, Why string }
	if err := json.Unmarshal([]byte(w.stdout.String()), &findings); err != nil || len(findings) < 8 {
		t.Errorf("%d findings, %v:\n%s", len(findings), err, w.stdout)
	}
}

func TestRecipeLint_ARecipeThatCannotBeReadIsUsedWrongly(t *testing.T) {
	folder := ownRecipe(t, map[string]string{"recipe.hcl": `recipe "notes" { versoin = "1" }`})
	w := newWorld(t)
	w.wantCode(exitUsage, "recipe", "lint", folder)
	wantIn(t, "stderr", `Did you mean "version"?`, w.stderr)
	w.wantCode(exitUsage, "recipe", "lint", "./nowhere")
}

func TestRecipeLint_ACleanRecipe(t *testing.T) {
	w := newWorld(t)
	w.wantCode(exitDone, "recipe", "lint", "dokuwiki")
}

func TestRecipeNew_WritesARecipeThatLintCanRead(t *testing.T) {
	t.Chdir(t.TempDir())
	w := newWorld(t)
	answers := []string{"recipe", "new", "shelf", "--software", "Shelf", "--version", "1", "--licence", "MIT", "--source", "https://example.org", "--category", "files"}
	w.wantCode(exitUsage, answers...)
	wantIn(t, "stderr", "--package is missing.", w.stderr)
	w.wantCode(exitDone, append(answers, "--package", "shelf")...)
	w.wantCode(exitFailed, "recipe", "lint", "shelf")
	wantIn(t, "stdout", "sign-up-open", w.stdout)
	w.wantCode(exitUsage, append(answers, "--package", "shelf")...)
	wantIn(t, "stderr", "is there already", w.stderr)
}

func TestRecipeNew_AsksAtATerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	w := newWorld(t)
	w.typing("Shelf\n2\n\nhttps://example.org\n\n\n")
	w.wantCode(exitDone, "recipe", "new", "shelf")
	content, err := os.ReadFile(filepath.Join("shelf", "Dockerfile"))
	if err != nil || !strings.Contains(string(content), "--no-install-recommends shelf;") {
		t.Errorf("%v:\n%s", err, content)
	}
}

func TestRecipeNew_WrongAnswersWriteNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	w := newWorld(t)
	w.wantCode(exitUsage, "recipe", "new", "shelf", "--software", "Shelf", "--version", "1", "--licence", "free!", "--source", "nowhere", "--category", "files", "--package", "p")
	wantIn(t, "stderr", "The value of --licence is not right.", w.stderr)
	if out := w.stderr.String(); strings.Contains(out, "recipe.hcl") {
		t.Errorf("a file is named that nobody wrote:\n%s", out)
	}
	if exists("shelf") {
		t.Error("something was written")
	}
}

func TestRecipeNew_AsksAgainForWhatIsNotRight(t *testing.T) {
	t.Chdir(t.TempDir())
	w := newWorld(t)
	w.typing("Shelf\n2\nfree!\nMIT\nnowhere\nhttps://example.org\n\n\n")
	w.wantCode(exitDone, "recipe", "new", "shelf")
	said := w.stderr.String()
	if strings.Contains(said, "recipe.hcl") {
		t.Errorf("a file is named that nobody wrote yet:\n%s", said)
	}
	for question, want := range map[string]int{"What is the software called?": 1, "Under which licence": 2, "Where is its source code?": 2} {
		if got := strings.Count(said, question); got != want {
			t.Errorf("%q is asked %d times, want %d:\n%s", question, got, want, said)
		}
	}
	wantIn(t, "stderr", `"free!"`, w.stderr)
	wantIn(t, "stderr", `"nowhere"`, w.stderr)
}

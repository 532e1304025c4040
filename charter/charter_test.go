package charter

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/text"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

var now = time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)

// wiki is a service that does everything right.
func wiki(name string) ServiceFacts {
	since := now.Add(-time.Hour)
	return ServiceFacts{
		Name: name, Title: text.Text{FR: "Wiki " + name, EN: "Wiki " + name}, Summary: text.Text{FR: "Écrire à plusieurs.", EN: "Write together."},
		URL: "https://" + name + ".example.org", Recipe: "dokuwiki", RecipeVersion: "1",
		Software: "DokuWiki", Version: "2025-05-14b", Licence: "GPL-2.0-only",
		Source: "https://github.com/dokuwiki/dokuwiki", Documentation: "https://www.dokuwiki.org/manual",
		Accounts: "ldap", Healthy: true, Since: &since,
		Units: []UnitFacts{{Name: "web", Image: "sha256:" + strings.Repeat("4b1f", 16), From: "built from its recipe", State: "running"}},
		Data:  []DataFacts{{What: text.Text{FR: "Les pages", EN: "Pages"}, Kept: text.Text{FR: "jusqu’à leur suppression", EN: "until deleted"}, Volume: "data"}},
	}
}

func facts() Facts {
	members := 4
	return Facts{
		At: now, Ronron: "0.1.0", Name: "Chaton d’essai", Domain: "example.org", URL: "https://example.org", Language: text.FR,
		Contact: "contact@example.org", Description: text.Text{FR: "Un hébergeur d’essai.", EN: "A trial host."},
		Engine:   EngineFacts{Name: "Docker", Version: "20.10.24", OS: "Debian GNU/Linux 12 (bookworm)", Kernel: "6.1.0"},
		Services: []ServiceFacts{wiki("wiki"), wiki("archives")},
		Certificates: []CertFacts{
			{Host: "wiki.example.org", Issuer: "Chaton d’essai", Expires: now.AddDate(0, 0, 30)},
			{Host: "archives.example.org", Issuer: "Chaton d’essai", Expires: now.AddDate(0, 0, 30)},
		},
		Members: &members,
		Declared: DeclaredFacts{
			LegalName: "Les Amis", LegalForm: "association", Country: "FR", Provider: "Les Amis", Control: "owned",
			Declarations: map[string]text.Text{"S-01": {FR: "Permanence le mardi.", EN: "Help on Tuesdays."}},
		},
	}
}

func find1(t *testing.T, f Facts, id string) Finding {
	t.Helper()
	found, ok := Evaluate(f).Finding(id)
	if !ok {
		t.Fatalf("no finding for %s", id)
	}
	return found
}

func wantStatus(t *testing.T, f Facts, id string, want Status) Finding {
	t.Helper()
	got := find1(t, f, id)
	if got.Status != want {
		t.Errorf("%s is %s, want %s; proof: %v", id, got.Status, want, got.Proof)
	}
	return got
}

func wantProof(t *testing.T, f Finding, part string) {
	t.Helper()
	for _, e := range f.Proof {
		if strings.Contains(e.Text.EN, part) || strings.Contains(e.Text.FR, part) {
			return
		}
	}
	t.Errorf("%s: no proof says %q: %v", f.ID, part, f.Proof)
}

func TestCriteria_AreCompleteAndBilingual(t *testing.T) {
	c := Criteria()
	letters := map[string]bool{}
	for _, s := range c.Sections {
		letters[s.Letter] = s.Label.FR != "" && s.Label.EN != ""
	}
	seen := map[string]bool{}
	for _, one := range c.Criteria {
		if seen[one.ID] {
			t.Errorf("%s occurs twice", one.ID)
		}
		seen[one.ID] = true
		if letter, _, _ := strings.Cut(one.ID, "-"); !letters[letter] {
			t.Errorf("%s belongs to no labelled section", one.ID)
		}
		if one.Label.FR == "" || one.Label.EN == "" || one.Requires.FR == "" || one.Requires.EN == "" {
			t.Errorf("%s lacks a language", one.ID)
		}
		if levelWords[one.Level].IsZero() || wordingWords[one.Wording].IsZero() || len(one.Evidence) == 0 {
			t.Errorf("%s: level %q, wording %q, evidence %v", one.ID, one.Level, one.Wording, one.Evidence)
		}
		for _, by := range one.Evidence {
			if meansWords[by].IsZero() {
				t.Errorf("%s: unknown means %q", one.ID, by)
			}
		}
	}
	for id := range rules {
		if !seen[id] {
			t.Errorf("there is a rule for %s, but no such criterion", id)
		}
	}
	for _, permitted := range []string{"C-01", "C-04", "A-03"} {
		if seen[permitted] {
			t.Errorf("%s only permits something; it must not be able to fail", permitted)
		}
	}
}

func TestEvaluate_AnswersEveryCriterionEvenWithoutFacts(t *testing.T) {
	c := Evaluate(Facts{At: now})
	if len(c.Findings) != len(Criteria().Criteria) {
		t.Fatalf("%d findings for %d criteria", len(c.Findings), len(Criteria().Criteria))
	}
	for _, f := range c.Findings {
		if f.Status != Missing {
			t.Errorf("%s is %s though nothing is known", f.ID, f.Status)
		}
		if len(f.Proof) == 0 {
			t.Errorf("%s does not say why", f.ID)
		}
	}
}

func TestEvaluate_SaysThatThereAreNoBackups(t *testing.T) {
	wantProof(t, wantStatus(t, facts(), "T-03", Missing), "No backup")
}

func TestEvaluate_BackupsAgeAndAreTold(t *testing.T) {
	f := facts()
	f.Backups = &BackupFacts{Last: now.Add(-24 * time.Hour)}
	wantProof(t, wantStatus(t, f, "T-03", Proven), "No restore has been tried")
	f.Backups.Restored = now.AddDate(0, -1, 0)
	wantProof(t, wantStatus(t, f, "T-03", Proven), "21\u00a0October\u00a02026")
	f.Backups.Last = now.AddDate(0, 0, -8)
	f.Declared.Declarations["T-03"] = text.Text{FR: "Nous sauvegardons.", EN: "We do back up."}
	wantProof(t, wantStatus(t, f, "T-03", Stale), "13\u00a0November\u00a02026")
}

func TestEvaluate_SaysThatACertificateIsInternal(t *testing.T) {
	f := facts()
	wantProof(t, wantStatus(t, f, "N-03", Missing), "browsers do not know: archives.example.org and wiki.example.org")
	for i := range f.Certificates {
		f.Certificates[i].Public = true
	}
	wantStatus(t, f, "N-03", Proven)
	f.Certificates[0].Expires = now
	f.Declared.Declarations["N-03"] = text.Text{FR: "Tout est chiffré.", EN: "All is encrypted."}
	wantProof(t, wantStatus(t, f, "N-03", Missing), "Certificate expired: wiki.example.org")
}

func TestEvaluate_DeclarationFillsAGapButNoProof(t *testing.T) {
	f := facts()
	wantProof(t, wantStatus(t, f, "S-01", Declared), "Help on Tuesdays.")
	wantStatus(t, f, "S-03", Missing)
	f.Declared.Declarations["O-06"] = text.Text{EN: "We love Debian."}
	wantProof(t, wantStatus(t, f, "O-06", Proven), "We love Debian.")
	f.Declared.Declarations["T-03"] = text.Text{EN: "A disk in a drawer, each Sunday."}
	wantProof(t, wantStatus(t, f, "T-03", Declared), "No backup")
}

func TestEvaluate_LicencesHaveThreeAnswers(t *testing.T) {
	f := facts()
	wantProof(t, wantStatus(t, f, "O-01", Proven), "2 of 2 services")
	wantStatus(t, f, "O-02", NotApplicable)

	f.Services[1].Software, f.Services[1].Licence = "OpenLDAP", "OLDAP-2.8"
	wantProof(t, wantStatus(t, f, "O-01", Missing), "OpenLDAP (OLDAP-2.8)")
	wantStatus(t, f, "O-02", Missing)
	f.Declared.Declarations["O-01"] = text.Text{EN: "The collective found it free."}
	wantStatus(t, f, "O-01", Declared)

	f.Services[1].Software, f.Services[1].Licence = "Shut", "SSPL-1.0"
	wantProof(t, wantStatus(t, f, "O-01", Missing), "Not libre: Shut (SSPL-1.0)")
	f.Declared.Declarations["O-02"] = text.Text{EN: "Shut: nothing else does it."}
	wantStatus(t, f, "O-01", Excepted)
	wantStatus(t, f, "O-02", Declared)
}

func TestLicenceFree_ReadsExpressions(t *testing.T) {
	for expression, want := range map[string]Freedom{
		"GPL-2.0-only":                        Free,
		"gpl-3.0-OR-later":                    Free,
		"Apache-2.0+":                         Free,
		"MIT OR SSPL-1.0":                     Free,
		"MIT AND SSPL-1.0":                    NotFree,
		"MIT AND OLDAP-2.8":                   Undecided,
		"SSPL-1.0 OR OLDAP-2.8":               Undecided,
		"(MIT OR BUSL-1.1) AND Apache-2.0":    Free,
		"MIT AND (BUSL-1.1 OR Elastic-2.0)":   NotFree,
		"GPL-2.0-only WITH Classpath-e-2.0":   Free,
		"LicenseRef-ours":                     Undecided,
		"":                                    Undecided,
		"MIT OR":                              Undecided,
		"(MIT":                                Undecided,
		"MIT Apache-2.0":                      Undecided,
		"GPL-2.0-only WITH":                   Undecided,
		"MIT OR Apache-2.0 AND LicenseRef-no": Free,
	} {
		if got := LicenceFree(expression); got != want {
			t.Errorf("LicenceFree(%q) = %s, want %s", expression, got, want)
		}
	}
}

func TestLicences_HaveKnownVerdicts(t *testing.T) {
	for id, verdict := range licences() {
		if !slices.Contains([]Freedom{Free, NotFree, Undecided}, verdict) {
			t.Errorf("%s: verdict %q", id, verdict)
		}
	}
}

func TestEvaluate_MemberCountRevealsNobody(t *testing.T) {
	f := facts()
	for n, want := range map[int]string{0: "<\u202f10", 9: "<\u202f10", 10: "10", 250: "250"} {
		f.Members = &n
		c := Evaluate(f)
		if got := c.Members.String(); got != want {
			t.Errorf("%d members are shown as %q, want %q", n, got, want)
		}
	}
	three := 3
	f.Members = &three
	content, err := JSON(Evaluate(f))
	if err != nil {
		t.Fatal(err)
	}
	var decoded struct{ Members map[string]int }
	if err := json.Unmarshal(content, &decoded); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"below": 10}, decoded.Members); diff != "" {
		t.Errorf("members in JSON (-want +got):\n%s", diff)
	}
	f.Members = nil
	wantProof(t, wantStatus(t, f, "T-15", Missing), "directory did not answer")
}

func TestEvaluate_NamesTheServicesThatFallShort(t *testing.T) {
	f := facts()
	f.Services[1].Source = "ask us"
	f.Services[1].Data = nil
	f.Services[1].Egress = true
	f.Services[1].Documentation = ""
	for _, id := range []string{"O-03", "O-11", "T-16", "A-05", "S-08"} {
		wantProof(t, wantStatus(t, f, id, Missing), "Wiki archives.")
	}
}

func TestEvaluate_LeavesUnknownSystemsToPeople(t *testing.T) {
	f := facts()
	f.Engine.OS = "Docker Desktop"
	found := wantStatus(t, f, "O-06", Missing)
	if found.Proof[0].By != ByPeople {
		t.Errorf("proof by %s, want people", found.Proof[0].By)
	}
}

func TestEvaluate_ARootlessEngineProvesNoControl(t *testing.T) {
	f := facts()
	wantStatus(t, f, "H-01", Proven)
	f.Engine.Rootless = true
	wantProof(t, wantStatus(t, f, "H-01", Missing), "without administrator rights")
}

func TestEvaluate_IsTheSameForTheSameFacts(t *testing.T) {
	first, err := JSON(Evaluate(facts()))
	if err != nil {
		t.Fatal(err)
	}
	swapped := facts()
	slices.Reverse(swapped.Certificates) // the engine may list them in any order
	second, err := JSON(Evaluate(swapped))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(second)); diff != "" {
		t.Errorf("order of certificates changed the charter:\n%s", diff)
	}
}

func TestEvaluate_DoesNotChangeTheFacts(t *testing.T) {
	f := facts()
	Evaluate(f)
	if diff := cmp.Diff(facts(), f); diff != "" {
		t.Errorf("Evaluate changed its facts:\n%s", diff)
	}
}

func TestUnknownDeclarations_FindsMistypedIDs(t *testing.T) {
	declared := map[string]text.Text{"S-01": {FR: "oui"}, "S-1": {FR: "oui"}, "C-04": {FR: "oui"}}
	if diff := cmp.Diff([]string{"C-04", "S-1"}, UnknownDeclarations(declared)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestJSON_Golden(t *testing.T) {
	got, err := JSON(Evaluate(facts()))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "charter.json", got)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with go test ./charter -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s moved; read the difference, then go test ./charter -update (-want +got):\n%s", name, diff)
	}
}

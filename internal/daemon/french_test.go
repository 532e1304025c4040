package daemon

import (
	"slices"
	"strings"
	"testing"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
)

// both checks what a sentence says in each language.
func both(t *testing.T, what string, got text.Text, english, french string) {
	t.Helper()
	if !strings.Contains(got.In(text.EN), english) || !strings.Contains(got.In(text.FR), french) {
		t.Errorf("%s: %q and %q, want %q and %q in them", what, got.In(text.EN), got.In(text.FR), english, french)
	}
}

func TestFrench_AnErrorAndItsHintReachTheClient(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	_, err := w.client().Member(t.Context(), "nobody-there")
	if errs.CodeOf(err) != errs.NotFound {
		t.Fatalf("got %v", err)
	}
	both(t, "error", errs.Sentence(err), `No member has the login "nobody-there".`, `Aucun membre n’a l’identifiant "nobody-there".`)
	both(t, "hint", errs.Advice(err), "ronron member list shows everybody.", "Tous les membres\u00a0: ronron member list")

	_, err = w.client().AddMember(t.Context(), api.MemberRequest{Member: account.Member{Login: "B", Mail: "b@chaton.test"}})
	both(t, "rule", errs.Sentence(err), `"B" has 1 character; a login has 2 to 32.`, `"B" a 1 caractère ; un identifiant en a de 2 à 32.`)
	_, err = w.client().SetPassword(t.Context(), "admin", api.MemberRequest{Password: "court"})
	both(t, "password", errs.Sentence(err), "The password has 5 characters;", "Le mot de passe a 5 caractères")
}

func TestFrench_StatusAndDoctorSayWhyAUnitIsNotWell(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	w.engine.Crash(w.unit("wiki"), 7, "out of memory")
	status, err := w.client().Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(status.Services, func(s api.ServiceStatus) bool { return s.Name == "wiki" })
	service := status.Services[i]
	both(t, "service", service.Text(), "it ended with exit code 7", "arrêt avec le code de sortie 7")
	both(t, "unit", service.Units[0].Text(), "it ended with exit code 7", "arrêt avec le code de sortie 7")
	checks, err := w.client().Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		message, fix := c.Text()
		if message.FR == "" || c.Fix != "" && fix.FR == "" {
			t.Errorf("%s has no French: %+v", c.Name, c)
		}
		if c.Name == "service wiki" {
			both(t, "check", message, "wiki is unhealthy: it ended with exit code 7.", "wiki est en défaut\u00a0: arrêt avec le code de sortie 7.")
			both(t, "fix", fix, "shows what it says", "montre ce qu’il dit")
		}
	}
}

func TestFrench_AFailedUpSaysItInBoth(t *testing.T) {
	w := newWorld(t)
	w.engine.Exits("wiki", "web", 1, "PHP is missing")
	var events []api.Event
	if err := w.client().Apply(t.Context(), api.ApplyRequest{Wanted: wantedFile(file)}, func(e api.Event) { events = append(events, e) }); errs.CodeOf(err) != errs.Failed {
		t.Fatalf("got %v", err)
	}
	message, hint := last(events).Error.Text()
	both(t, "failure", message, "The unit web does not stay up: no answer in time.", "L’unité web ne reste pas en marche\u00a0: pas de réponse à temps.")
	both(t, "hint", hint, "Mend that, then run `ronron up` again.", "relancez `ronron up`")
	if !slices.ContainsFunc(events, func(e api.Event) bool {
		return e.Kind == api.StepProgress && e.Text() == text.Text{EN: "waiting until it answers", FR: "attend une réponse"}
	}) {
		t.Error("no progress is told in French")
	}
}

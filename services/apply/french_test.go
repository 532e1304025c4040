package apply_test

import (
	"context"
	"slices"
	"testing"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/apply"
)

// mute finds that nothing ever answers.
type mute struct{}

func (mute) Probe(context.Context, services.Unit, services.ActualUnit) error {
	return text.Errorf("no answer in time")
}

func TestRun_AnUnhealthyUnitSaysSoInBothLanguages(t *testing.T) {
	b := newBench(t)
	wiki := service("wiki", "1")
	r := b.runner(wiki)
	r.Prober = mute{}
	o := r.Run(t.Context(), b.plan(wiki), make(chan struct{}))
	want := text.Text{
		EN: "The unit web did not become healthy within 300ms: no answer in time.",
		FR: "L’unité web n’a pas répondu comme il faut en 300ms\u00a0: pas de réponse à temps.",
	}
	if got := errs.Sentence(o.Failed["wiki"]); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if hint := errs.Advice(o.Failed["wiki"]); hint.EN == "" || hint.FR == "" {
		t.Errorf("hint: %+v", hint)
	}
	if !slices.ContainsFunc(b.events, func(e apply.Event) bool {
		return e.Message == text.Text{EN: "waiting until it answers", FR: "attend une réponse"}
	}) {
		t.Error("the progress is not told in both languages")
	}
}

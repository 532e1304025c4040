package cli

import (
	"strings"

	"ronron/internal/text"
	"ronron/services/plan"
)

// wording is how an action reads, planned and under way.
type wording struct {
	symbol   string
	planned  string // "create the volume"
	doing    string // "creating the volume"
	nameless bool   // the target says nothing that the words don't
}

// words of every action: + makes, ~ changes, - takes away.
var words = map[plan.Action]wording{
	plan.EnsureImage:   {"+", text.Key("make the image"), text.Key("making the image"), false},
	plan.CreateNetwork: {"+", text.Key("create its network"), text.Key("creating its network"), true},
	plan.RemoveNetwork: {"-", text.Key("remove its network"), text.Key("removing its network"), true},
	plan.CreateVolume:  {"+", text.Key("create the volume"), text.Key("creating the volume"), false},
	plan.RemoveVolume:  {"-", text.Key("remove the volume"), text.Key("removing the volume"), false},
	plan.EnsureAccount: {"+", text.Key("give it an account in the directory"), text.Key("giving it an account in the directory"), true},
	plan.RemoveAccount: {"-", text.Key("remove its account from the directory"), text.Key("removing its account from the directory"), true},
	plan.ReplaceUnit:   {"~", text.Key("replace"), text.Key("replacing"), false},
	plan.CreateUnit:    {"+", text.Key("start"), text.Key("starting"), false},
	plan.StartUnit:     {"~", text.Key("start again"), text.Key("starting again"), false},
	plan.RestartUnit:   {"~", text.Key("restart"), text.Key("restarting"), false},
	plan.RunJobs:       {"~", text.Key("run what installs or migrates"), text.Key("installing or migrating"), false},
	plan.Connect:       {"~", text.Key("connect the directory to its network"), text.Key("connecting the directory to its network"), true},
	plan.RemoveUnit:    {"-", text.Key("remove"), text.Key("removing"), false},
	plan.Publish:       {"~", text.Key("publish addresses, certificates and the charter"), text.Key("publishing addresses, certificates and the charter"), true},
}

func (w wording) name(target string) string {
	if w.nameless {
		return ""
	}
	return target
}

// reasons in words that a person needs no glossary for.
var reasons = map[plan.Reason]string{
	plan.Missing:   text.Key("does not exist yet"),
	plan.Different: text.Key("is made from something else than is wanted now"),
	plan.Stopped:   text.Key("has stopped"),
	plan.Unhealthy: text.Key("runs, but does not answer as it should"),
	plan.NotWanted: text.Key("is not in the file any more"),
	plan.LeftOver:  text.Key("was left over by an interrupted change"),
	plan.JobDue:    text.Key("has not been done yet"),
	plan.Moved:     text.Key("depends on something that is made anew"),
}

// doing is what a step does, while it does it.
func (t tongue) doing(action plan.Action, target string) (string, bool) {
	w, known := words[action]
	if !known {
		return "", false
	}
	return strings.TrimSpace(t.in(text.Of(w.doing)) + " " + w.name(target)), true
}

func (t tongue) step(s plan.Step) (symbol, said string) {
	w, known := words[s.Action]
	if !known {
		w = wording{symbol: "~", planned: string(s.Action)}
	}
	said = strings.TrimSpace(t.in(text.Of(w.planned)) + " " + w.name(s.Target))
	reason, known := reasons[s.Reason]
	if !known {
		reason = string(s.Reason)
	}
	if reason != "" {
		said += " (" + t.in(text.Of(reason)) + ")"
	}
	return w.symbol, said
}

package cli

import (
	"strconv"
	"strings"

	"ronron/internal/text"
	"ronron/services/plan"
)

// wording is how an action reads, planned and under way.
type wording struct {
	symbol   string
	planned  string // "create the volume %s"
	doing    string // "creating the volume %s"
	nameless bool   // the target says nothing that the words don't
}

// words of every action: + makes, ~ changes, - takes away.
var words = map[plan.Action]wording{
	plan.EnsureImage:   {"+", text.Key("make the image %s"), text.Key("making the image %s"), false},
	plan.CreateNetwork: {"+", text.Key("create its network"), text.Key("creating its network"), true},
	plan.RemoveNetwork: {"-", text.Key("remove its network"), text.Key("removing its network"), true},
	plan.CreateVolume:  {"+", text.Key("create the volume %s"), text.Key("creating the volume %s"), false},
	plan.RemoveVolume:  {"-", text.Key("remove the volume %s"), text.Key("removing the volume %s"), false},
	plan.EnsureAccount: {"+", text.Key("give it an account in the directory"), text.Key("giving it an account in the directory"), true},
	plan.RemoveAccount: {"-", text.Key("remove its account from the directory"), text.Key("removing its account from the directory"), true},
	plan.ReplaceUnit:   {"~", text.Key("replace %s"), text.Key("replacing %s"), false},
	plan.CreateUnit:    {"+", text.Key("start %s"), text.Key("starting %s"), false},
	plan.StartUnit:     {"~", text.Key("start again %s"), text.Key("starting again %s"), false},
	plan.RestartUnit:   {"~", text.Key("restart %s"), text.Key("restarting %s"), false},
	plan.RunJobs:       {"~", text.Key("run what installs or migrates %s"), text.Key("installing or migrating %s"), false},
	plan.Connect:       {"~", text.Key("connect the directory to its network"), text.Key("connecting the directory to its network"), true},
	plan.RemoveUnit:    {"-", text.Key("remove %s"), text.Key("removing %s"), false},
	plan.Publish:       {"~", text.Key("publish addresses, certificates and the charter"), text.Key("publishing addresses, certificates and the charter"), true},
}

// of says a step of this wording.
func (t tongue) of(w wording, said, target string) string {
	if w.nameless {
		return t.in(text.Of(said))
	}
	return strings.TrimSpace(t.say(said, target))
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
	return t.of(w, w.doing, target), true
}

func (t tongue) step(s plan.Step) (symbol, said string) {
	w, known := words[s.Action]
	if !known {
		w = wording{symbol: "~", planned: string(s.Action) + " %s"}
	}
	said = t.of(w, w.planned, s.Target)
	reason, known := reasons[s.Reason]
	if !known {
		reason = string(s.Reason)
	}
	if reason != "" {
		said = t.say("%s (%s)", said, text.Of(reason))
	}
	return w.symbol, said
}

// checkNames are those of doctor's checks, the daemon's too; what many of a kind
// share is the first word of theirs.
var checkNames = map[string]string{
	"engine": text.Key("engine"), "engine version": text.Key("engine version"), "host network": text.Key("host network"),
	"disk": text.Key("disk"), "memory": text.Key("memory"), "clock": text.Key("clock"), "file": text.Key("file"),
	"daemon": text.Key("daemon"), "mail": text.Key("mail"), "services": text.Key("services"), "directory": text.Key("directory"),
	"administrator": text.Key("administrator"), "last up": text.Key("last up"),
	"port": text.Key("port"), "ports": text.Key("ports"), "name": text.Key("name"), "service": text.Key("service"),
	"certificate": text.Key("certificate"),
}

// checkName is the name of a check as people read it.
func (t tongue) checkName(name string) string {
	if said, known := checkNames[name]; known {
		return t.in(text.Of(said))
	}
	kind, of, _ := strings.Cut(name, " ")
	if said, known := checkNames[kind]; known {
		return t.in(text.Of(said)) + " " + of
	}
	return name
}

// tenths is a figure with one decimal, as each language writes it.
func tenths(n float64) text.Text {
	figure := strconv.FormatFloat(n, 'f', 1, 64)
	return text.Text{EN: figure, FR: strings.Replace(figure, ".", ",", 1)}
}

// megabytes is a size as people read it.
func megabytes(n int64) text.Text { return text.Say("%d MB", (n+500_000)/1_000_000) }

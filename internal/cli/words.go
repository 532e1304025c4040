package cli

import (
	"strings"

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
	plan.EnsureImage:   {"+", "make the image", "making the image", false},
	plan.CreateNetwork: {"+", "create its network", "creating its network", true},
	plan.RemoveNetwork: {"-", "remove its network", "removing its network", true},
	plan.CreateVolume:  {"+", "create the volume", "creating the volume", false},
	plan.RemoveVolume:  {"-", "remove the volume", "removing the volume", false},
	plan.EnsureAccount: {"+", "give it an account in the directory", "giving it an account in the directory", true},
	plan.RemoveAccount: {"-", "remove its account from the directory", "removing its account from the directory", true},
	plan.ReplaceUnit:   {"~", "replace", "replacing", false},
	plan.CreateUnit:    {"+", "start", "starting", false},
	plan.StartUnit:     {"~", "start again", "starting again", false},
	plan.RestartUnit:   {"~", "restart", "restarting", false},
	plan.RunJobs:       {"~", "run what installs or migrates", "installing or migrating", false},
	plan.Connect:       {"~", "connect the directory to its network", "connecting the directory to its network", true},
	plan.RemoveUnit:    {"-", "remove", "removing", false},
	plan.Publish:       {"~", "publish addresses, certificates and the charter", "publishing addresses, certificates and the charter", true},
}

func (w wording) name(target string) string {
	if w.nameless {
		return ""
	}
	return target
}

// reasons in words that a person needs no glossary for.
var reasons = map[plan.Reason]string{
	plan.Missing:   "does not exist yet",
	plan.Different: "is made from something else than is wanted now",
	plan.Stopped:   "has stopped",
	plan.Unhealthy: "runs, but does not answer as it should",
	plan.NotWanted: "is not in the file any more",
	plan.LeftOver:  "was left over by an interrupted change",
	plan.JobDue:    "has not been done yet",
	plan.Moved:     "depends on something that is made anew",
}

func stepText(s plan.Step) (symbol, text string) {
	w, known := words[s.Action]
	if !known {
		w = wording{symbol: "~", planned: string(s.Action)}
	}
	text = strings.TrimSpace(w.planned + " " + w.name(s.Target))
	reason, known := reasons[s.Reason]
	if !known {
		reason = string(s.Reason)
	}
	if reason != "" {
		text += " (" + reason + ")"
	}
	return w.symbol, text
}

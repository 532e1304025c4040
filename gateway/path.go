package gateway

import (
	"path"
	"strings"
)

// below says whether p is prefix or lies below it in whole segments: /docs/a
// is below /docs, /docsearch is not. Both are clean.
func below(p, prefix string) bool {
	if prefix == "/" {
		return true
	}
	return strings.HasPrefix(p, prefix) && (len(p) == len(prefix) || p[len(prefix)] == '/')
}

// cleaned returns the decoded path as a service will understand it: one slash
// between segments, no dot segments. It is what routes are looked up by; the
// service gets the path as it was sent, because %2F means something to some.
func cleaned(p string) string {
	if p == "" || p[0] != '/' {
		p = "/" + p
	}
	if !strings.Contains(p, "//") && !strings.Contains(p, "/.") {
		return p // by far the most; a final slash does not matter to below
	}
	return path.Clean(p)
}

// denied says whether a request for the decoded path may reach one of the
// prefixes in any reading that a service could have of it. It errs on the side
// of yes: /install.php/../x is denied too, and backslashes, ;parameters and capital
// letters are read the way that some servers read them.
func denied(p string, prefixes []string) bool {
	if len(prefixes) == 0 {
		return false
	}
	lower := make([]string, len(prefixes))
	for i, prefix := range prefixes {
		lower[i] = strings.ToLower(prefix)
	}
	var at []string
	for segment := range strings.SplitSeq(strings.ReplaceAll(strings.ToLower(p), `\`, "/"), "/") {
		segment, _, _ = strings.Cut(segment, ";")
		switch segment {
		case "", ".":
			continue
		case "..":
			if len(at) > 0 {
				at = at[:len(at)-1]
			}
			continue
		}
		at = append(at, segment)
		here := "/" + strings.Join(at, "/")
		for _, prefix := range lower {
			if below(here, prefix) {
				return true
			}
		}
	}
	return len(at) == 0 && containsRoot(prefixes)
}

func containsRoot(prefixes []string) bool {
	for _, p := range prefixes {
		if p == "/" {
			return true
		}
	}
	return false
}

// strange says whether a decoded path holds what no browser sends and what
// programs disagree about: control characters.
func strange(p string) bool {
	return strings.IndexFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0
}

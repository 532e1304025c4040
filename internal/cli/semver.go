package cli

import (
	"strconv"
	"strings"
)

// newer says whether version a is certainly later than b. Builds of ours are
// numbered "1.2.3", "1.2.3-4-gabc" (four commits later) or "0.1.0-dev.57+abc";
// what cannot be compared is not newer.
func newer(a, b string) bool {
	x, okX := numbers(a)
	y, okY := numbers(b)
	if !okX || !okY {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return x[i] > y[i]
		}
	}
	return false
}

// numbers are major, minor, patch, whether it is released (0 for a dev build
// that leads to it), and commits since.
func numbers(version string) (n [5]int, ok bool) {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "+")
	release, rest, _ := strings.Cut(version, "-")
	parts := strings.Split(release, ".")
	if len(parts) != 3 {
		return n, false
	}
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil {
			return n, false
		}
		n[i] = v
	}
	n[3] = 1
	if dev, isDev := strings.CutPrefix(rest, "dev"); isDev {
		n[3], rest = 0, strings.TrimPrefix(dev, ".")
	}
	count, _, _ := strings.Cut(rest, "-")
	n[4], _ = strconv.Atoi(count) // "dirty" and nothing count as no commits
	return n, true
}

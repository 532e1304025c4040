package services

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

var (
	fromRule = regexp.MustCompile(`(?i)^\s*FROM\s+((?:--\S+\s+)*)(\S+)(?:\s+AS\s+(\S+))?\s*$`)
	copyRule = regexp.MustCompile(`(?i)^\s*(?:COPY|ADD)\s(?:.*\s)?--from=(\S+)`)
)

// Base is an image that a Dockerfile takes from elsewhere.
type Base struct {
	Image  string
	Line   int    // where it is named first, from 1
	Text   string // that line
	Copied bool   // by COPY --from, instead of a FROM
}

// Bases are the images that a Dockerfile starts from or copies out of, each once
// and in order. Stages of its own are none.
func Bases(dockerfile []byte) (bases []Base) {
	stages, seen := map[string]bool{"scratch": true}, map[string]bool{}
	add := func(b Base) {
		if !stages[strings.ToLower(b.Image)] && !seen[b.Image] {
			seen[b.Image] = true
			bases = append(bases, b)
		}
	}
	instructions(dockerfile, func(n int, line string) string {
		if m := fromRule.FindStringSubmatch(line); m != nil {
			add(Base{m[2], n, line, false})
			stages[strings.ToLower(m[3])] = true
		} else if m := copyRule.FindStringSubmatch(line); m != nil {
			if _, err := strconv.Atoi(m[1]); err != nil { // else the number of a stage
				add(Base{m[1], n, line, true})
			}
		}
		return line
	})
	return bases
}

// Rebase returns the Dockerfile with other names for the images that it starts from.
func Rebase(dockerfile []byte, names map[string]string) []byte {
	return instructions(dockerfile, func(_ int, line string) string {
		m := fromRule.FindStringSubmatchIndex(line)
		if m == nil || names[line[m[4]:m[5]]] == "" {
			return line
		}
		return line[:m[4]] + names[line[m[4]:m[5]]] + line[m[5]:]
	})
}

// instructions gives each line on which an instruction begins to each, and returns
// all lines with what it made of those. A line of SQL in the middle of a RUN
// begins with FROM too.
func instructions(dockerfile []byte, each func(number int, line string) string) []byte {
	lines := bytes.SplitAfter(dockerfile, []byte("\n"))
	inside := false
	for i, line := range lines {
		text := strings.TrimRight(string(line), " \t\r\n")
		if comment := strings.HasPrefix(strings.TrimSpace(text), "#"); comment || inside && text == "" {
			continue
		}
		if !inside {
			lines[i] = []byte(each(i+1, text) + string(line[len(text):]))
		}
		inside = strings.HasSuffix(text, `\`)
	}
	return bytes.Join(lines, nil)
}

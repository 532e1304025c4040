package services

import (
	"slices"
	"strings"
	"testing"
)

const someDockerfile = `# FROM comment:1
FROM --platform=linux/amd64 example/tools:2 AS tools
RUN psql -c "SELECT a \
# FROM comment:2

FROM people"
from debian:trixie-slim
COPY --from=tools /a /b
COPY --chown=1:1 --from=other/image:3 /c /d
COPY --from=0 /e /f
FROM Tools
FROM scratch
FROM example/tools:2
`

func TestBases(t *testing.T) {
	want := []Base{
		{"example/tools:2", 2, "FROM --platform=linux/amd64 example/tools:2 AS tools", false},
		{"debian:trixie-slim", 7, "from debian:trixie-slim", false},
		{"other/image:3", 9, "COPY --chown=1:1 --from=other/image:3 /c /d", true},
	}
	if got := Bases([]byte(someDockerfile)); !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := Bases(nil); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

func TestRebase_ChangesTheNamesAndNothingElse(t *testing.T) {
	if got := Rebase([]byte(someDockerfile), nil); string(got) != someDockerfile {
		t.Errorf("without names it became:\n%s", got)
	}
	windows := strings.ReplaceAll(someDockerfile, "\n", "\r\n")
	got := string(Rebase([]byte(windows), map[string]string{"example/tools:2": "example/tools:2@sha256:1", "people": "x", "comment:2": "x"}))
	want := strings.NewReplacer("amd64 example/tools:2", "amd64 example/tools:2@sha256:1", "\nFROM example/tools:2", "\nFROM example/tools:2@sha256:1").Replace(windows)
	if got != want {
		t.Errorf("it became:\n%s", got)
	}
}

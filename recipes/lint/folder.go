package lint

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"ronron/internal/diag"
	"ronron/internal/text"
	"ronron/recipes"
)

// folder looks at the files beside the recipe's text.
func (c *checker) folder() {
	dockerfile, builds := c.Folder["Dockerfile"]
	if builds {
		c.dockerfile(dockerfile)
	}
	used, parts := c.templatesUsed(), map[string]bool{}
	for _, file := range slices.Sorted(maps.Keys(c.Folder)) {
		at := diag.Range{File: c.place(file), Start: diag.Pos{Line: 1, Column: 1}, End: diag.Pos{Line: 1, Column: 1}}
		switch part := recipes.PartOf(file); {
		case file == c.Main || file == "Dockerfile" || aside(file):
		case slices.Contains(c.r.Parts, part):
			parts[part] = parts[part] || used[file] || builds && copied(dockerfile, file)
		case strings.HasSuffix(file, ".tmpl"):
			if !used[file] {
				c.found("template-unused", at, text.Say("No file block names the template %s.", file))
			}
		case !builds || !copied(dockerfile, file):
			c.found("file-unused", at, text.Say("The Dockerfile does not copy %s.", file))
		}
	}
	for _, part := range c.r.Parts {
		if !parts[part] {
			c.found("part-unused", c.Root.RangeOf("parts"), text.Say("No file block and no line of the Dockerfile names a file of %s.", part))
		}
	}
}

// aside says whether a file lies there for people, or for tests of the recipe.
func aside(file string) bool {
	return file == recipes.ScenarioFile || file == recipes.LevelFile || strings.HasPrefix(path.Base(file), "README")
}

func (c *checker) place(file string) string { return strings.TrimSuffix(c.File, c.Main) + file }

// templatesUsed are those that file blocks name. Where a name is computed, all
// that it could be count as used.
func (c *checker) templatesUsed() map[string]bool {
	used := map[string]bool{}
	for _, u := range c.Root.Blocks("unit") {
		for _, f := range u.Blocks("file") {
			written := c.Written(f.RangeOf("template"))
			for file := range c.Folder {
				if strings.Contains(written, `"`+file+`"`) || strings.Contains(written, "${") {
					used[file] = used[file] || f.Has("template")
				}
			}
		}
	}
	return used
}

var downloadRule = regexp.MustCompile(`(?i)^ADD\s+.*(https?|ftp)://|\b(curl|wget)\s|git clone|\b(pip3?|gem|npm|composer|go) (install|get)\b`)

func (c *checker) dockerfile(content []byte) {
	for n, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := diag.Range{File: c.place("Dockerfile"), Start: diag.Pos{Line: n + 1, Column: 1}, End: diag.Pos{Line: n + 1, Column: len(line) + 1}}
		if downloadRule.MatchString(line) && !installsTool(line) {
			c.found("build-downloads", at, text.Say("%q fetches without a checksum.", line))
		}
	}
}

// installsTool says whether the line only installs curl and the like as packages.
func installsTool(line string) bool { return strings.Contains(line, "apt-get install") }

// copied says whether the Dockerfile takes a file: by its name, with its whole
// folder, or with everything.
func copied(dockerfile []byte, file string) bool {
	joined := bytes.ReplaceAll(dockerfile, []byte("\\\n"), []byte(" "))
	for _, line := range strings.Split(string(joined), "\n") {
		words := strings.Fields(line)
		if len(words) < 3 || !strings.EqualFold(words[0], "COPY") && !strings.EqualFold(words[0], "ADD") {
			continue
		}
		for _, word := range words[1 : len(words)-1] {
			word = strings.Trim(word, `[]",`)
			from := strings.TrimSuffix(strings.TrimPrefix(word, "./"), "/")
			if word == "." || word == "./" || from == file || strings.HasPrefix(file, from+"/") {
				return true
			}
			if ok, err := path.Match(from, file); err == nil && ok {
				return true
			}
		}
	}
	return false
}

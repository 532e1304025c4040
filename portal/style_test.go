package portal

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})\b`)

// TestStyle_IsReadable holds the sheet to WCAG's level AA (contrast of 4.5) for
// every pair of colours that text is set in, by day and by night.
func TestStyle_IsReadable(t *testing.T) {
	light, rest, ok := strings.Cut(string(style), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("the sheet has no dark colours")
	}
	dark, _, _ := strings.Cut(rest, "\n}\n")
	for scheme, source := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]float64{}
		for _, m := range colour.FindAllStringSubmatch(source, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		for _, pair := range [][2]string{
			{"ink", "paper"}, {"ink", "card"}, {"soft", "paper"}, {"soft", "card"}, {"accent", "paper"}, {"accent", "card"},
			{"accent-strong", "paper"}, {"accent-strong", "card"}, {"on-accent", "accent"}, {"on-accent", "accent-strong"},
			{"good", "good-bg"}, {"info", "info-bg"}, {"warn", "warn-bg"}, {"bad", "bad-bg"}, {"none", "none-bg"}, {"excepted", "excepted-bg"},
			{"good", "card"}, {"bad", "card"}, {"bad", "paper"},
		} {
			a, knownA := colours[pair[0]]
			b, knownB := colours[pair[1]]
			if !knownA || !knownB {
				t.Errorf("%s: %v is not in the sheet", scheme, pair)
				continue
			}
			if contrast := (math.Max(a, b) + .05) / (math.Min(a, b) + .05); contrast < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f, needs 4.5", scheme, pair[0], pair[1], contrast)
			}
		}
	}
}

// luminance is WCAG's relative luminance of an sRGB colour.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= .03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

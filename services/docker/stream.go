package docker

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// streamMessage is one message of a pull, build or load.
type streamMessage struct {
	Stream   string          `json:"stream"`
	Status   string          `json:"status"`
	ID       string          `json:"id"`
	Error    string          `json:"error"`
	Aux      json.RawMessage `json:"aux"`
	Progress json.RawMessage `json:"progressDetail"`
}

// readStream passes the lines of a stream of messages on and returns the last
// image id that it named, if any. Percentages are left out: they are many, and
// a line says as much.
func readStream(r io.Reader, line func(string)) (id string, err error) {
	var rest string // of a line that has not ended
	said := map[string]string{}
	for d := json.NewDecoder(r); ; {
		var m streamMessage
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			if rest != "" {
				line(rest)
			}
			return id, nil
		} else if err != nil {
			return "", err
		}
		if m.Error != "" {
			return "", errors.New(m.Error)
		}
		if m.Aux != nil {
			var image struct{ ID string }
			if json.Unmarshal(m.Aux, &image) == nil && image.ID != "" {
				id = image.ID
			}
		}
		if m.Stream != "" {
			lines := strings.Split(rest+m.Stream, "\n")
			rest = lines[len(lines)-1]
			for _, l := range lines[:len(lines)-1] {
				if l = strings.TrimRight(l, " \r\t"); l != "" {
					line(l)
				}
			}
		}
		if m.Status != "" && said[m.ID] != m.Status {
			said[m.ID] = m.Status
			if m.ID == "" {
				line(m.Status)
			} else {
				line(m.ID + ": " + m.Status)
			}
		}
	}
}

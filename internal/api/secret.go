package api

import (
	"encoding/json"

	"ronron/internal/secret"
)

// Passage is a secret on its way from the CLI to the daemon. It prints as
// "[redacted]" like any other, but as JSON it is itself: the daemon's socket is
// the one place that it has to pass. What is stored never holds one.
type Passage struct{ secret.String }

// MarshalJSON writes the value itself.
func (p Passage) MarshalJSON() ([]byte, error) { return json.Marshal(p.Reveal()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Passage) UnmarshalJSON(data []byte) error {
	var value string
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	p.String = secret.New(value)
	return nil
}

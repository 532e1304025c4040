package charter

import "strconv"

// Floor is the least number of members that is published as such: below it, a
// number would tell something about single people.
const Floor = 10

// Members is a number of accounts that reveals nobody.
type Members struct {
	Below int `json:"below,omitempty"` // fewer than this many
	Count int `json:"count,omitempty"` // exactly this many; 0 when Below is set
}

// String is the number as pages show it.
func (m Members) String() string {
	if m.Below > 0 {
		return "<\u202f" + strconv.Itoa(m.Below)
	}
	return strconv.Itoa(m.Count)
}

func countMembers(n *int) *Members {
	switch {
	case n == nil:
		return nil
	case *n < Floor:
		return &Members{Below: Floor}
	}
	return &Members{Count: *n}
}

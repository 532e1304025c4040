package hclread

import (
	"math"
	"regexp"
	"strconv"
	"time"

	"ronron/internal/text"
)

var sizeRule = regexp.MustCompile(`^([0-9]{1,12})([KMGT])$`)

// ParseSize reads "64M" as bytes; K, M, G and T count in steps of 1024.
func ParseSize(s string) (int64, error) {
	m := sizeRule.FindStringSubmatch(s)
	if m == nil {
		return 0, text.Errorf(`%q is not a size: write a whole number and K, M, G or T, such as "64M" or "2G"`, s)
	}
	n, _ := strconv.ParseInt(m[1], 10, 64) // at most twelve digits
	shift := map[string]uint{"K": 10, "M": 20, "G": 30, "T": 40}[m[2]]
	if n > math.MaxInt64>>shift {
		return 0, text.Errorf("%q is more bytes than any machine has", s)
	}
	return n << shift, nil
}

var durationRule = regexp.MustCompile(`^(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?$`)

const longestDuration = 10 * 366 * 24 * time.Hour

// ParseDuration reads "30s", "5m", "1h30m", "14d": whole days, hours, minutes
// and seconds.
func ParseDuration(s string) (time.Duration, error) {
	m := durationRule.FindStringSubmatch(s)
	if s == "" || m == nil {
		return 0, text.Errorf(`%q is not a duration: write a whole number and d, h, m or s, such as "30s", "5m", "1h30m" or "14d"`, s)
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.ParseInt("0"+m[i+1], 10, 64) // at most nine digits
		if n > int64(longestDuration/unit) {
			return 0, text.Errorf("%q is longer than ten years", s)
		}
		total += time.Duration(n) * unit
	}
	if total > longestDuration {
		return 0, text.Errorf("%q is longer than ten years", s)
	}
	return total, nil
}

package hclread

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

var sizeRule = regexp.MustCompile(`^([0-9]{1,12})([KMGT])$`)

// ParseSize reads "64M" as bytes; K, M, G and T count in steps of 1024.
func ParseSize(s string) (int64, error) {
	m := sizeRule.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf(`%q is not a size: write a whole number and K, M, G or T, such as "64M" or "2G"`, s)
	}
	n, _ := strconv.ParseInt(m[1], 10, 64) // at most twelve digits
	shift := map[string]uint{"K": 10, "M": 20, "G": 30, "T": 40}[m[2]]
	if n > math.MaxInt64>>shift {
		return 0, fmt.Errorf("%q is more bytes than any machine has", s)
	}
	return n << shift, nil
}

var durationRule = regexp.MustCompile(`^([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$`)

// ParseDuration reads "30s", "5m", "1h30m": whole hours, minutes and seconds.
func ParseDuration(s string) (time.Duration, error) {
	if s == "" || !durationRule.MatchString(s) {
		return 0, fmt.Errorf(`%q is not a duration: write a whole number and h, m or s, such as "30s", "5m" or "1h30m"`, s)
	}
	d, err := time.ParseDuration(s)
	if err != nil || d > 366*24*time.Hour {
		return 0, fmt.Errorf("%q is longer than a year", s)
	}
	return d, nil
}

package portal

import (
	"math"
	"sync"
	"time"

	"ronron/account"
)

// The pace of attempts to sign in: a handful at once, then slowly. The
// directory locks an account out besides; this keeps guesses from reaching it
// and its costly hashing from being used to tire the machine.
const (
	loginBurst = 8
	loginEvery = 20 * time.Second // one more attempt for a login
	totalBurst = 60
	totalEvery = 250 * time.Millisecond // one more attempt for everybody together
	maxLogins  = 4096                   // remembered at once
)

// attempts says who may try a password now. Its memory is bounded.
type attempts struct {
	now func() time.Time

	mu      sync.Mutex
	total   bucket
	byLogin map[account.Login]bucket
}

// bucket holds the attempts that are left; it fills up again with time.
type bucket struct {
	spent float64
	at    time.Time
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, byLogin: map[account.Login]bucket{}}
}

// take uses up one attempt, or says how long to wait for one.
func (a *attempts) take(login account.Login) (wait time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	one := a.byLogin[login].after(now, loginEvery)
	all := a.total.after(now, totalEvery)
	if one.spent+1 > loginBurst {
		return missing(one.spent, loginBurst, loginEvery), false
	}
	if all.spent+1 > totalBurst {
		return missing(all.spent, totalBurst, totalEvery), false
	}
	if _, known := a.byLogin[login]; !known && len(a.byLogin) >= maxLogins && !a.forget(now) {
		return loginEvery, false // so many logins are being tried that this is an attack
	}
	one.spent++
	all.spent++
	a.byLogin[login], a.total = one, all
	return 0, true
}

// succeeded forgets the attempts of a login that gave the right password.
func (a *attempts) succeeded(login account.Login) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.byLogin, login)
}

// forget drops the logins that have all their attempts again, and says whether
// there is room now.
func (a *attempts) forget(now time.Time) bool {
	for login, b := range a.byLogin {
		if b.after(now, loginEvery).spent == 0 {
			delete(a.byLogin, login)
		}
	}
	return len(a.byLogin) < maxLogins
}

// after is the bucket as it is at now.
func (b bucket) after(now time.Time, every time.Duration) bucket {
	back := now.Sub(b.at).Seconds() / every.Seconds()
	return bucket{spent: math.Max(0, b.spent-back), at: now}
}

func missing(spent float64, burst int, every time.Duration) time.Duration {
	return time.Duration((spent + 1 - float64(burst)) * float64(every))
}

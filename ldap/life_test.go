package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

func TestServer_KeepsEverythingOverRestartsAndNewContainers(t *testing.T) {
	s := startServer(t)
	t.Logf("first sign-in %v after the start, on a new volume", time.Since(s.started).Round(time.Millisecond))
	d := s.peopled()
	portal := NewPortal(s.service(d, "portal", "members"))
	before, err := d.Members(t.Context())
	if err != nil || len(before) != 5 {
		t.Fatalf("%d members, %v; want 5", len(before), err)
	}

	// The container stays, and with it the address.
	same := func(what string) {
		t.Helper()
		after, err := d.Members(t.Context()) // on connections from before
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("%s: members are %v; want %v", what, after, before)
		}
		if _, err := portal.SignIn(t.Context(), "bob", testPassword); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.docker("restart", "--time", "10", s.container)
	s.start()
	same("after a restart")

	// Killed in the middle of writing, then started: what was confirmed is there.
	var confirmed []account.Login
	var mu sync.Mutex
	var wg sync.WaitGroup
	writing, stop := context.WithCancel(t.Context())
	for i := range 4 {
		wg.Go(func() {
			for n := 0; writing.Err() == nil; n++ {
				login := account.Login(fmt.Sprintf("w%d-%d", i, n))
				if d.Add(writing, account.Member{Login: login, Mail: string(login) + "@example.org"}, testPassword) == nil {
					mu.Lock()
					confirmed = append(confirmed, login)
					mu.Unlock()
				}
			}
		})
	}
	for enough := false; !enough; time.Sleep(10 * time.Millisecond) {
		mu.Lock()
		enough = len(confirmed) >= 8
		mu.Unlock()
	}
	s.docker("kill", "--signal", "KILL", s.container)
	stop()
	wg.Wait()
	s.start()
	members, err := d.Members(t.Context())
	if err != nil {
		t.Fatalf("after a kill: %v", err)
	}
	for _, login := range confirmed {
		if !slices.ContainsFunc(members, func(m account.Member) bool { return m.Login == login }) {
			t.Errorf("%s was confirmed before the kill and is gone", login)
		}
	}
	for _, m := range members {
		if strings.HasPrefix(string(m.Login), "w") {
			if err := d.Remove(t.Context(), m.Login); err != nil {
				t.Fatal(err)
			}
		}
	}
	same("after a kill")

	s.remove()
	s.create()
	s.start()
	t.Logf("first sign-in %v after the start, on a volume with data", time.Since(s.started).Round(time.Millisecond))
	d = s.directory()
	portal = NewPortal(s.service(d, "portal", "members"))
	same("in a new container")
	if m, err := d.Member(t.Context(), "dan"); err != nil || !m.Suspended {
		t.Errorf("dan is %+v, %v; want suspended still", m, err)
	}
}

func TestServer_SpeaksNothingButTLSToWhoKnowsIt(t *testing.T) {
	s := startServer(t)
	other, _, _ := newCertificate(t, testHost)
	for what, change := range map[string]func(*Config){
		"another authority": func(c *Config) { c.CA = other },
		"another name":      func(c *Config) { c.ServerName = "directory.other.example" },
	} {
		c := s.config()
		change(&c)
		_, err := New(c).Members(t.Context())
		if errs.CodeOf(err) != errs.Unavailable || !strings.Contains(fmt.Sprint(err), "another certificate") {
			t.Errorf("with %s: %v; want an error about the certificate", what, err)
		}
	}

	host, _, _ := net.SplitHostPort(s.address)
	for _, port := range []string{"389", "80", "1389"} {
		if conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), time.Second); err == nil {
			conn.Close()
			t.Errorf("port %s is open", port)
		}
	}

	plain, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	conn := ldap.NewConn(plain, false)
	conn.SetTimeout(2 * time.Second)
	conn.Start()
	defer conn.Close()
	if err := conn.Bind(AdminDN(s.base), s.admin.Reveal()); err == nil {
		t.Error("the server takes a password without TLS")
	}

	old, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		old.Close()
		t.Error("the server speaks TLS 1.1")
	}
}

func TestServer_LogsNobodysName(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	portal := NewPortal(s.service(d, "portal", "members"))
	for range account.MaxWrongPasswords + 1 {
		portal.SignIn(t.Context(), "bob", secret.New("a wrong one"))
	}
	portal.SignIn(t.Context(), "cleo", testPassword)
	if _, err := d.Members(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := s.try("logs", s.container)
	if !strings.Contains(log, "slapd starting") {
		t.Fatalf("the log is not what it was thought to be:\n%s", log)
	}
	for _, private := range []string{"bob", "cleo", "example.org", "portal", "wrong one", s.admin.Reveal(), testPassword.Reveal()} {
		if strings.Contains(log, private) {
			t.Errorf("the log holds %q:\n%s", private, log)
		}
	}
	inspect := s.docker("inspect", s.container)
	if strings.Contains(inspect, s.admin.Reveal()) || strings.Contains(inspect, "PRIVATE KEY") {
		t.Error("docker inspect shows a secret")
	}
}

func TestServer_LockoutEndsByItself(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	portal := NewPortal(s.service(d, "portal", "members"))
	policy := ldap.NewModifyRequest(policyDN(s.base, peoplePolicy), nil)
	policy.Replace("pwdLockoutDuration", []string{"2"})
	if err := d.modify(t.Context(), policy); err != nil {
		t.Fatal(err)
	}
	for range account.MaxWrongPasswords {
		portal.SignIn(t.Context(), "bob", secret.New("a wrong one"))
	}
	if _, err := portal.SignIn(t.Context(), "bob", testPassword); errs.CodeOf(err) != errs.Denied {
		t.Fatalf("a locked out member: %v; want Denied", err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		_, err := portal.SignIn(t.Context(), "bob", testPassword)
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the lockout does not end: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
	}

	if err := d.EnsureBase(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, err := d.entry(t.Context(), policyDN(s.base, peoplePolicy), []string{"pwdLockoutDuration"})
	if err != nil || e.GetAttributeValue("pwdLockoutDuration") != "900" {
		t.Errorf("EnsureBase leaves a lockout of %s s, %v; want 900", e.GetAttributeValue("pwdLockoutDuration"), err)
	}
}

func TestServer_EnsureAgainWritesNothing(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	config := s.service(d, "wiki", "wiki", "members")
	stamps := func() (all []string) {
		found, err := d.search(t.Context(), s.base, ldap.ScopeWholeSubtree, "(objectClass=*)", []string{"entryCSN"})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range found {
			all = append(all, e.DN+" "+e.GetAttributeValue("entryCSN"))
		}
		return all
	}
	before := stamps()
	if err := errors.Join(d.EnsureBase(t.Context()), d.EnsureService(t.Context(), "wiki", config.Password, []string{"members", "wiki"})); err != nil {
		t.Fatal(err)
	}
	if after := stamps(); !slices.Equal(before, after) {
		t.Errorf("ensuring again changed something:\n%v\n%v", before, after)
	}
}

// What an administrator does by other means leaves no loose ends either.
func TestServer_MendsReferences(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	conn := s.bound(AdminDN(s.base), s.admin.Reveal())
	if err := conn.ModifyDN(ldap.NewModifyDNRequest(MemberDN(s.base, "cleo"), "uid=cleopatra", true, "")); err != nil {
		t.Fatal(err)
	}
	if err := conn.Del(ldap.NewDelRequest(MemberDN(s.base, "bob"), nil)); err != nil {
		t.Fatal(err)
	}
	groups, err := d.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		want := map[string][]account.Login{
			"admins": {"ana"}, "board": {"dan", "eve"}, "members": {"ana", "cleopatra", "dan", "eve"}, "wiki": {"cleopatra", "dan"},
		}[g.Name]
		if !slices.Equal(g.Members, want) {
			t.Errorf("group %s is %v; want %v", g.Name, g.Members, want)
		}
	}
	m, err := d.Member(t.Context(), "cleopatra")
	if err != nil || !slices.Equal(m.Groups, []string{"members", "wiki"}) {
		t.Errorf("cleopatra is %+v, %v", m, err)
	}
	join := ldap.NewModifyRequest(GroupDN(s.base, "wiki"), nil)
	join.Add("member", []string{MemberDN(s.base, "nobody-at-all")})
	if err := conn.Modify(join); err == nil {
		t.Error("a group takes a member that does not exist")
	}
}

func TestServer_StandsALoadOfSignIns(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	portal := NewPortal(s.service(d, "portal", "members"))
	const n, at = 64, 16
	started := time.Now()
	var wg sync.WaitGroup
	queue := make(chan account.Login)
	for range at {
		wg.Go(func() {
			for login := range queue {
				if _, err := portal.SignIn(t.Context(), login, testPassword); err != nil {
					t.Errorf("sign-in of %s: %v", login, err)
				}
			}
		})
	}
	for i := range n {
		queue <- []account.Login{"ana", "bob", "cleo", "eve"}[i%4]
	}
	close(queue)
	wg.Wait()
	t.Logf("%d sign-ins, %d at a time: %v each", n, at, (time.Since(started) / n).Round(time.Millisecond))
	t.Logf("memory afterwards: %s", s.memory())
	if state := s.docker("inspect", "--format", "{{.State.OOMKilled}} {{.RestartCount}}", s.container); strings.TrimSpace(state) != "false 0" {
		t.Errorf("out of memory, restarts: %s", state)
	}
}

func TestServer_FiveHundredMembers(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	config := s.service(d, "wiki", "wiki")
	t.Logf("memory with 5 members: %s", s.memory())
	hash := memberHash(testPassword) // one for all: hashing is not what is measured
	started := time.Now()
	for i := range 500 {
		m := account.Member{Login: account.Login(fmt.Sprintf("m%03d", i)), Name: fmt.Sprintf("Member %d", i), Mail: fmt.Sprintf("m%d@example.org", i)}
		if err := d.add(t.Context(), addRequest(MemberDN(s.base, string(m.Login)), memberEntry(m, hash))); err != nil {
			t.Fatal(err)
		}
		for _, group := range []string{"members", "wiki"} {
			if err := d.join(t.Context(), group, MemberDN(s.base, string(m.Login))); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("adding a member to the directory and two groups: %v", (time.Since(started) / 500).Round(10*time.Microsecond))

	measure := func(what string, f func() int, want int) {
		t.Helper()
		best := time.Hour
		for range 5 {
			started := time.Now()
			if got := f(); got != want {
				t.Fatalf("%s: %d; want %d", what, got, want)
			}
			best = min(best, time.Since(started))
		}
		t.Logf("%s: %v", what, best.Round(10*time.Microsecond))
	}
	measure("Members", func() int { m, _ := d.Members(t.Context()); return len(m) }, 505)
	measure("Groups", func() int { g, _ := d.Groups(t.Context()); return len(g) }, 4)
	measure("one Member", func() int { m, _ := d.Member(t.Context(), "m250"); return len(m.Groups) }, 2)

	conn := s.bound(config.BindDN, config.Password.Reveal())
	measure("everybody, as a service", func() int { return len(found(t, conn, PeopleDN(s.base), "(objectClass=inetOrgPerson)")) }, 502)
	measure("one by uid, as a service", func() int { return len(found(t, conn, PeopleDN(s.base), "(uid=m250)", "uid", "mail")) }, 1)
	measure("one by group, as a service", func() int {
		return len(found(t, conn, PeopleDN(s.base), fmt.Sprintf("(&(uid=m250)(memberOf=%s))", GroupDN(s.base, "wiki")), "uid", "memberOf"))
	}, 1)
	measure("the group's members, as a service", func() int {
		return len(found(t, conn, GroupsDN(s.base), "(cn=wiki)", "member")[0].GetAttributeValues("member"))
	}, 502)
	measure("groups of one, as a service", func() int {
		return len(found(t, conn, GroupsDN(s.base), fmt.Sprintf("(member=%s)", MemberDN(s.base, "m250")), "cn"))
	}, 1)
	measure("sign-in of the service", func() int { s.bound(config.BindDN, config.Password.Reveal()).Close(); return 1 }, 1)
	measure("sign-in of a member", func() int { s.bound(MemberDN(s.base, "m250"), testPassword.Reveal()).Close(); return 1 }, 1)
	t.Logf("memory with 505 members: %s", s.memory())
}

// memory returns what the server's own process uses.
func (s *server) memory() string {
	s.t.Helper()
	pid := strings.TrimSpace(s.docker("inspect", "--format", "{{.State.Pid}}", s.container))
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return "not to be read from here" // an engine elsewhere
	}
	var out []string
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "RssAnon") {
			out = append(out, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(out, ", ")
}

// Mending behind one's back, a moment later, would take the new account's groups
// for the old one's.
func TestServer_NewAccountOfAnOldNameKeepsItsGroups(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	config := s.service(d, "wiki", "wiki")
	hash := memberHash(testPassword)
	lost := 0
	for range 200 {
		if err := errors.Join(d.Remove(t.Context(), "bob"), d.RemoveGroup(t.Context(), "wiki"), d.AddGroup(t.Context(), "wiki")); err != nil {
			t.Fatal(err)
		}
		m := account.Member{Login: "bob", Name: "Bob", Mail: "bob@example.org"}
		if err := errors.Join(
			d.add(t.Context(), addRequest(MemberDN(s.base, "bob"), memberEntry(m, hash))),
			d.join(t.Context(), "wiki", MemberDN(s.base, "bob")),
			d.EnsureService(t.Context(), "wiki", config.Password, []string{"wiki"}),
		); err != nil {
			t.Fatal(err)
		}
		m, err := d.Member(t.Context(), "bob")
		if err != nil {
			t.Fatal(err)
		}
		e, err := d.entry(t.Context(), config.BindDN, []string{"seeAlso"})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m.Groups, []string{"wiki"}) || e.GetAttributeValue("seeAlso") != GroupDN(s.base, "wiki") {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of 200 new accounts or services lost their group", lost)
	}
}

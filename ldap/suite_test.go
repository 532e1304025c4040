package ldap

import (
	"testing"

	"ronron/account/accounttest"
)

func TestDirectory_PassesTheSuite(t *testing.T) {
	s := startServer(t)
	accounttest.Run(t, func(t *testing.T) accounttest.Subject {
		s := s.in(t)
		s.empty()
		d := s.directory()
		p := NewPortal(s.service(d, "portal", "members"))
		t.Cleanup(p.Close)
		return accounttest.Subject{Directory: d, SignIns: p}
	})
}

package portal

import (
	"net/http"
	"slices"

	"ronron/account"
)

type homeBody struct {
	Services []SiteService
	Down     int // services that are down
	Proven   int // criteria of the charter
	Declared int
	Missing  int
}

func (s *Server) home(w http.ResponseWriter, _ *http.Request, v *visit) {
	body := homeBody{Services: v.site.Services, Proven: v.site.proven, Declared: v.site.declared, Missing: v.site.missing}
	for _, one := range body.Services {
		if !one.Healthy {
			body.Down++
		}
	}
	s.render(w, v, http.StatusOK, "home", body)
}

// shownName is what the member is called on pages.
func shownName(m account.Member) string {
	if m.Name != "" {
		return m.Name
	}
	return string(m.Login)
}

// usableBy returns the services that a member may use: those that let their
// groups in, and those that ask nobody for an account.
func usableBy(m account.Member, all []SiteService) []SiteService {
	var usable []SiteService
	for _, one := range all {
		if !one.Accounts || one.openTo(m) {
			usable = append(usable, one)
		}
	}
	return usable
}

func (s SiteService) openTo(m account.Member) bool {
	return len(s.Enter) == 0 || slices.ContainsFunc(s.Enter, func(group string) bool { return slices.Contains(m.Groups, group) })
}

package recipes

// Gate is the gateway's own sign-in, before a route: only members pass.
type Gate struct {
	Groups  []string    // whose members pass; empty is the groups of service.enter
	Headers GateHeaders // which the service takes for who is there
	// Basic lets programs in that send login and password with each request
	// (WebDAV, calendars); the gateway checks them and keeps them from the service.
	Basic bool
}

// GateHeaders are names of headers; an empty one is not sent.
type GateHeaders struct{ User, Name, Mail, Groups string }

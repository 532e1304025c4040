package portal

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"ronron/account"
	"ronron/gateway"
	"ronron/internal/logkey"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/portal/oidc"
)

// Options is what a portal needs.
type Options struct {
	SiteFile string   // site.json, written by the daemon
	Listen   string   // ":8080"
	Accounts Accounts // the directory
	// GateSeed and GateSecret are what the gateway trusts the portal by; without
	// them no service can leave its sign-in to the portal.
	GateSeed   []byte
	GateSecret secret.String
	// OIDCKeys are what the OpenID Connect provider signs with, the first, and
	// those it signed with before; none: there is no provider.
	OIDCKeys []oidc.Key
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Accounts is what the portal asks of the directory.
type Accounts interface {
	account.SignIns
	// Member returns what the portal's own account sees of a member: of one who
	// is suspended nothing (NotFound), or that they are.
	Member(ctx context.Context, login account.Login) (account.Member, error)
}

// Server is the portal's pages as an http.Handler. It expects to be reached
// over HTTPS through the gateway, which passes the Host header on.
type Server struct {
	accounts Accounts
	log      *slog.Logger
	now      func() time.Time
	site     *siteFile
	sessions *sessions
	attempts *attempts
	pages    map[text.Lang]pageSet

	gateKey    ed25519.PrivateKey // nil: no gate
	gateSecret secret.String

	oidc *oidc.Provider // nil: none

	handler http.Handler
}

var _ http.Handler = (*Server)(nil)

// New returns a portal. Listen is not used.
func New(o Options) (*Server, error) {
	if o.Accounts == nil || o.SiteFile == "" || o.Log == nil {
		return nil, errors.New("a portal needs a site file, accounts and a log")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		accounts: o.Accounts, log: o.Log, now: o.Now,
		site:     &siteFile{path: o.SiteFile, log: o.Log, now: o.Now},
		sessions: newSessions(o.Now),
		attempts: newAttempts(o.Now),
		gateKey:  newGateKey(o.GateSeed), gateSecret: o.GateSecret,
	}
	if s.gateKey != nil && len(o.GateSecret.Reveal()) < 32 {
		return nil, errors.New("a portal with a gate needs a secret of 32 characters or more")
	}
	var err error
	if len(o.OIDCKeys) > 0 {
		if s.oidc, err = oidc.New(oidc.Options{House: house{s}, Keys: o.OIDCKeys, Now: o.Now}); err != nil {
			return nil, err
		}
	}
	if s.pages, err = parsePages(); err != nil {
		return nil, err
	}
	s.handler = guard(s.routes(), http.HandlerFunc(s.foreignForm), oidc.AuthorizePath, oidc.EndSessionPath)
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.withSite(s.home))
	mux.HandleFunc("GET /charter", s.withSite(s.charter))
	mux.HandleFunc("GET /charter.json", s.withSite(s.charterJSON))
	mux.HandleFunc("GET /sign-in", s.withSite(s.signInForm))
	mux.HandleFunc("POST /sign-in", s.withSite(s.signIn))
	mux.HandleFunc("POST /sign-out", s.signOut)
	mux.HandleFunc("GET /enter", s.withSite(s.enter))
	mux.HandleFunc("POST "+gateway.AskPath, s.withSite(s.answerGateway))
	if s.oidc != nil {
		mux.HandleFunc("GET "+oidc.DiscoveryPath, s.withOIDC(s.oidc.Discovery))
		mux.HandleFunc("GET "+oidc.KeysPath, s.withOIDC(s.oidc.Keys))
		mux.HandleFunc("GET "+oidc.AuthorizePath, s.withOIDC(s.authorize))
		mux.HandleFunc("POST "+oidc.AuthorizePath, s.withOIDC(s.askAgain))
		mux.HandleFunc("POST "+oidc.TokenPath, s.withOIDC(s.oidc.Token))
		mux.HandleFunc("GET "+oidc.UserinfoPath, s.withOIDC(s.oidc.Userinfo))
		mux.HandleFunc("POST "+oidc.UserinfoPath, s.withOIDC(s.oidc.Userinfo))
		mux.HandleFunc("GET "+oidc.EndSessionPath, s.withOIDC(s.endSession))
		mux.HandleFunc("POST "+oidc.EndSessionPath, s.withOIDC(s.askAgain))
	}
	mux.HandleFunc("GET /account", s.withSite(s.account))
	mux.HandleFunc("POST /account/password", s.withSite(s.changePassword))
	mux.HandleFunc("GET /health", s.health)
	mux.HandleFunc("GET "+stylePath, serveStyle)
	mux.HandleFunc("GET "+iconPath, serveIcon)
	mux.HandleFunc("/", s.notFound)
	return mux
}

// withSite answers 503 as long as no site was readable.
func (s *Server) withSite(page func(http.ResponseWriter, *http.Request, *visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r)
		if v.site == nil {
			w.Header().Set("Retry-After", "10")
			s.render(w, v, http.StatusServiceUnavailable, "preparing", nil)
			return
		}
		page(w, r, v)
	}
}

// health says whether the portal can show anything; the directory does not
// count, because the home page and the charter work without it.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if s.site.current() == nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("no site yet\n"))
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// Run serves a portal until ctx is done, then lets requests under way finish.
func Run(ctx context.Context, o Options) error {
	s, err := New(o)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return err
	}
	o.Log.Info("Portal listens", logkey.Address, listener.Addr().String())
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = server.Shutdown(grace)
	<-failed
	return err
}

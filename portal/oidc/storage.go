package oidc

import (
	"context"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"ronron/account"
)

// storage is the provider as the library asks it for what it needs. What
// belongs to flows that we do not have is refused.
type storage struct{ p *Provider }

var (
	_ op.Storage                   = storage{}
	_ op.CanSetUserinfoFromRequest = storage{}
)

var errNotOffered = errors.New("this provider does not offer that")

// AuthRequestByCode uses the code up.
func (s storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	id, err := s.p.op.Crypto().Decrypt(code)
	if err != nil {
		return nil, err
	}
	one, ok := s.p.grants.spend(id)
	if !ok {
		return nil, errSeal
	}
	return &asked{grant: one}, nil
}

// SaveAuthCode has nothing to do: a code names its grant.
func (s storage) SaveAuthCode(context.Context, string, string) error { return nil }

// DeleteAuthRequest keeps the grant, which is what the access token stands for.
func (s storage) DeleteAuthRequest(context.Context, string) error { return nil }

func (s storage) CreateAccessToken(_ context.Context, request op.TokenRequest) (string, time.Time, error) {
	a, ok := request.(*asked)
	if !ok {
		return "", time.Time{}, errNotOffered
	}
	return a.id, a.ends, nil
}

// SetUserinfoFromRequest fills the id token.
func (s storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, request op.IDTokenRequest, scopes []string) error {
	a, ok := request.(*asked)
	if !ok {
		return errNotOffered
	}
	c, ok := s.p.house.Client(a.client)
	if !ok {
		return errNotOffered
	}
	tell(info, c, a.member, scopes)
	return nil
}

func (s storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	c, ok := s.p.house.Client(id)
	if !ok {
		return nil, errNoClient
	}
	return client{c}, nil
}

var errNoClient = errors.New("there is no such client")

func (s storage) AuthorizeClientIDSecret(_ context.Context, id, given string) error {
	if c, ok := s.p.house.Client(id); !ok || !c.knows(given) {
		return errNoClient
	}
	return nil
}

func (s storage) SigningKey(context.Context) (op.SigningKey, error) {
	return signing{s.p.keys[0]}, nil
}

func (s storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{algorithm}, nil
}

func (s storage) KeySet(context.Context) (all []op.Key, _ error) {
	for _, k := range s.p.keys {
		all = append(all, published{k})
	}
	return all, nil
}

func (s storage) Health(context.Context) error { return nil }

// The rest is for flows that we do not have.

func (s storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil // SetUserinfoFromRequest does it
}

func (s storage) CreateAuthRequest(context.Context, *oidc.AuthRequest, string) (op.AuthRequest, error) {
	return nil, errNotOffered
}

func (s storage) AuthRequestByID(context.Context, string) (op.AuthRequest, error) {
	return nil, errNotOffered
}

func (s storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errNotOffered
}

func (s storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errNotOffered
}

func (s storage) TerminateSession(context.Context, string, string) error { return errNotOffered }

func (s storage) RevokeToken(context.Context, string, string, string) *oidc.Error {
	return oidc.ErrUnsupportedGrantType()
}

func (s storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s storage) SetUserinfoFromToken(context.Context, *oidc.UserInfo, string, string, string) error {
	return errNotOffered
}

func (s storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errNotOffered
}

func (s storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, errNotOffered
}

func (s storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNotOffered
}

func (s storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNotOffered
}

// client is a Client in the library's words.
type client struct{ Client }

var _ op.Client = client{}

func (c client) GetID() string                       { return c.ID }
func (c client) RedirectURIs() []string              { return c.Redirects }
func (c client) PostLogoutRedirectURIs() []string    { return c.SignedOut }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c client) LoginURL(string) string              { return "" }
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration      { return idTokenLife }
func (c client) DevMode() bool                       { return false }
func (c client) ClockSkew() time.Duration            { return 0 }

func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType     { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) IsScopeAllowed(scope string) bool { return scope == scopeGroups }

// IDTokenUserinfoClaimsAssertion puts into the id token what userinfo says:
// some software reads nothing else, and both go from us to the service alone.
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }

func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string     { return same }
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return same }

func same(scopes []string) []string { return scopes }

// scopeGroups asks for the groups of a member that concern the client.
const scopeGroups = "groups"

// scopes are what a client can ask for.
var scopes = []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, scopeGroups}

// tell says of a member what the scopes ask for. A mail address is not said to be
// verified, because nobody did.
func tell(info *oidc.UserInfo, c Client, m account.Member, scopes []string) {
	info.Subject = string(m.Login)
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeProfile:
			info.PreferredUsername = string(m.Login)
			info.Name, info.GivenName, info.FamilyName = m.Name, m.GivenName, m.FamilyName
			if info.Name == "" {
				info.Name = string(m.Login)
			}
		case oidc.ScopeEmail:
			info.Email = m.Mail
		case scopeGroups:
			info.AppendClaims("groups", c.groupsOf(m))
		}
	}
}

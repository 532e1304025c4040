package oidc

import (
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// discovery is what a client can learn by itself (OpenID Connect Discovery, 3).
// It names what there is and nothing else.
type discovery struct {
	Issuer          string   `json:"issuer"`
	Authorize       string   `json:"authorization_endpoint"`
	Token           string   `json:"token_endpoint"`
	Userinfo        string   `json:"userinfo_endpoint"`
	Keys            string   `json:"jwks_uri"`
	EndSession      string   `json:"end_session_endpoint"`
	Scopes          []string `json:"scopes_supported"`
	ResponseTypes   []string `json:"response_types_supported"`
	ResponseModes   []string `json:"response_modes_supported"`
	GrantTypes      []string `json:"grant_types_supported"`
	Subjects        []string `json:"subject_types_supported"`
	Algorithms      []string `json:"id_token_signing_alg_values_supported"`
	ClientAuth      []string `json:"token_endpoint_auth_methods_supported"`
	Claims          []string `json:"claims_supported"`
	ClaimsParameter bool     `json:"claims_parameter_supported"`
	Request         bool     `json:"request_parameter_supported"`
	RequestURI      bool     `json:"request_uri_parameter_supported"`
	Challenges      []string `json:"code_challenge_methods_supported"`
	AnswersWithIss  bool     `json:"authorization_response_iss_parameter_supported"`
	Languages       []string `json:"ui_locales_supported"`
}

// Discovery answers at DiscoveryPath.
func (p *Provider) Discovery(w http.ResponseWriter, _ *http.Request) {
	at := p.house.Issuer()
	writeJSON(w, http.StatusOK, discovery{
		Issuer: at, Authorize: at + AuthorizePath, Token: at + TokenPath, Userinfo: at + UserinfoPath, Keys: at + KeysPath, EndSession: at + EndSessionPath,
		Scopes:        scopes,
		ResponseTypes: []string{"code"},
		ResponseModes: []string{"query"},
		GrantTypes:    []string{"authorization_code"},
		Subjects:      []string{"public"},
		Algorithms:    []string{string(algorithm)},
		ClientAuth:    []string{"client_secret_basic", "client_secret_post"},
		Claims: []string{
			"iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "c_hash",
			"preferred_username", "name", "given_name", "family_name", "email", "groups",
		},
		Challenges:     []string{"S256"},
		AnswersWithIss: true,
		Languages:      []string{"fr", "en"},
	})
}

// Keys answers with the public halves of the keys.
func (p *Provider) Keys(w http.ResponseWriter, r *http.Request) { op.Keys(w, r, storage{p}) }

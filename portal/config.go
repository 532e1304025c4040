package portal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"ronron/internal/secret"
	"ronron/portal/oidc"
)

// Config is the portal's secret configuration: how it reaches the directory.
// The daemon writes it (Encode) into the portal's unit, `ronron portal` reads
// it (ReadConfig) and makes an account.SignIns of it.
type Config struct {
	Directory DirectoryConfig
	// GateKey is the seed of the Ed25519 key that the portal signs passes with,
	// base64; GateSecret is what the gateway shows itself with. Both empty: no gate.
	GateKey    secret.String
	GateSecret secret.String
	// OIDCKeys sign id tokens, in PEM: the first signs, the others did before.
	OIDCKeys []secret.String
}

// DirectoryConfig is the portal's own account in the directory.
type DirectoryConfig struct {
	Address    string // ip:port, TLS from the first byte
	ServerName string // what its certificate is for: directory.chaton.example.org
	CA         string // PEM of the authority that signed that certificate
	BaseDN     string
	BindDN     string
	Password   secret.String
}

// storedConfig is the file's form. It is apart from Config because a
// secret.String encodes as "[redacted]", which is right everywhere but here.
type storedConfig struct {
	Version   int `json:"version"`
	Directory struct {
		Address    string `json:"address"`
		ServerName string `json:"server_name"`
		CA         string `json:"ca"`
		BaseDN     string `json:"base_dn"`
		BindDN     string `json:"bind_dn"`
		Password   string `json:"password"`
	} `json:"directory"`
	Gate struct {
		Key    string `json:"key"`
		Secret string `json:"secret"`
	} `json:"gate,omitzero"`
	OIDC struct {
		Keys []string `json:"keys"`
	} `json:"oidc,omitzero"`
}

// ConfigVersion is the form this binary writes.
const ConfigVersion = 1

// Encode returns the file with its secrets in clear: write it only where
// secrets may be.
func (c Config) Encode() ([]byte, error) {
	s := storedConfig{Version: ConfigVersion}
	s.Directory.Address = c.Directory.Address
	s.Directory.ServerName = c.Directory.ServerName
	s.Directory.CA = c.Directory.CA
	s.Directory.BaseDN = c.Directory.BaseDN
	s.Directory.BindDN = c.Directory.BindDN
	s.Directory.Password = c.Directory.Password.Reveal()
	s.Gate.Key = c.GateKey.Reveal()
	s.Gate.Secret = c.GateSecret.Reveal()
	for _, k := range c.OIDCKeys {
		s.OIDC.Keys = append(s.OIDC.Keys, k.Reveal())
	}
	return json.MarshalIndent(s, "", "  ")
}

// GateSeed is GateKey as portal.Options takes it; nil without a gate.
func (c Config) GateSeed() []byte {
	seed, _ := base64.StdEncoding.DecodeString(c.GateKey.Reveal()) // ReadConfig told
	return seed
}

// ProviderKeys is OIDCKeys as portal.Options takes them.
func (c Config) ProviderKeys() (keys []oidc.Key, err error) {
	for _, s := range c.OIDCKeys {
		k, err := oidc.ParseKey(s)
		if err != nil {
			return nil, fmt.Errorf("read the key that signs members in: %w", err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// ReadConfig reads what Encode wrote. Its errors never repeat the content.
func ReadConfig(path string) (Config, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the portal's configuration: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	var s storedConfig
	if err := decoder.Decode(&s); err != nil {
		return Config{}, fmt.Errorf("read the portal's configuration %s: it is not the JSON that this version writes", path)
	}
	if s.Version != ConfigVersion {
		return Config{}, fmt.Errorf("read the portal's configuration %s: version %d, this program reads %d", path, s.Version, ConfigVersion)
	}
	d := s.Directory
	if d.Address == "" || d.ServerName == "" || d.CA == "" || d.BaseDN == "" || d.BindDN == "" || d.Password == "" {
		return Config{}, fmt.Errorf("read the portal's configuration %s: directory needs address, server_name, ca, base_dn, bind_dn and password", path)
	}
	seed, err := base64.StdEncoding.DecodeString(s.Gate.Key)
	if err != nil || len(seed) != 0 && len(seed) != ed25519.SeedSize || (s.Gate.Key == "") != (s.Gate.Secret == "") {
		return Config{}, fmt.Errorf("read the portal's configuration %s: gate needs key, the base64 of 32 bytes, and secret", path)
	}
	var keys []secret.String
	for _, k := range s.OIDC.Keys {
		keys = append(keys, secret.New(k))
	}
	return Config{OIDCKeys: keys, GateKey: secret.New(s.Gate.Key), GateSecret: secret.New(s.Gate.Secret), Directory: DirectoryConfig{
		Address: d.Address, ServerName: d.ServerName, CA: d.CA,
		BaseDN: d.BaseDN, BindDN: d.BindDN, Password: secret.New(d.Password),
	}}, nil
}

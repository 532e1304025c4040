package portal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"ronron/internal/secret"
)

// Config is the portal's secret configuration: how it reaches the directory.
// The daemon writes it (Encode) into the portal's unit, `ronron portal` reads
// it (ReadConfig) and makes an Accounts of it.
type Config struct {
	Directory DirectoryConfig
}

// DirectoryConfig is the portal's own account in the directory.
type DirectoryConfig struct {
	URL          string // ldaps://directory.chaton.example.org:636
	CA           string // PEM of the authority that signed the server's certificate
	BaseDN       string
	BindDN       string
	BindPassword secret.String
}

// storedConfig is the file's form. It is apart from Config because a
// secret.String encodes as "[redacted]", which is right everywhere but here.
type storedConfig struct {
	Version   int `json:"version"`
	Directory struct {
		URL          string `json:"url"`
		CA           string `json:"ca"`
		BaseDN       string `json:"base_dn"`
		BindDN       string `json:"bind_dn"`
		BindPassword string `json:"bind_password"`
	} `json:"directory"`
}

// ConfigVersion is the form this binary writes.
const ConfigVersion = 1

// Encode returns the file with its secrets in clear: write it only where
// secrets may be.
func (c Config) Encode() ([]byte, error) {
	s := storedConfig{Version: ConfigVersion}
	s.Directory.URL = c.Directory.URL
	s.Directory.CA = c.Directory.CA
	s.Directory.BaseDN = c.Directory.BaseDN
	s.Directory.BindDN = c.Directory.BindDN
	s.Directory.BindPassword = c.Directory.BindPassword.Reveal()
	return json.MarshalIndent(s, "", "  ")
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
	if s.Directory.URL == "" || s.Directory.BaseDN == "" || s.Directory.BindDN == "" || s.Directory.BindPassword == "" {
		return Config{}, fmt.Errorf("read the portal's configuration %s: directory needs url, base_dn, bind_dn and bind_password", path)
	}
	return Config{Directory: DirectoryConfig{
		URL: s.Directory.URL, CA: s.Directory.CA, BaseDN: s.Directory.BaseDN,
		BindDN: s.Directory.BindDN, BindPassword: secret.New(s.Directory.BindPassword),
	}}, nil
}

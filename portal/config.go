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
// it (ReadConfig) and makes an account.SignIns of it.
type Config struct {
	Directory DirectoryConfig
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
	d := s.Directory
	if d.Address == "" || d.ServerName == "" || d.CA == "" || d.BaseDN == "" || d.BindDN == "" || d.Password == "" {
		return Config{}, fmt.Errorf("read the portal's configuration %s: directory needs address, server_name, ca, base_dn, bind_dn and password", path)
	}
	return Config{Directory: DirectoryConfig{
		Address: d.Address, ServerName: d.ServerName, CA: d.CA,
		BaseDN: d.BaseDN, BindDN: d.BindDN, Password: secret.New(d.Password),
	}}, nil
}

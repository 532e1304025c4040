package daemon

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ronron/acme"
	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/recipes"
	"ronron/services"
)

// own is the scope of the daemon's own secrets; no service can be named so.
const own = "ronron"

// bindPassword is the name of a service's password in the directory.
const bindPassword = "directory bind"

// key returns a key of the daemon's own, made the first time.
func (d *Daemon) key(ctx context.Context, name string) ([]byte, error) {
	k, err := d.state.EnsureSecret(ctx, own, name, func() secret.String { return secret.Generate(43, "") })
	return []byte(k.Reveal()), err
}

// serviceSecrets returns the generated secrets of a service.
func (d *Daemon) serviceSecrets(ctx context.Context, service services.Name, r *recipes.Recipe) (map[string]secret.String, error) {
	secrets := map[string]secret.String{}
	for _, s := range r.Secrets {
		value, err := d.state.Secret(ctx, string(service), s.Name)
		if errs.CodeOf(err) == errs.NotFound {
			if value, err = recipes.GenerateSecret(s); err == nil {
				err = d.state.PutSecret(ctx, string(service), s.Name, value)
			}
		}
		if err != nil {
			return nil, err
		}
		secrets[s.Name] = value
	}
	return secrets, nil
}

// password returns a password of the service's in the directory, made the first time.
func (d *Daemon) password(ctx context.Context, service services.Name, name string) (secret.String, error) {
	return d.state.EnsureSecret(ctx, string(service), name, newBindPassword)
}

func newBindPassword() secret.String { return secret.Generate(32, "") }

// fingerprint changes when the account of a service has to be made again.
func (d *Daemon) fingerprint(password secret.String, groups []string) string {
	mac := hmac.New(sha256.New, d.hashKey)
	fmt.Fprintf(mac, "%q %q", password.Reveal(), slices.Sorted(slices.Values(groups)))
	return hex.EncodeToString(mac.Sum(nil))[:16]
}

// authority returns the chaton's own certificate authority, made the first time.
func (d *Daemon) authority(ctx context.Context, name string) (*acme.Authority, error) {
	key, err := d.state.Secret(ctx, own, "authority key")
	if errs.CodeOf(err) == errs.NotFound {
		return d.newAuthority(ctx, name)
	}
	if err != nil {
		return nil, err
	}
	var root string
	if err := d.state.Value(ctx, "authority root", &root); err != nil {
		return nil, err
	}
	return acme.LoadAuthority(root, key, d.Now)
}

func (d *Daemon) newAuthority(ctx context.Context, name string) (*acme.Authority, error) {
	a, err := acme.NewAuthority(name, string(d.Chaton), d.Now)
	if err != nil {
		return nil, err
	}
	key, err := a.KeyPEM()
	if err != nil {
		return nil, err
	}
	// The root first: a key without its root would look complete.
	if err := d.state.PutValue(ctx, "authority root", a.RootPEM()); err != nil {
		return nil, err
	}
	return a, d.state.PutSecret(ctx, own, "authority key", key)
}

// storedCertificate is how a certificate lies in the state.
type storedCertificate struct {
	Chain string `json:"chain"`
	Key   string `json:"key"`
}

// certificate returns the certificate of a host, issued the first time and
// again when it is due. A lifetime of 0 is the usual one.
func (d *Daemon) certificate(ctx context.Context, a *acme.Authority, host string, lifetime time.Duration) (acme.Certificate, error) {
	sealed, err := d.state.Secret(ctx, own, "certificate "+host)
	if err == nil {
		var stored storedCertificate
		if err := json.Unmarshal([]byte(sealed.Reveal()), &stored); err != nil {
			return acme.Certificate{}, fmt.Errorf("decode the certificate of %s: %w", host, err)
		}
		c, err := acme.ParseCertificate(stored.Chain, secret.New(stored.Key))
		if err == nil && !acme.Due(c, d.Now()) {
			return c, nil
		}
	} else if errs.CodeOf(err) != errs.NotFound {
		return acme.Certificate{}, err
	}
	c, err := a.Issue(acme.IssueRequest{Hosts: []string{host}, Lifetime: lifetime})
	if err != nil {
		return acme.Certificate{}, err
	}
	data, err := json.Marshal(storedCertificate{Chain: c.Chain, Key: c.Key.Reveal()})
	if err != nil {
		return acme.Certificate{}, fmt.Errorf("encode the certificate of %s: %w", host, err)
	}
	return c, d.state.PutSecret(ctx, own, "certificate "+host, secret.New(string(data)))
}

// directoryHost is the directory's name in the services' networks.
func (d *Daemon) directoryHost() string { return "directory." + string(d.Chaton) }

// underDomain says whether the internal authority may sign for host.
func (d *Daemon) underDomain(host string) bool {
	return host == string(d.Chaton) || strings.HasSuffix(host, "."+string(d.Chaton))
}

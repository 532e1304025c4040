package ldap

import (
	"os"
	"path/filepath"
	"testing"

	"ronron/internal/secret"
	"ronron/recipes"
	"ronron/services"
)

// resolveRecipe gives the unit that the daemon would run.
func resolveRecipe(t testing.TB, base string, admin secret.String, ca []byte, chain, key string) services.Unit {
	t.Helper()
	const folder = "../recipes/catalog/openldap"
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(folder, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	recipe, diags := recipes.ParseEmbedded("openldap", files)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	resolved, diags := recipe.Resolve(recipes.Input{
		Chaton:  recipes.ChatonInput{Name: "Test", Domain: testDomain, Language: "en"},
		Service: recipes.ServiceInput{Name: "directory"},
		Directory: recipes.DirectoryInput{
			Host: testHost, Port: 636, URL: "ldaps://" + testHost + ":636",
			BaseDN: base, PeopleDN: PeopleDN(base), GroupsDN: GroupsDN(base), ServicesDN: ServicesDN(base), AdminsDN: GroupDN(base, "admins"),
			CA: string(ca), AdminPassword: admin, ServerChain: chain, ServerKey: secret.New(key),
		},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(resolved.Service.Units) != 1 || resolved.Service.Units[0].Name != "slapd" {
		t.Fatalf("the recipe has the units %+v; want slapd alone", resolved.Service.Units)
	}
	return resolved.Service.WithDefaults().Units[0]
}

func TestRecipe_KeepsItsSecretsInSecretFiles(t *testing.T) {
	admin, key := "adminpassword23456789", "theserverskey23456789"
	u := resolveRecipe(t, BaseDN(testDomain), secret.New(admin), []byte("ca"), "chain", key)
	secrets := 0
	for _, f := range u.Files {
		holds := contains(f.Content, admin) || contains(f.Content, key)
		if holds != f.Secret {
			t.Errorf("%s: secret is %v, holds a secret is %v", f.Path, f.Secret, holds)
		}
		if f.UID != 0 || f.GID != 389 || f.Mode != 0o440 {
			t.Errorf("%s belongs to %d:%d with mode %o; want 0:389 440", f.Path, f.UID, f.GID, f.Mode)
		}
		if holds {
			secrets++
		}
	}
	if secrets != 2 {
		t.Errorf("%d files hold a secret; want 2", secrets)
	}
	if len(u.Capabilities) != 0 || !u.ReadOnly || u.User != "389:389" {
		t.Errorf("the unit has capabilities %v, read-only root %v, user %q", u.Capabilities, u.ReadOnly, u.User)
	}
}

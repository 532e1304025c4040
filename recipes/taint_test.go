package recipes

import (
	"strings"
	"testing"
)

// Whatever way a secret takes through an expression, the result is secret.
func TestSecrets_CannotBeLaundered(t *testing.T) {
	for _, expr := range []string{
		`secret.key`,
		`"${secret.key}"`,
		`upper(secret.key)`,
		`substr(secret.key, 0, 1)`,
		`sha256(secret.key)`,
		`base64encode(secret.key)`,
		`length(secret.key)`,
		`secret.key == "a" ? "x" : "y"`,
		`secret["key"]`,
		`[for k, v in secret : v][0]`,
		`join("", [for x in ["a"] : x if secret.key != "b"])`,
		`join("", [for x in [secret.key] : x])`,
		`join("", values({ a = secret.key }))`,
		`join("", keys({ (secret.key) = 1 }))`,
		`join("", [for k, v in { (secret.key) = 1 } : k])`,
		`{ a = "b" }[secret.key == "x" ? "a" : "a"]`,
		`["a", "b"][length(secret.key) > 5 ? 0 : 1]`,
		`{ a = { b = "c" } }.a[secret.key == "x" ? "b" : "b"]`,
		`join("", keys({ for k in [secret.key] : k => "x" }))`,
		`join("", keys({ for k in ["a"] : k => "x" if secret.key == "a" }))`,
		`join("", [for x in secret.key == "a" ? ["b"] : ["c"] : x])`,
		`join("", slice(["a", "b"], 0, length(secret.key) % 2))`,
		`join("", [for n in range(0, length(secret.key)) : "a"])`,
		`join("", [for o in [{ a = secret.key }] : o.a])`,
		`join("", [{ a = secret.key }][*].a)`,
		`-length(secret.key)`,
		`!(secret.key == "a")`,
		`(secret.key)`,
		`lookup({ a = "b" }, secret.key, "c")`,
		`contains(["a"], secret.key)`,
		`jsonencode({ a = [secret.key] })`,
		`yamlencode({ a = [secret.key] })`,
		`element(["a", secret.key], 1)`,
		`coalesce(secret.key, "x")`,
		`format("%s", secret.key)`,
		`replace("abc", secret.key, "x")`,
		`join(",", split("", secret.key))`,
		`length(regexall(secret.key, "a"))`,
		`merge({ a = "b" }, { a = secret.key }).a`,
		`flatten([[secret.key]])[0]`,
		`distinct([secret.key])[0]`,
		`sort([secret.key, "a"])[0]`,
		`alltrue([for c in ["a"] : secret.key == c])`,
		`phpstring(secret.key)`,
		`tostring(secret.key)`,
		`directory.bind_password`,
		`service.key`,
		`mail.password`,
		`"%{ if secret.key == "x" }a%{ else }b%{ endif }"`,
		`"%{ for c in split("", secret.key) }a%{ endfor }"`,
		`<<EOT
${secret.key}
EOT
`,
	} {
		files := wrap("\"open\"\n B = " + expr + "\n")
		files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), `accounts "none" {}`, "accounts \"ldap\" {}\nsecret \"key\" {}", 1))
		r, diags := Parse("x", files)
		if r != nil {
			_, diags = r.Resolve(input(r))
		}
		if len(diags) != 1 || diags[0].Summary != "Secret in the open" {
			t.Errorf("environment = { B = %s } is let through: %v", expr, diags)
		}
	}
}

func TestResolve_SaysWhenASecretWasNotMade(t *testing.T) {
	r := pad(t)
	in := padInput(r)
	delete(in.Secrets, "pin")
	if _, diags := r.Resolve(in); len(diags) != 1 || diags[0].Summary != "Fault of Ronron" {
		t.Errorf("got %v", diags)
	}
}

// The directory's own keys cannot even be named by another recipe.
func TestParse_KeepsTheDirectorysKeysToItself(t *testing.T) {
	for _, name := range []string{"admin_password", "server_key", "server_chain"} {
		r, diags := Parse("x", wrap("directory."+name))
		if r != nil || len(diags) != 1 || diags[0].Summary != "Unknown name" {
			t.Errorf("directory.%s: %v", name, diags)
		}
	}
}

package recipes

import (
	"strings"
	"testing"

	"ronron/services"
)

// strange is a recipe of a stranger, with room for what they try.
func strange(inRecipe, inUnit string) map[string][]byte {
	return map[string][]byte{
		"Dockerfile": []byte("FROM debian:trixie-slim\n"),
		"recipe.hcl": []byte(`recipe "x" {
  version = "1"
  public  = "x"
  software {
    name     = "X"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/x"
    category = "test"
    title    = "X"
    summary  = "X."
  }
  accounts "ldap" {}
  secret "key" {}
  volume "data" {}
  companion "postgresql" "db" { major = 17 }
` + inRecipe + `
  unit "web" {
    port "http" { number = 80 }
` + inUnit + `
  }
}
`)}
}

// Whatever a recipe of a stranger tries to reach outside of its service is
// refused, in words that say why.
func TestHostile_CannotEscape(t *testing.T) {
	for name, tc := range map[string]struct{ inRecipe, inUnit, summary string }{
		// the host's folders, devices and rights
		"host folder as a volume":    {``, `volumes = ["/:/host"]`, "Not allowed here"},
		"host folder as a mount":     {``, `mount "/etc" { path = "/host" }`, "Not allowed here"},
		"parent as a mount":          {``, `mount "../.." { path = "/host" }`, "Not allowed here"},
		"source of a mount":          {``, "mount \"data\" {\n path = \"/x\"\n source = \"/etc\"\n}", "Not allowed here"},
		"options of a volume":        {"volume \"bind\" {\n driver_opts = { type = \"none\", o = \"bind\", device = \"/\" }\n}", ``, "Unknown attribute"},
		"volume named as a path":     {`volume "/etc" {}`, ``, "Bad name"},
		"engine's socket":            {``, `mount "/var/run/docker.sock" { path = "/var/run/docker.sock" }`, "Not allowed here"},
		"engine's socket by name":    {``, `docker_socket = true`, "Not allowed here"},
		"device":                     {``, `devices = ["/dev/mem"]`, "Not allowed here"},
		"privileged":                 {``, `privileged = true`, "Not allowed here"},
		"rights over the host":       {``, `capabilities = ["SYS_ADMIN"]`, "Not allowed here"},
		"rights over the host, too":  {``, `capabilities = ["DAC_READ_SEARCH"]`, "Not allowed here"},
		"no seccomp":                 {``, `security_opt = ["seccomp=unconfined"]`, "Not allowed here"},
		"host network":               {``, `network_mode = "host"`, "Not allowed here"},
		"host processes":             {``, `pid = "host"`, "Not allowed here"},
		"kernel settings":            {``, `sysctls = { a = "b" }`, "Not allowed here"},
		"file over the kernel":       {``, `file "/proc/sys/kernel/core_pattern" { content = "x" }`, "Bad path"},
		"memory over the kernel":     {``, `tmpfs = ["/sys/fs"]`, "Bad path"},
		"option behind a path":       {``, `tmpfs = ["/x:exec"]`, "Bad path"},
		"part of every chaton":       {`builtin = true`, ``, "Not allowed here"},
		"another network":            {`network "host" {}`, ``, "Not allowed here"},
		"the service's own volume":   {``, `mount "wiki_data" { path = "/x" }`, "Unknown volume"},
		"another's volume":           {``, `mount "chaton.test_ronron_state" { path = "/x" }`, "Unknown volume"},
		"the companion's volume":     {``, `mount "db" { path = "/x" }`, "Unknown volume"},
		"backup of another's volume": {`backup { volumes = ["ronron_state"] }`, ``, "Unknown volume"},

		// what is not the recipe's to read
		"the host's environment":   {``, `environment = { A = env("HOME") }`, "Unknown function"},
		"the host's files":         {``, `environment = { A = file("/etc/shadow") }`, "Unknown function"},
		"a template outside":       {``, `file "/x" { template = "../../etc/passwd.tmpl" }`, "Missing template"},
		"the directory's password": {``, `file "/x" { content = directory.admin_password }`, "Unknown name"},
		"the directory's key":      {``, `file "/x" { content = directory.server_key }`, "Unknown name"},
		"another's secret":         {``, `file "/x" { content = secret.wiki }`, "Unknown name"},
		"a secret by its key":      {``, `file "/x" { content = secret["ronron/hash"] }`, "No such item"},

		// secrets where others read
		"secret as an argument":          {``, `command = ["x", secret.key]`, "Secret in the open"},
		"secret in the environment":      {``, `environment = { A = companion.db.url }`, "Secret in the open"},
		"secret in a probe":              {``, `health { exec = { command = ["x", secret.key] } }`, "Secret in the open"},
		"secret of a job":                {"job \"x\" {\n when = \"first\"\n unit = \"web\"\n command = [secret.key]\n}", ``, "Secret in the open"},
		"secret of a tool":               {"tool \"x\" {\n unit = \"web\"\n command = [companion.db.password]\n}", ``, "Secret in the open"},
		"secret of an export":            {"export \"member\" {\n unit = \"web\"\n command = [secret.key]\n formats = [\"a/b\"]\n what = \"x\"\n}", ``, "Secret in the open"},
		"secret in SQL":                  {"usage \"x\" {\n label = \"x\"\n unit = \"db\"\n sql = \"SELECT '${secret.key}'\"\n}", ``, "Secret in the open"},
		"secret in a header":             {"route \"web\" {\n unit = \"web\"\n port = \"http\"\n headers = { X = secret.key }\n}", ``, "Secret in the open"},
		"secret in a host name":          {"route \"web\" {\n unit = \"web\"\n port = \"http\"\n host = \"${secret.key}.${service.host}\"\n}", ``, "Secret in the open"},
		"secret in a page":               {`members = "the password is ${secret.key}"`, ``, "Secret in the open"},
		"secret in an option":            {"companion \"postgresql\" \"two\" {\n major = 17\n options = { collation = secret.key }\n}", ``, "Secret in the open"},
		"the directory's word in a page": {`members = directory.bind_password`, ``, "Secret in the open"},

		// the machine's and others' doors
		"commands in another's unit": {"tool \"x\" {\n unit = \"slapd\"\n command = [\"x\"]\n}", ``, "Unknown unit"},
		"a thousand ports":           {"listen \"x\" {\n unit = \"web\"\n protocol = \"udp\"\n ports = \"1000-2000\"\n}", ``, "Range too large"},
		"SQL that writes":            {"usage \"x\" {\n label = \"x\"\n unit = \"db\"\n sql = \"SELECT 1; DROP DATABASE app\"\n}", ``, "Not one question"},
		"a header for the gateway":   {"route \"web\" {\n unit = \"web\"\n port = \"http\"\n headers = { \"Transfer-Encoding\" = \"x\" }\n}", ``, "Bad header"},
	} {
		t.Run(name, func(t *testing.T) {
			image := "    image = \"x/y:1\"\n"
			r, diags := Parse("x", strange(tc.inRecipe, image+tc.inUnit))
			if r != nil {
				_, diags = r.Resolve(input(r))
			}
			if len(diags) != 1 || diags[0].Summary != tc.summary {
				t.Errorf("want one problem %q, got %v", tc.summary, diags)
			}
		})
	}
}

func TestHostile_BuildsCannotLeak(t *testing.T) {
	for name, tc := range map[string]struct{ inUnit, summary string }{
		"secret as a build argument":  {`build { args = { A = secret.key } }`, "Secret in the open"},
		"secret hidden in one":        {`build { args = { A = "x${sha256(companion.db.password)}" } }`, "Secret in the open"},
		"secret in an address":        {"build {\n source \"x\" {\n url = \"https://example.org/${secret.key}\"\n sum = \"h1:" + strings.Repeat("0", 64) + "\"\n}\n}", "Text without quotes"},
		"source from the machine":     {"build {\n source \"x\" {\n url = \"https://127.0.0.1/x\"\n sum = \"h1:" + strings.Repeat("0", 64) + "\"\n}\n}", "Bad address"},
		"source from a file":          {"build {\n source \"x\" {\n url = \"file:///etc/shadow\"\n sum = \"h1:" + strings.Repeat("0", 64) + "\"\n}\n}", "Bad address"},
		"source over the Dockerfile":  {"build {\n source \"../x\" {\n url = \"https://example.org/x\"\n sum = \"h1:" + strings.Repeat("0", 64) + "\"\n}\n}", "Bad name"},
		"context elsewhere":           {"build {\n context = \"/\"\n}", "Not allowed here"},
		"Dockerfile elsewhere":        {"build {\n dockerfile = \"/etc/x\"\n}", "Not allowed here"},
		"image without a version":     {`image = "x/y:latest"`, "Image not pinned"},
		"option in the image's place": {`image = "--privileged"`, "Bad image"},
	} {
		t.Run(name, func(t *testing.T) {
			r, diags := Parse("x", strange(``, tc.inUnit))
			if r != nil {
				_, diags = r.Resolve(input(r))
			}
			if len(diags) != 1 || diags[0].Summary != tc.summary {
				t.Errorf("want one problem %q, got %v", tc.summary, diags)
			}
		})
	}
}

// confined fails the test when a service has what no recipe may ask for,
// however it came by it.
func confined(t *testing.T, s services.Service) {
	t.Helper()
	if s.HostNetwork {
		t.Error("it is in the machine's network")
	}
	for _, v := range s.Volumes {
		if v.Shared {
			t.Errorf("the volume %s is shared", v.Name)
		}
	}
	for _, u := range s.Units {
		if u.Image.Self || u.Overlaps || u.Health.Kind == services.HealthAsked {
			t.Errorf("the unit %s is built in", u.Name)
		}
		for _, m := range u.Mounts {
			if m.Owner != "" {
				t.Errorf("the unit %s mounts a volume of %s", u.Name, m.Owner)
			}
		}
	}
}

func TestHostile_NoServiceOfARecipeIsMoreThanAService(t *testing.T) {
	r := pad(t)
	resolved, diags := r.Resolve(padInput(r))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	confined(t, resolved.Service)
}

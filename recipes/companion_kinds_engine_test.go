package recipes

import (
	"strings"
	"testing"
)

// keeps holds the promises that every building block makes: content survives a
// new container, a dump brings it back, and a dump that was cut off or a volume of
// another major version changes nothing.
func (l *lab) keeps(kind, volume, write, change string) {
	l.Helper()
	commands := blocks().byKind[kind].commands
	check, dump, restore := strings.Join(commands.Check, " "), strings.Join(commands.Dump, " "), strings.Join(commands.Restore, " ")
	refused := func(what, line string) {
		l.Helper()
		if r, err := l.engine.Exec(l.Context(), l.id, []string{"sh", "-c", line}, nil); err != nil || r.ExitCode == 0 {
			l.Errorf("%s is accepted: %v %s", what, err, r.Output)
		}
	}
	l.sh(write)
	before := l.sh(check)
	l.start()
	if got := l.sh(check); got != before {
		l.Errorf("after a new container: %s; before: %s", got, before)
	}
	l.sh(dump + " >" + volume + "/dump.test")
	l.sh(change)
	changed := l.sh(check)
	if changed == before {
		l.Error("the check does not see that content changed")
	}
	refused("a dump that was cut off", "head -c 100 "+volume+"/dump.test | "+restore)
	if got := l.sh(check); got != changed {
		l.Errorf("a dump that was cut off changed the content: %s, %s", changed, got)
	}
	l.sh(restore + " <" + volume + "/dump.test")
	if got := l.sh(check); got != before {
		l.Errorf("after the restore: %s; before: %s", got, before)
	}
	l.start()
	if got := l.sh(check); got != before {
		l.Errorf("after the restore and a new container: %s; before: %s", got, before)
	}
	l.sh("rm " + volume + "/dump.test; echo 1 >" + volume + "/series")
	refused("a volume of another major version", "/usr/local/bin/start")
}

func TestCompanion_MariaDBOnARealEngine(t *testing.T) {
	l := newLab(t, "mariadb", `options = { charset = "utf8mb4" }`)
	l.start()
	// As the software does it: by name and password, over the network.
	const sql = `MYSQL_PWD=$(cat /etc/ronron/password) mariadb --no-defaults --skip-ssl-verify-server-cert -h db -u app app -e `
	for _, line := range []string{
		strings.Replace(sql, "$(cat /etc/ronron/password)", "wrong", 1) + `"SELECT 1"`,
		sql + `"SELECT * FROM mysql.global_priv"`, sql + `"CREATE DATABASE other"`,
	} {
		if r, err := l.engine.Exec(t.Context(), l.id, []string{"sh", "-c", line}, nil); err != nil || r.ExitCode == 0 {
			t.Errorf("accepted: %s: %v %s", line, err, r.Output)
		}
	}
	l.keeps("mariadb", "/var/lib/mariadb",
		sql+`"CREATE TABLE page (title varchar(40), body blob); INSERT INTO page VALUES ('Été 😀', unhex('00ff27')); CREATE VIEW titles AS SELECT title FROM page"`,
		sql+`"UPDATE page SET body = unhex('00ff28')"`)
}

func TestCompanion_ValkeyOnARealEngine(t *testing.T) {
	l := newLab(t, "valkey", `options = { persistent = true }`)
	l.start()
	// As the software does it: by password, over the network.
	const cli = `REDISCLI_AUTH=$(cat /etc/ronron/password) valkey-cli -e -h db `
	for _, line := range []string{
		strings.Replace(cli, "$(cat /etc/ronron/password)", "wrong", 1) + "GET a",
		cli + "CONFIG SET dir /tmp", cli + "SHUTDOWN", cli + "ACL LIST", cli + "DEBUG DIGEST", cli + "MONITOR",
	} {
		if r, err := l.engine.Exec(t.Context(), l.id, []string{"sh", "-c", line}, nil); err != nil || r.ExitCode == 0 {
			t.Errorf("accepted: %s: %v %s", line, err, r.Output)
		}
	}
	l.keeps("valkey", "/var/lib/valkey", cli+"SET a Été && "+cli+"RPUSH queue 1 2 3", cli+"LPOP queue && "+cli+"SET b 1")
}

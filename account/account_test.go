package account_test

import (
	"slices"
	"strings"
	"testing"

	"ronron/account"
	"ronron/account/accounttest"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

func TestLogin_Validate(t *testing.T) {
	for _, good := range []account.Login{"ana", "jo", "ana.perez", "a-b_c.d", "x2", account.Login(strings.Repeat("x", 32))} {
		if err := good.Validate(); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	bad := append(slices.Clone(accounttest.Hostile), "a", "2x", "-ana", "ana-", "an..a", "a.-b", "root", "portal", "ronron", "ana@example.org",
		account.Login(strings.Repeat("x", 33)))
	for _, login := range bad {
		if login.Validate() == nil {
			t.Errorf("%q passes for a login", login)
		}
	}
}

func TestMember_Validate(t *testing.T) {
	good := account.Member{Login: "ana", Mail: "ana@example.org", Name: "Ana O'Neil-Pérez 王 🐈"}
	if err := good.Validate(); err != nil {
		t.Errorf("%+v: %v", good, err)
	}
	for what, change := range map[string]func(*account.Member){
		"login":                func(m *account.Member) { m.Login = "ANA" },
		"no mail":              func(m *account.Member) { m.Mail = "" },
		"mail with a name":     func(m *account.Member) { m.Mail = "Ana <ana@example.org>" },
		"mail beyond ASCII":    func(m *account.Member) { m.Mail = "ana@exämple.org" },
		"mail with spaces":     func(m *account.Member) { m.Mail = `"a b"@example.org` },
		"mail that is long":    func(m *account.Member) { m.Mail = strings.Repeat("x", 243) + "@example.org" },
		"name with a line":     func(m *account.Member) { m.Name = "Ana\nmail: other@example.org" },
		"name that is no text": func(m *account.Member) { m.GivenName = "\xff" },
		"name that is long":    func(m *account.Member) { m.FamilyName = strings.Repeat("é", 129) },
	} {
		m := good
		change(&m)
		if m.Validate() == nil {
			t.Errorf("%s: %+v passes", what, m)
		}
	}
}

func TestMember_WithDefaults(t *testing.T) {
	for _, c := range []struct{ in, want account.Member }{
		{account.Member{Login: "ana"}, account.Member{Login: "ana", Name: "ana"}},
		{account.Member{Login: "ana", GivenName: " Ana ", FamilyName: "Pérez"}, account.Member{Name: "Ana Pérez", GivenName: "Ana", FamilyName: "Pérez"}},
		{account.Member{Login: "ana", FamilyName: "Pérez"}, account.Member{Name: "Pérez", FamilyName: "Pérez"}},
		{account.Member{Login: "ana", Name: "  Ana  "}, account.Member{Name: "Ana"}},
	} {
		got := c.in.WithDefaults()
		if got.Name != c.want.Name || got.GivenName != c.want.GivenName || got.FamilyName != c.want.FamilyName {
			t.Errorf("%+v becomes %+v; want %+v", c.in, got, c.want)
		}
	}
	groups := []string{"wiki", "admins", "wiki"}
	got := account.Member{Login: "ana", Groups: groups}.WithDefaults()
	if !slices.Equal(got.Groups, []string{"admins", "members", "wiki"}) {
		t.Errorf("groups become %v", got.Groups)
	}
	if !slices.Equal(groups, []string{"wiki", "admins", "wiki"}) {
		t.Errorf("the caller's groups became %v", groups)
	}
}

func TestCheckPassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"": false, "elevenchars": false, "twelve chars": true, strings.Repeat("é", 11): false, strings.Repeat("é", 12): true,
		strings.Repeat("x", 200): true, strings.Repeat("x", 201): false,
	} {
		err := account.CheckPassword(secret.New(password))
		if (err == nil) != ok {
			t.Errorf("%d bytes: %v", len(password), err)
		}
		if err != nil && password != "" && strings.Contains(err.Error(), password) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestCheckGroup(t *testing.T) {
	for name, ok := range map[string]bool{
		"wiki": true, "board-2": true, "a": true, "": false, "Wiki": false, "wiki-": false, "a--b": false, "a_b": false, "a,b": false, "2a": false,
		strings.Repeat("x", 32): true, strings.Repeat("x", 33): false,
	} {
		if err := account.CheckGroup(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestNeedOtherAdmin(t *testing.T) {
	admin := func(login account.Login, suspended bool) account.Member {
		return account.Member{Login: login, Groups: []string{account.Admins, account.Members}, Suspended: suspended}
	}
	plain := account.Member{Login: "bob", Groups: []string{account.Members}}
	for what, c := range map[string]struct {
		members []account.Member
		refused bool
	}{
		"the only one":                  {[]account.Member{admin("ana", false), plain}, true},
		"one of two":                    {[]account.Member{admin("ana", false), admin("eve", false)}, false},
		"the other is suspended":        {[]account.Member{admin("ana", false), admin("eve", true)}, true},
		"suspended, and another":        {[]account.Member{admin("ana", true), admin("eve", false)}, false},
		"suspended, and the only one":   {[]account.Member{admin("ana", true)}, false}, // there is none to lose
		"no administrator":              {[]account.Member{{Login: "ana", Groups: []string{account.Members}}, admin("eve", false)}, false},
		"nobody by that login is there": {[]account.Member{admin("eve", false)}, false},
	} {
		err := account.NeedOtherAdmin(c.members, "ana")
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && (errs.CodeOf(err) != errs.Conflict || errs.HintOf(err) == "") {
			t.Errorf("%s: %v; want Conflict with a hint", what, err)
		}
	}
}

func TestInvalidInput_IsASentence(t *testing.T) {
	err := account.InvalidInput(account.CheckPassword(secret.New("short")))
	if got := err.Error(); !strings.HasPrefix(got, "The password has 5") || !strings.HasSuffix(got, ".") || errs.CodeOf(err) != errs.Invalid {
		t.Errorf("%q, code %s", got, errs.CodeOf(err))
	}
}

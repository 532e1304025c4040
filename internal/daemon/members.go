package daemon

import (
	"context"
	"net/http"
	"strings"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/secret"
)

// addMember makes an account, with a generated password where none was given.
func addMember(ctx context.Context, dir account.Directory, r *http.Request) (api.MemberReply, error) {
	var in api.MemberRequest
	if err := decode(r, &in); err != nil {
		return api.MemberReply{}, err
	}
	if in.Member.Name == "" {
		in.Member.Name = string(in.Member.Login)
	}
	if err := in.Member.Validate(); err != nil {
		return api.MemberReply{}, account.InvalidInput(err)
	}
	password, shown, err := choose(in.Password)
	if err != nil {
		return api.MemberReply{}, err
	}
	if err := dir.Add(ctx, in.Member, password); err != nil {
		return api.MemberReply{}, err
	}
	m, err := dir.Member(ctx, in.Member.Login)
	return api.MemberReply{Member: m, Password: shown}, err
}

func setPassword(ctx context.Context, dir account.Directory, r *http.Request) (api.MemberReply, error) {
	var in api.MemberRequest
	if err := decode(r, &in); err != nil {
		return api.MemberReply{}, err
	}
	password, shown, err := choose(in.Password)
	if err != nil {
		return api.MemberReply{}, err
	}
	if err := dir.SetPassword(ctx, login(r), password); err != nil {
		return api.MemberReply{}, err
	}
	m, err := dir.Member(ctx, login(r))
	return api.MemberReply{Member: m, Password: shown}, err
}

// choose returns the given password once it passes the rules, or a new one and
// its text to show.
func choose(given string) (password secret.String, shown string, err error) {
	if given == "" {
		password = newPassword()
		return password, password.Reveal(), nil
	}
	password = secret.New(given)
	if err := account.CheckPassword(password); err != nil {
		return secret.String{}, "", account.InvalidInput(err)
	}
	return password, "", nil
}

// lastLine returns the last line of an output that says something.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

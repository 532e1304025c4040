package cli

import (
	"cmp"
	"slices"

	"github.com/urfave/cli/v2"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/text"
)

var (
	passwordFileFlag = &cli.StringFlag{Name: "password-file", Usage: "read the password from `FILE`, or from standard input with -"}
	generateFlag     = &cli.BoolFlag{Name: "generate", Usage: "generate the password instead of asking for one"}
)

func (a *App) memberCommand() *cli.Command {
	return &cli.Command{
		Name:  "member",
		Usage: "people with an account",
		Subcommands: []*cli.Command{
			{
				Name: "add", Usage: "give somebody an account", ArgsUsage: "LOGIN",
				Description: `The password is asked for on a terminal, read from --password-file, or generated
and shown once. It is never an option's value, which others could read.`,
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "name", Usage: "the `NAME` that others see"},
					&cli.StringFlag{Name: "given-name", Usage: "given `NAME`"},
					&cli.StringFlag{Name: "family-name", Usage: "family `NAME`"},
					&cli.StringFlag{Name: "mail", Usage: "mail `ADDRESS`"},
					&cli.StringSliceFlag{Name: "group", Usage: "a further `GROUP` to join; may be given several times"},
					passwordFileFlag, generateFlag, saveFlag, fileFlag, chatonFlag, jsonFlag},
				Action: a.memberAdd,
			},
			{
				Name: "list", Usage: "list everybody",
				Flags: []cli.Flag{fileFlag, chatonFlag, jsonFlag},
				Action: a.withDaemon(nil, func(c *cli.Context, d *daemon, _ []string) error {
					members, err := d.Members(c.Context)
					if err != nil {
						return err
					}
					return a.view(c).Members(members)
				}),
			},
			{
				Name: "show", Usage: "show one member", ArgsUsage: "LOGIN",
				Flags: []cli.Flag{fileFlag, chatonFlag, jsonFlag},
				Action: a.withDaemon([]string{"LOGIN"}, func(c *cli.Context, d *daemon, words []string) error {
					m, err := d.Member(c.Context, account.Login(words[0]))
					if err != nil {
						return err
					}
					return a.view(c).Member(m)
				}),
			},
			{
				Name: "passwd", Usage: "set a new password", ArgsUsage: "LOGIN",
				Flags:  []cli.Flag{passwordFileFlag, generateFlag, saveFlag, fileFlag, chatonFlag, jsonFlag},
				Action: a.memberPasswd,
			},
			{
				Name: "suspend", Usage: "keep a member from signing in anywhere", ArgsUsage: "LOGIN",
				Flags: []cli.Flag{fileFlag, chatonFlag},
				Action: a.withDaemon([]string{"LOGIN"}, func(c *cli.Context, d *daemon, words []string) error {
					if err := d.Suspend(c.Context, account.Login(words[0])); err != nil {
						return err
					}
					a.note("%s cannot sign in any more. To end that: ronron member resume %s", words[0], words[0])
					return nil
				}),
			},
			{
				Name: "resume", Usage: "end a suspension", ArgsUsage: "LOGIN",
				Flags: []cli.Flag{fileFlag, chatonFlag},
				Action: a.withDaemon([]string{"LOGIN"}, func(c *cli.Context, d *daemon, words []string) error {
					if err := d.Resume(c.Context, account.Login(words[0])); err != nil {
						return err
					}
					a.note("%s can sign in again.", words[0])
					return nil
				}),
			},
			{
				Name: "remove", Usage: "delete an account; what services keep of the member stays", ArgsUsage: "LOGIN",
				Flags:  []cli.Flag{yesFlag, fileFlag, chatonFlag},
				Action: a.withDaemon([]string{"LOGIN"}, a.memberRemove),
			},
		},
	}
}

// withDaemon is a command that takes these words and needs the daemon.
func (a *App) withDaemon(names []string, run func(*cli.Context, *daemon, []string) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		words, err := arguments(c, names...)
		if err != nil {
			return err
		}
		d, err := a.reach(c)
		if err != nil {
			return err
		}
		defer d.Close()
		return run(c, d, words)
	}
}

func (a *App) memberAdd(c *cli.Context) error {
	words, err := arguments(c, "LOGIN")
	if err != nil {
		return err
	}
	m := account.Member{
		Login: account.Login(words[0]), Name: c.String("name"), Mail: c.String("mail"),
		GivenName: c.String("given-name"), FamilyName: c.String("family-name"), Groups: c.StringSlice("group"),
	}
	if err := m.Login.Validate(); err != nil {
		return usage("The login %v.", err)
	}
	// Each answer is looked at in a member whose other values are right, as the
	// options are before anything is asked.
	given := m
	given.Mail = cmp.Or(given.Mail, "somebody@example.org")
	alone := func(put func(*account.Member, string)) func(string) error {
		return func(answer string) error {
			with := given
			put(&with, answer)
			return memberRight(with)
		}
	}
	if err := memberRight(given); err != nil {
		return err
	}
	if err := a.fill(&m.Name, text.Of("Name that others see"), "--name", alone(func(with *account.Member, s string) { with.Name = s })); err != nil {
		return err
	}
	if err := a.fill(&m.Mail, text.Of("Mail address"), "--mail", alone(func(with *account.Member, s string) { with.Mail = s })); err != nil {
		return err
	}
	d, err := a.reach(c)
	if err != nil {
		return err
	}
	defer d.Close()
	password, err := a.password(c, words[0])
	if err != nil {
		return err
	}
	reply, err := d.AddMember(c.Context, api.MemberRequest{Member: m, Password: password.Reveal()})
	if err != nil {
		return err
	}
	a.note("%s has an account now.", words[0])
	return a.showPassword(c, m.Login, reply.Password)
}

func (a *App) memberPasswd(c *cli.Context) error {
	words, err := arguments(c, "LOGIN")
	if err != nil {
		return err
	}
	d, err := a.reach(c)
	if err != nil {
		return err
	}
	defer d.Close()
	login := account.Login(words[0])
	m, err := d.Member(c.Context, login) // nobody should choose a password for a slip of the finger
	if err != nil {
		return err
	}
	password, err := a.password(c, words[0])
	if err != nil {
		return err
	}
	reply, err := d.SetPassword(c.Context, login, api.MemberRequest{Member: m, Password: password.Reveal()})
	if err != nil {
		return err
	}
	a.note("%s has a new password.", words[0])
	return a.showPassword(c, login, reply.Password)
}

func (a *App) memberRemove(c *cli.Context, d *daemon, words []string) error {
	login := account.Login(words[0])
	if _, err := d.Member(c.Context, login); err != nil {
		return err
	}
	if !c.Bool("yes") {
		if err := a.saidYes(text.Say("The account of %s will be deleted.", words[0]), text.Of("Say so beforehand with --yes."), asBefore); err != nil {
			return err
		}
	}
	if err := d.RemoveMember(c.Context, login); err != nil {
		return err
	}
	a.note("%s has no account any more.", words[0])
	return nil
}

func (a *App) groupCommand() *cli.Command {
	common := []cli.Flag{fileFlag, chatonFlag}
	return &cli.Command{
		Name:  "group",
		Usage: "groups of members",
		Subcommands: []*cli.Command{
			{
				Name: "list", Usage: "list the groups and who is in them",
				Flags: append(slices.Clone(common), jsonFlag),
				Action: a.withDaemon(nil, func(c *cli.Context, d *daemon, _ []string) error {
					groups, err := d.Groups(c.Context)
					if err != nil {
						return err
					}
					return a.view(c).Groups(groups)
				}),
			},
			{
				Name: "add", Usage: "make a group", ArgsUsage: "GROUP", Flags: common,
				Action: a.withDaemon([]string{"GROUP"}, func(c *cli.Context, d *daemon, words []string) error {
					if err := d.AddGroup(c.Context, words[0]); err != nil {
						return err
					}
					a.note("There is a group %s now. To put somebody in: ronron group join %s LOGIN", words[0], words[0])
					return nil
				}),
			},
			{
				Name: "remove", Usage: "remove a group; its members stay", ArgsUsage: "GROUP", Flags: common,
				Action: a.withDaemon([]string{"GROUP"}, func(c *cli.Context, d *daemon, words []string) error {
					if err := d.RemoveGroup(c.Context, words[0]); err != nil {
						return err
					}
					a.note("The group %s is gone.", words[0])
					return nil
				}),
			},
			{
				Name: "join", Usage: "put a member into a group", ArgsUsage: "GROUP LOGIN", Flags: common,
				Action: a.withDaemon([]string{"GROUP", "LOGIN"}, func(c *cli.Context, d *daemon, words []string) error {
					if err := d.AddToGroup(c.Context, words[0], account.Login(words[1])); err != nil {
						return err
					}
					a.note("%s is in %s now.", words[1], words[0])
					return nil
				}),
			},
			{
				Name: "leave", Usage: "take a member out of a group", ArgsUsage: "GROUP LOGIN", Flags: common,
				Action: a.withDaemon([]string{"GROUP", "LOGIN"}, func(c *cli.Context, d *daemon, words []string) error {
					if err := d.RemoveFromGroup(c.Context, words[0], account.Login(words[1])); err != nil {
						return err
					}
					a.note("%s is not in %s any more.", words[1], words[0])
					return nil
				}),
			},
		},
	}
}

func memberRight(m account.Member) error {
	if err := m.Validate(); err != nil {
		return usage("The member is not right: %v.", err)
	}
	return nil
}

// fill asks for what no flag gave, and again for what is not right.
func (a *App) fill(value *string, question text.Text, flag string, check func(string) error) error {
	if *value != "" {
		return nil
	}
	if !a.env.Terminal.In {
		return usage("%s is missing.", flag).WithHint("Without a terminal member add needs --name and --mail.")
	}
	answer, err := a.checkedQuestion(question, "", check)
	if err != nil {
		return err
	}
	*value = answer
	return nil
}

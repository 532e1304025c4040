package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/account"
	"ronron/internal/atomicfile"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

// password is what the command line says of one: read from a file or standard
// input, typed twice, or empty where the daemon shall generate it.
func (a *App) password(c *cli.Context, login string) (secret.String, error) {
	switch path := c.String("password-file"); {
	case path != "" && c.Bool("generate"):
		return secret.String{}, usage("--password-file and --generate exclude each other.")
	case path == "-":
		return checked(a.readPassword(a.env.Stdin))
	case path != "":
		f, err := os.Open(path)
		if err != nil {
			return secret.String{}, errs.Wrap(err, errs.Invalid, "The password file cannot be read.")
		}
		defer f.Close()
		return checked(a.readPassword(f))
	case c.Bool("generate") || !a.env.Terminal.In:
		return secret.String{}, nil
	}
	return a.typedPassword(login)
}

// readPassword takes the first line: editors end files with a line break.
func (a *App) readPassword(r io.Reader) (secret.String, error) {
	b, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return secret.String{}, errs.Wrap(err, errs.Invalid, "The password cannot be read.")
	}
	first, rest, _ := strings.Cut(string(b), "\n")
	if strings.TrimSpace(rest) != "" {
		return secret.String{}, usage("The password file has more than one line; it holds the password and nothing else.")
	}
	return secret.New(strings.TrimSuffix(first, "\r")), nil
}

func checked(p secret.String, err error) (secret.String, error) {
	if err != nil {
		return p, err
	}
	if err := account.CheckPassword(p); err != nil {
		return p, usage("The password is not accepted: %v.", err)
	}
	return p, nil
}

// typedPassword asks until a password is accepted and typed the same again,
// three times at most.
func (a *App) typedPassword(login string) (secret.String, error) {
	for left := 2; ; left-- {
		typed, err := a.typedTwice(login)
		if left == 0 || !codeIs(err, errs.Invalid) {
			return typed, err
		}
		a.note("%s", errs.Sentence(err))
	}
}

// typedTwice asks twice, without showing what is typed.
func (a *App) typedTwice(login string) (secret.String, error) {
	first, err := a.hidden(a.say("Password for %s (empty: one is generated): ", login))
	if err != nil || first.Reveal() == "" {
		return first, err
	}
	if _, err := checked(first, nil); err != nil {
		return first, err
	}
	second, err := a.hidden(a.say("The same again: "))
	if err != nil {
		return second, err
	}
	if first != second {
		return first, usage("The two passwords differ; nothing was changed.")
	}
	return first, nil
}

func (a *App) hidden(prompt string) (secret.String, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	defer a.interrupts.take(func() { cancel(errInterrupted) })()
	fmt.Fprint(a.env.Stderr, prompt)
	typed, err := a.env.Terminal.Password(ctx)
	fmt.Fprintln(a.env.Stderr)
	if err != nil {
		return secret.String{}, errs.Wrap(err, errs.Interrupted, "No password was typed.")
	}
	return secret.New(typed), nil
}

// showPassword hands a generated password over: into the file of
// --save-passwords, or on standard output, once.
func (a *App) showPassword(c *cli.Context, login account.Login, password string) error {
	if password == "" {
		return nil
	}
	if path := c.String("save-passwords"); path != "" {
		if err := savePassword(path, string(login), password); err != nil {
			return err
		}
		a.note("The password of %s is in %s.", login, path)
		return nil
	}
	return a.view(c).Password(login, password)
}

// savePassword puts "login password" into the file, in place of the login's
// line if it has one. Only the owner can read the file.
func savePassword(path, login, password string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errs.Wrap(err, errs.Failed, "The file of passwords %s cannot be read.", path)
	}
	lines := slices.DeleteFunc(strings.Split(string(old), "\n"), func(line string) bool {
		return line == "" || strings.HasPrefix(line, login+" ")
	})
	lines = append(lines, login+" "+password, "")
	if err := atomicfile.Write(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		return errs.Wrap(err, errs.Failed, "The password of %s could not be saved.", login).
			WithHint("It is lost; set a new one with: ronron member passwd %s", login)
	}
	return nil
}

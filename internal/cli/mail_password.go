package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ronron/chaton"
	"ronron/internal/diag"
	"ronron/internal/secret"
	"ronron/internal/text"
)

// maxPassword is far more than any; a file that is longer is another one.
const maxPassword = 1024

// mailPassword reads the file that the mail block names, which lies beside the
// chaton's own at path. What is wrong with it is told at the line that names it.
func mailPassword(path string, m chaton.Mail) (secret.String, diag.List) {
	if m.PasswordFile == "" {
		return secret.String{}, nil
	}
	file := filepath.Join(filepath.Dir(path), m.PasswordFile)
	line, wrong := passwordLine(file)
	if !wrong.IsZero() {
		return secret.String{}, diag.List{diag.Error("Password file not usable", wrong, m.PasswordFileRange)}
	}
	return secret.New(line), nil
}

func passwordLine(file string) (line string, wrong text.Text) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", text.Say("There is no file %s. Write the password of the mail server into it as its only line, and let nobody else read it: chmod 600 %s.", file, file)
	}
	if err != nil {
		return "", text.Say("The file %s cannot be read: %v.", file, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", text.Say("The file %s cannot be read: %v.", file, err)
	case !info.Mode().IsRegular():
		return "", text.Say("%s is no file. Name the file that holds the password as its only line.", file)
	case info.Mode().Perm()&0o077 != 0:
		return "", text.Say("Others on this machine can read or change %s. Leave it to its owner: chmod 600 %s. If it was so for long, change the password too.", file, file)
	}
	content, err := io.ReadAll(io.LimitReader(f, maxPassword+1))
	if err != nil {
		return "", text.Say("The file %s cannot be read: %v.", file, err)
	}
	line = strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	switch {
	case line == "":
		return "", text.Say("The file %s is empty. Write the password of the mail server into it, as its only line.", file)
	case len(content) > maxPassword:
		return "", text.Say("The file %s is longer than any password. Its only line is the password.", file)
	case strings.ContainsAny(line, "\r\n\x00"):
		return "", text.Say("The file %s has more than one line. Its only line is the password.", file)
	}
	return line, text.Text{}
}

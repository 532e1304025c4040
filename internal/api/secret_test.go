package api

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"ronron/internal/secret"
)

// The password of the mail server arrives, and is printed nowhere.
func TestPassage_PassesOnlyAsJSON(t *testing.T) {
	in := Wanted{File: "chaton.hcl", MailPassword: Passage{secret.New("correct horse")}}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Wanted
	if err := json.Unmarshal(data, &out); err != nil || out.MailPassword.Reveal() != "correct horse" {
		t.Errorf("arrived: %v %v", out.MailPassword == in.MailPassword, err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("request", "password", in.MailPassword)
	for _, printed := range []string{fmt.Sprint(in), fmt.Sprintf("%+v %#v %s", in, in, in.MailPassword), log.String()} {
		if strings.Contains(printed, "correct") {
			t.Errorf("printed: %s", printed)
		}
	}
	if data, _ := json.Marshal(Wanted{}); strings.Contains(string(data), "mail_password") {
		t.Errorf("a request without a password has one: %s", data)
	}
}

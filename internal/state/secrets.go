package state

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"ronron/internal/errs"
	"ronron/internal/secret"
)

// Secret returns the secret of a scope (a service, or "ronron"), or NotFound.
func (s *Store) Secret(ctx context.Context, scope, name string) (secret.String, error) {
	var sealed []byte
	err := s.db.QueryRowContext(ctx, "SELECT sealed FROM secret WHERE scope = ? AND name = ?", scope, name).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return secret.String{}, errs.New(errs.NotFound, "There is no secret %s of %s.", name, scope)
	}
	if err != nil {
		return secret.String{}, fmt.Errorf("read secret %s of %s: %w", name, scope, err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), s.identity)
	if err != nil {
		return secret.String{}, errs.Wrap(err, errs.Failed, "The secret %s of %s cannot be opened with this key.", name, scope).
			WithHint("State and key must be of the same daemon; restore both from the same copy.")
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return secret.String{}, fmt.Errorf("open secret %s of %s: %w", name, scope, err)
	}
	return secret.New(string(plain)), nil
}

// PutSecret stores a secret, replacing one of the same name.
func (s *Store) PutSecret(ctx context.Context, scope, name string, value secret.String) error {
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, s.identity.Recipient())
	if err != nil {
		return fmt.Errorf("seal secret %s of %s: %w", name, scope, err)
	}
	if _, err := io.WriteString(w, value.Reveal()); err != nil {
		return fmt.Errorf("seal secret %s of %s: %w", name, scope, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("seal secret %s of %s: %w", name, scope, err)
	}
	_, err = s.exec(ctx, `INSERT INTO secret(scope, name, sealed, made) VALUES(?, ?, ?, ?)
		ON CONFLICT(scope, name) DO UPDATE SET sealed = excluded.sealed, made = excluded.made`,
		scope, name, sealed.Bytes(), s.now().Unix())
	if err != nil {
		return fmt.Errorf("store secret %s of %s: %w", name, scope, err)
	}
	return nil
}

// EnsureSecret returns the secret, making it with generate the first time.
func (s *Store) EnsureSecret(ctx context.Context, scope, name string, generate func() secret.String) (secret.String, error) {
	value, err := s.Secret(ctx, scope, name)
	if errs.CodeOf(err) != errs.NotFound {
		return value, err
	}
	value = generate()
	return value, s.PutSecret(ctx, scope, name, value)
}

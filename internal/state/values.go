package state

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"ronron/internal/errs"
)

// Value reads the named value into v, which it leaves alone with NotFound.
func (s *Store) Value(ctx context.Context, name string, v any) error {
	var data []byte
	err := s.db.QueryRowContext(ctx, "SELECT value FROM value WHERE name = ?", name).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "Nothing is stored as %s.", name)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("decode %s: %w", name, err)
	}
	return nil
}

// PutValue stores v under a name. Secrets do not belong here.
func (s *Store) PutValue(ctx context.Context, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	_, err = s.exec(ctx, "INSERT INTO value(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", name, data)
	if err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	return nil
}

// Accounts returns the fingerprints of the services' directory accounts.
func (s *Store) Accounts(ctx context.Context) (map[string]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT service, fingerprint FROM account")
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	defer rows.Close()
	accounts := map[string]string{}
	for rows.Next() {
		var service, fingerprint string
		if err := rows.Scan(&service, &fingerprint); err != nil {
			return nil, fmt.Errorf("read accounts: %w", err)
		}
		accounts[service] = fingerprint
	}
	return accounts, rows.Err()
}

// PutAccount notes that a service's account was made; an empty fingerprint
// forgets it.
func (s *Store) PutAccount(ctx context.Context, service, fingerprint string) error {
	query := "INSERT INTO account(service, fingerprint) VALUES(?1, ?2) ON CONFLICT(service) DO UPDATE SET fingerprint = excluded.fingerprint"
	if fingerprint == "" {
		query = "DELETE FROM account WHERE service = ?1 AND ?2 = ''"
	}
	if _, err := s.exec(ctx, query, service, fingerprint); err != nil {
		return fmt.Errorf("note the account of %s: %w", service, err)
	}
	return nil
}

// DropValues forgets every value whose name begins with prefix.
func (s *Store) DropValues(ctx context.Context, prefix string) error {
	if _, err := s.exec(ctx, "DELETE FROM value WHERE substr(name, 1, length(?1)) = ?1", prefix); err != nil {
		return fmt.Errorf("forget %s…: %w", prefix, err)
	}
	return nil
}

package ldap

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/go-ldap/ldap/v3"

	"ronron/internal/errs"
)

// broken says that there was no answer, so that the connection is of no more
// use. The library has a code for some of these errors and none for others, such as a
// connection that ends in the middle of a question.
func broken(err error) bool {
	if err == nil {
		return false
	}
	if _, ours := errors.AsType[*errs.Error](err); ours {
		return false
	}
	result, answered := errors.AsType[*ldap.Error](err)
	return !answered || result.ResultCode == ldap.ErrorNetwork
}

// noSuch says that there is no such entry. A name that no entry can have, such as
// the empty one, is only another way of not being there.
func noSuch(err error) bool {
	return ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidDNSyntax)
}

// failure turns what the server or the connection said into an error for people,
// where the caller knows nothing better. It returns nil for nil.
func failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[*errs.Error](err); done {
		return err
	}
	switch {
	case ctx.Err() != nil || broken(err):
		return unreachable(ctx, err)
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultBusy, ldap.LDAPResultUnavailable, ldap.LDAPResultTimeLimitExceeded):
		return errs.Wrap(err, errs.Unavailable, "The directory is too busy to answer.").WithHint("Try again in a moment.")
	case noSuch(err):
		return errs.Wrap(err, errs.NotFound, "The directory is not set up yet.").WithHint("Run ronron up.")
	case ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidAttributeSyntax):
		return errs.Wrap(err, errs.Invalid, "The directory does not accept one of the values.")
	}
	return errs.Wrap(err, errs.Internal, "The directory refused something that it should not have.")
}

// unreachable says why there was no answer: we stopped waiting, or there was
// nothing to wait for.
func unreachable(ctx context.Context, err error) error {
	if _, wrong := errors.AsType[*tls.CertificateVerificationError](err); wrong {
		return errs.Wrap(err, errs.Unavailable, "What answers at the directory's address has another certificate than the directory.").
			WithHint("Run ronron up: it renews the directory's certificate. If that changes nothing, something else has taken its address.")
	}
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return errs.Wrap(err, errs.Interrupted, "Stopped while waiting for the directory.")
	}
	return errs.Wrap(err, errs.Unavailable, "The directory does not answer.").
		WithHint("See whether it runs with ronron status, and what it says with ronron logs directory.")
}

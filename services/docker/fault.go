package docker

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// fault turns an error of the engine into one that a person can act on. what
// says what did not work, as the beginning of a sentence: "The volume x cannot
// be made". An error that is ours already passes unchanged.
func fault(err error, what string, args ...any) error {
	if err == nil {
		return nil
	}
	if _, ours := errors.AsType[*errs.Error](err); ours {
		return err
	}
	sentence := text.Say(what, args...)
	if errors.Is(err, context.Canceled) {
		return errs.Wrap(err, errs.Interrupted, "%s: it was interrupted.", sentence)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errs.Wrap(err, errs.Unavailable, "%s: Docker did not answer in time.", sentence)
	}
	if client.IsErrConnectionFailed(err) {
		return unreachable(err)
	}
	reason := reasonOf(err)
	for _, k := range known {
		if k.says(reason) {
			return errs.New(k.code, "%s: %s.", sentence, reason).Advising(text.Of(k.hint))
		}
	}
	switch {
	case cerrdefs.IsNotFound(err):
		return errs.New(errs.NotFound, "%s: %s.", sentence, reason)
	case cerrdefs.IsConflict(err), cerrdefs.IsAlreadyExists(err):
		return errs.New(errs.Conflict, "%s: %s.", sentence, reason)
	case cerrdefs.IsUnavailable(err):
		return errs.New(errs.Unavailable, "%s: %s.", sentence, reason)
	case cerrdefs.IsPermissionDenied(err), cerrdefs.IsUnauthorized(err):
		return errs.New(errs.Denied, "%s: %s.", sentence, reason)
	default:
		return errs.New(errs.Failed, "%s: %s.", sentence, reason)
	}
}

// knownFault is something that Docker only says in words.
type knownFault struct {
	words []string // any of them, in lower case
	code  errs.Code
	hint  string
}

func (k knownFault) says(reason string) bool {
	lower := strings.ToLower(reason)
	for _, w := range k.words {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return false
}

// known is searched from the top; the first match counts.
var known = []knownFault{
	{
		words: []string{"no space left on device", "disk quota exceeded"},
		code:  errs.Failed,
		hint:  text.Key("The disk that holds Docker's data is full. See what takes the room with: docker system df; the folder is shown by: docker info --format '{{.DockerRootDir}}'. Free some, then try again."),
	},
	{
		// The engine unpacks in a process of its own, whose end it notices before the reason.
		words: []string{"error processing tar file(exit status 1): unexpected eof"},
		code:  errs.Failed,
		hint:  text.Key("Docker could not unpack what it was given. Most often: The disk that holds Docker's data is full. See what takes the room with: docker system df; the folder is shown by: docker info --format '{{.DockerRootDir}}'. Free some, then try again."),
	},
	{
		words: []string{"toomanyrequests", "too many requests", "pull rate limit"},
		code:  errs.Unavailable,
		hint:  text.Key("The registry limits how often it may be asked. Wait an hour, or sign in to it with: docker login."),
	},
	{
		words: []string{"manifest unknown", "manifest for", "pull access denied", "repository does not exist", "name unknown"},
		code:  errs.NotFound,
		hint:  text.Key("Look at the name, the tag and the digest of the image; a private image needs: docker login."),
	},
	{
		words: []string{"no such host", "i/o timeout", "connection refused", "tls handshake timeout", "client.timeout exceeded", "server misbehaving", "network is unreachable", "no route to host", "request canceled while waiting"},
		code:  errs.Unavailable,
		hint:  text.Key("The image registry or another server on the way does not answer. Look at the machine's network and name resolution, then try again."),
	},
	{
		words: []string{"port is already allocated", "address already in use"},
		code:  errs.Conflict,
		hint:  text.Key("Something else uses that address or port already. Find it with: docker ps, ss -ltnp; stop it or choose another."),
	},
	{
		words: []string{"executable file not found", "no such file or directory: unknown", "permission denied: unknown"},
		code:  errs.Failed,
		hint:  text.Key("The image has no such command, or it may not be run by this user. Look at the recipe's entrypoint, command and user."),
	},
}

// unreachable explains why nothing could be asked at all.
func unreachable(err error) error {
	said := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, fs.ErrPermission), strings.Contains(said, "permission denied"):
		return errs.Wrap(err, errs.Denied, "Docker runs, but you may not talk to it.").
			WithHint("Run this as root, or join the docker group (sudo usermod -aG docker YOU, then sign in again). Who may talk to Docker is as mighty as root.")
	case errors.Is(err, fs.ErrNotExist), strings.Contains(said, "no such file or directory"):
		return errs.Wrap(err, errs.Unavailable, "There is no Docker on this machine, or it does not run.").
			WithHint("On Debian: apt-get install docker.io; then: systemctl start docker. For a Docker elsewhere, set DOCKER_HOST.")
	default:
		return errs.Wrap(err, errs.Unavailable, "Docker does not answer.").
			WithHint("Look whether it runs: systemctl status docker; its log: journalctl -u docker. For a Docker elsewhere, look at DOCKER_HOST.")
	}
}

// reasonOf is what the engine said, on one line and without its own preamble.
func reasonOf(err error) string {
	said := strings.TrimPrefix(err.Error(), "Error response from daemon: ")
	return strings.TrimRight(strings.Join(strings.Fields(said), " "), ".")
}

package services

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Hash returns a short text that changes whenever the container of u would
// have to be made anew, and only then. It covers file contents, so it is keyed:
// it stands in a label that anyone with the engine can read, and must not let
// them test guesses of a secret.
func (s Service) Hash(u Unit, key []byte) string {
	mac := hmac.New(sha256.New, key)
	enc := json.NewEncoder(mac)
	u.Needs, u.StopTimeout, u.Health, u.Overlaps = nil, 0, Health{}, false // order, patience and probes need no new container
	must(enc.Encode(u))
	must(enc.Encode(u.Image.Key()))
	must(enc.Encode([]any{s.Name, s.HostNetwork}))
	if len(s.AtGateway) > 0 { // else nothing: units from before it existed stay as they are
		must(enc.Encode(s.AtGateway))
	}
	for _, f := range u.Files {
		fmt.Fprintf(mac, "%q %x\n", f.Path, sha256.Sum256(f.Content))
	}
	return hex.EncodeToString(mac.Sum(nil))[:16]
}

// Key names the content of an image: equal keys, equal images. It is the
// reference of a pulled image, a hash of everything that goes into a built
// one, and the id of the self image.
func (i Image) Key() string {
	switch {
	case i.Self:
		return "self:" + i.SelfID
	case i.Build != nil:
		return "build:" + i.Build.Tag()
	default:
		return i.Reference
	}
}

// Tag returns the build's name with a tag that is a hash of its content.
func (b *Build) Tag() string {
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(b.Files)) {
		fmt.Fprintf(h, "%q %x\n", path, sha256.Sum256(b.Files[path]))
	}
	for _, name := range slices.Sorted(maps.Keys(b.Args)) {
		fmt.Fprintf(h, "%q=%q\n", name, b.Args[name])
	}
	for _, s := range b.Sources {
		fmt.Fprintf(h, "source %q %q\n", s.Name, s.Sum)
	}
	return b.Name + ":" + hex.EncodeToString(h.Sum(nil))[:16]
}

func must(err error) {
	if err != nil {
		panic("services: a unit could not be encoded: " + err.Error()) // plain data always can
	}
}

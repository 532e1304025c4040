// Package logkey is the one spelling of every log attribute.
package logkey

// Keys of log attributes. Values never hold a secret or a member's data.
const (
	Error     = "error"
	Chaton    = "chaton"
	Service   = "service"
	Unit      = "unit"
	Step      = "step"
	Run       = "run"
	Image     = "image"
	Container = "container"
	Network   = "network"
	Volume    = "volume"
	Host      = "host"
	Path      = "path"
	Method    = "method"
	Status    = "status"
	Bytes     = "bytes"
	Elapsed   = "elapsed"
	Address   = "address"
	Version   = "version"
	Count     = "count"
	Reason    = "reason"
	Expires   = "expires"
)

package docker

import (
	"maps"

	"github.com/docker/docker/api/types/filters"

	"ronron/services"
)

// The labels that say what is ours. Everything is found again by them, never
// by its name, which a stranger may carry too.
const (
	labelChaton  = "ronron.chaton"
	labelService = "ronron.service"
	labelUnit    = "ronron.unit"
	labelHash    = "ronron.hash"
	labelAddress = "ronron.address"
	labelVolume  = "ronron.volume"
	labelShared  = "ronron.shared"
	labelCreated = "ronron.created" // of a volume; older engines move theirs when data is written
	labelJob     = "ronron.job"     // the container runs once and is removed
	labelFiles   = "ronron.files"   // a volume that holds a read-only unit's files
	labelBuild   = "ronron.build"   // on built images: the tag that names their content
	labelSelf    = "ronron.self"    // on the self image
	labelVersion = "ronron.version" // of Ronron, on the self image and on the daemon
)

// The daemon's own container and volumes carry these names. Engines leave
// them out: a plan must never touch what carries it out.
const (
	daemonService services.Name = "ronron"
	daemonUnit    services.Name = "daemon"
)

func labelFilter(pairs ...string) filters.Args {
	args := filters.NewArgs()
	for i := 0; i < len(pairs); i += 2 {
		args.Add("label", pairs[i]+"="+pairs[i+1])
	}
	return args
}

// labels returns the chaton's and the service's labels with more beside them.
func (e *Engine) labels(service services.Name, more map[string]string) map[string]string {
	all := map[string]string{labelChaton: string(e.chaton), labelService: string(service)}
	maps.Copy(all, more)
	return all
}

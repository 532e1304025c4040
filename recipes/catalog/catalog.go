// Package catalog holds the recipes that come with Ronron, one folder each,
// inside the binary.
package catalog

import "embed"

// Builtin is the one that is a part of every chaton.
const Builtin = "openldap"

// FS holds one folder for each recipe.
//
//go:embed all:bepasty all:cryptpad all:dokuwiki all:ejabberd all:ethercalc all:etherpad all:forgejo all:framadate all:freshrss all:hedgedoc all:kanboard all:mailman all:mediawiki all:miniflux all:mumble all:nextcloud all:openldap all:pages all:peertube all:privatebin all:prosody all:radicale all:shaarli all:spip all:synapse all:wbo all:wordpress
var FS embed.FS

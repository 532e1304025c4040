// Package companions holds the building blocks of databases that recipes put
// beside their software, one folder each, inside the binary.
package companions

import "embed"

// FS holds one folder for each kind of companion.
//
//go:embed all:mariadb all:postgresql all:valkey
var FS embed.FS

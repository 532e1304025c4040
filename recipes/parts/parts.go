// Package parts holds what several recipes share: files that their builds copy
// and templates that their units fill in, one folder each, inside the binary.
package parts

import "embed"

// FS holds one folder for each part.
//
//go:embed all:php-database all:php-directory
var FS embed.FS

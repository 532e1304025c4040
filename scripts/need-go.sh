#!/bin/sh
# Says how to get Go when it is missing or too old. It is not fetched from here:
# where a compiler comes from is for you to decide.
set -eu
cd "$(dirname "$0")/.."
. scripts/words.sh

wanted=$(awk '$1 == "go" {print $2; exit}' go.mod)
if command -v go >/dev/null 2>&1; then
	# GOTOOLCHAIN=local: what is installed here, not what it could download.
	have=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//;s/[^0-9.].*//')
	oldest=$(printf '%s\n%s\n' "$wanted" "${have:-0}" | sort -V | head -n1)
	[ "$oldest" = "$wanted" ] && exit 0
	t "Go ${have:-of an unknown version} is installed; Ronron needs $wanted or newer." \
		"Go ${have:-d'une version inconnue} est installé ; il faut à Ronron $wanted ou plus récent." >&2
else
	t "Go is not installed; Ronron needs $wanted or newer to be built." \
		"Go n'est pas installé ; il faut $wanted ou plus récent pour construire Ronron." >&2
fi
t "Debian's own package is too old. To install it:
  1. Download the archive for this machine ($(uname -m)) from https://go.dev/dl/ and compare its checksum with the one shown there.
  2. rm -rf /usr/local/go && tar -C /usr/local -xzf go*.tar.gz
  3. Run make again: /usr/local/go/bin is looked into even when it is not in your PATH." \
	"Le paquet de Debian est trop ancien. Pour l'installer :
  1. Téléchargez l'archive pour cette machine ($(uname -m)) depuis https://go.dev/dl/ et comparez sa somme de contrôle avec celle qui y est montrée.
  2. rm -rf /usr/local/go && tar -C /usr/local -xzf go*.tar.gz
  3. Relancez make : /usr/local/go/bin est regardé même s'il n'est pas dans votre PATH." >&2
exit 1

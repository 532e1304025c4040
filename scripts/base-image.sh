#!/bin/sh
# Makes the base image that our Dockerfiles start from: pulled where a registry
# can be reached, made with debootstrap where none can.
set -eu
. "$(dirname "$0")/words.sh"

image=${1:-debian:trixie-slim}
suite=${image#debian:}
suite=${suite%-slim}

if docker image inspect "$image" >/dev/null 2>&1; then
	exit 0
fi
t "base image $image: pulling" "image de base $image : récupération"
if docker pull --quiet "$image" 2>/dev/null; then
	exit 0
fi

t "base image $image: it cannot be pulled; making it with debootstrap (about a minute)" \
	"image de base $image : elle ne peut pas être récupérée ; fabrication avec debootstrap (une minute environ)"
if [ "$(id -u)" != 0 ]; then
	# Unpacking a system needs root; with sudo the engine is still the same one.
	command -v sudo >/dev/null 2>&1 || {
		t "base image $image: making it needs root. Run as root, or install sudo." \
			"image de base $image : il faut être root pour la fabriquer. Relancez en root, ou installez sudo." >&2
		exit 1
	}
	exec sudo --preserve-env=DOCKER_HOST "$0" "$image"
fi
if ! command -v debootstrap >/dev/null 2>&1; then
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq debootstrap >/dev/null
fi
root=$(mktemp -d /var/tmp/ronron-base.XXXXXX)
trap 'rm -rf "$root"' EXIT
if ! debootstrap --variant=minbase "$suite" "$root/tree" >"$root/log" 2>&1; then
	tail -n 20 "$root/log" >&2
	t "base image $image: debootstrap failed; above is the end of what it said. Check that this machine reaches a Debian mirror, then run this again." \
		"image de base $image : debootstrap a échoué ; la fin de ce qu'il a dit est au-dessus. Vérifiez que cette machine atteint un miroir Debian, puis relancez." >&2
	exit 1
fi

# Security updates come from wherever this machine gets its own.
security=$(apt-cache policy 2>/dev/null | awk '$2 ~ /-security\/?$/ || $2 ~ /security/ {print $2; exit}')
[ -n "$security" ] || security=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 security || true)
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 '/debian/\?$' || true)
{
	[ -z "$mirror" ] || {
		echo "deb $mirror $suite main"
		echo "deb $mirror $suite-updates main"
	}
	[ -z "$security" ] || echo "deb $security $suite-security main"
} >"$root/sources"
[ ! -s "$root/sources" ] || cp "$root/sources" "$root/tree/etc/apt/sources.list"

# An authority that this machine was told to trust (a company's proxy that opens TLS)
# is needed by what a build downloads, too: the package ca-certificates, once a
# Dockerfile installs it, takes what lies here.
for authority in /usr/local/share/ca-certificates/*.crt; do
	[ -f "$authority" ] || continue
	install -D -m 0644 "$authority" "$root/tree/usr/local/share/ca-certificates/${authority##*/}"
done

rm -rf "$root/tree/var/cache/apt/archives/"*.deb "$root/tree/var/lib/apt/lists/"*
tar -C "$root/tree" -c . | docker import --change 'CMD ["bash"]' - "$image" >/dev/null
t "base image $image: made" "image de base $image : fabriquée"

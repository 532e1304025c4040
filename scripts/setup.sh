#!/bin/sh
# Installs what is missing on a Debian machine, and only that:
#   setup.sh          what `make demo` needs: Go is checked, Docker Engine answers, base image present
#   setup.sh test     also what the tests use: browser, LDAP tools, curl
#   setup.sh bench    also docker compose, to measure against
# With everything there it changes nothing and takes a fraction of a second.
set -eu
cd "$(dirname "$0")/.."
. scripts/words.sh

# Both take the English and the French.
say() { echo "setup: $(t "$@")"; }
fail() {
	echo "setup: $(t "$@")" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "this needs root to run: $*. Run make as root, or install sudo." \
			"il faut être root pour lancer : $*. Lancez make en root, ou installez sudo."
	fi
}

updated=
install_packages() {
	command -v apt-get >/dev/null 2>&1 || fail "this is not a Debian machine; install by hand: $*" \
		"cette machine n'est pas une Debian ; installez vous-même : $*"
	if [ -z "$updated" ]; then
		as_root apt-get update -qq || fail "the package lists could not be fetched; check this machine's way out and /etc/apt." \
			"les listes de paquets n'ont pas pu être récupérées ; vérifiez l'accès au réseau et /etc/apt."
		updated=yes
	fi
	say "installing $*" "installation de $*"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
		fail "apt-get could not install: $*. Above is what it said." \
			"apt-get n'a pas pu installer : $*. Ce qu'il a dit est au-dessus."
}

# need COMMAND PACKAGE: the package is installed when the command is not there.
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || install_packages "$2"; }

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

start_engine() {
	if [ -d /run/systemd/system ]; then
		say "starting Docker (systemd)" "démarrage de Docker (systemd)"
		as_root systemctl enable --now docker >/dev/null 2>&1 ||
			fail "systemd could not start Docker. Look at: journalctl -u docker" \
				"systemd n'a pas pu démarrer Docker. Regardez : journalctl -u docker"
	else
		say "starting Docker (no systemd here: in a session of its own, output in /var/log/dockerd.log)" \
			"démarrage de Docker (sans systemd ici : dans une session à part, sortie dans /var/log/dockerd.log)"
		as_root sh -c 'setsid dockerd >>/var/log/dockerd.log 2>&1 </dev/null &'
	fi
	tries=0
	until engine_answers; do
		tries=$((tries + 1))
		if [ "$tries" -gt 120 ]; then
			[ ! -r /var/log/dockerd.log ] || tail -n 15 /var/log/dockerd.log >&2
			fail "Docker was started but does not answer after a minute." \
				"Docker a été démarré mais ne répond pas après une minute."
		fi
		sleep 0.5
	done
}

ensure_engine() {
	if engine_answers; then
		return
	fi
	if [ -n "${DOCKER_HOST:-}" ]; then
		fail "DOCKER_HOST is $DOCKER_HOST and nothing answers there. Start that engine, or unset DOCKER_HOST to use this machine's." \
			"DOCKER_HOST vaut $DOCKER_HOST et rien n'y répond. Démarrez ce moteur, ou enlevez DOCKER_HOST pour prendre celui de cette machine."
	fi
	if [ "$(id -u)" != 0 ] && [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ]; then
		fail "Docker runs, but you may not use it. Run: sudo usermod -aG docker $(id -un), log in again, then make demo. (Whoever may use Docker is as good as root here.)" \
			"Docker tourne, mais vous n'y avez pas droit. Lancez : sudo usermod -aG docker $(id -un), reconnectez-vous, puis make demo. (Qui peut employer Docker vaut root ici.)"
	fi
	if ! command -v dockerd >/dev/null 2>&1 && [ ! -x /usr/sbin/dockerd ]; then
		install_packages docker.io
	fi
	# From trixie on, the command-line client is a package of its own.
	command -v docker >/dev/null 2>&1 || install_packages docker-cli
	engine_answers || start_engine
}

scripts/need-go.sh
ensure_engine
scripts/base-image.sh

case "${1:-demo}" in
demo) ;;
test)
	need curl curl
	need ldapsearch ldap-utils
	need chromium chromium
	need certutil libnss3-tools
	;;
bench)
	docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null 2>&1 || install_packages docker-compose
	;;
*) fail "unknown word $1; use: setup.sh [demo|test|bench]" "mot inconnu $1 ; employez : setup.sh [demo|test|bench]" ;;
esac

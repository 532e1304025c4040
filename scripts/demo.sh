#!/bin/sh
# The demo chaton, for the Makefile:  demo.sh up [HTTPS_PORT HTTP_PORT] | down | destroy
set -eu
cd "$(dirname "$0")/.."
. scripts/words.sh

ronron=build/ronron
example=examples/demo/chaton.hcl
domain=chaton.localhost
accounts=build/demo-accounts # login and password a line, readable by you alone

up() {
	https=${1:-8443} http=${2:-8080}
	file=$example
	if [ "$https" != 8443 ] || [ "$http" != 8080 ]; then
		mkdir -p build/demo
		file=build/demo/chaton.hcl
		sed -e "s/^\( *https_port *= *\).*/\1$https/" -e "s/^\( *http_port *= *\).*/\1$http/" "$example" >"$file"
	fi
	"$ronron" up --file "$file" --yes --save-passwords "$accounts"
	if ! "$ronron" member show ana --chaton "$domain" >/dev/null 2>&1; then
		"$ronron" member add ana --chaton "$domain" --name "Ana Demo" --mail "ana@$domain" --save-passwords "$accounts"
	fi
	echo
	t "Accounts of the demo (also in $accounts):" "Comptes de la démo (aussi dans $accounts) :"
	for login in admin ana; do
		password=$(awk -v login="$login" '$1 == login {print $2}' "$accounts" 2>/dev/null || true)
		if [ -n "$password" ]; then
			printf '  %-6s %s\n' "$login" "$password"
		else
			printf '  %-6s (%s %s member passwd %s --chaton %s)\n' "$login" \
				"$(t "made elsewhere; a new password:" "créé ailleurs ; un nouveau mot de passe :")" "$ronron" "$login" "$domain"
		fi
	done
}

case "${1:-}" in
up) shift && up "$@" ;;
down) exec "$ronron" down --chaton "$domain" --yes ;;
destroy)
	"$ronron" destroy --chaton "$domain"
	rm -rf build/demo "$accounts"
	;;
*)
	echo "use: demo.sh up [HTTPS_PORT HTTP_PORT] | down | destroy" >&2
	exit 2
	;;
esac

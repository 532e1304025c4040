#!/bin/sh
# Tests recipes of the catalog on this machine's engine, one after the other:
#   test-catalog.sh [--save] [NAME...]     all that have a scenario, or those named
# With --save each result is written beside its recipe, as level.json: build
# again afterwards, and the binary shows it.
set -u
cd "$(dirname "$0")/.."

save=
if [ "${1:-}" = --save ]; then
	save=yes
	shift
fi
if [ $# = 0 ]; then
	for scenario in recipes/catalog/*/scenario.json; do
		set -- "$@" "$(basename "$(dirname "$scenario")")"
	done
fi

short=
for name in "$@"; do
	if ! build/ronron recipe test "$name" ${save:+--twice --save "recipes/catalog/$name"}; then
		short="$short $name"
	fi
done
if [ -n "$short" ]; then
	echo "test-catalog: below level 3, or not tested:$short" >&2
	exit 1
fi

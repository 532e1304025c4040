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
absent=
for name in "$@"; do
	build/ronron recipe test "$name" ${save:+--twice --save "recipes/catalog/$name"}
	case $? in
	0) ;;
	5) absent="$absent $name" ;; # its image or sources cannot be had from here
	130) exit 130 ;;
	*) short="$short $name" ;;
	esac
done
if [ -n "$absent" ]; then
	echo "test-catalog: not tested here, since what they need cannot be fetched:$absent" >&2
fi
if [ -n "$short" ]; then
	echo "test-catalog: below level 3:$short" >&2
	exit 1
fi

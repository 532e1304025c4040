#!/bin/sh
# Prints the version that is built into the binary: the tag where there is one,
# otherwise the number of commits, so that a later build has a higher version.
set -eu
cd "$(dirname "$0")/.."

if tag=$(git describe --tags --match 'v*' --dirty 2>/dev/null); then
	echo "${tag#v}"
elif count=$(git rev-list --count HEAD 2>/dev/null); then
	echo "0.1.0-dev.$count+$(git describe --always --dirty)"
else
	echo "0.1.0-dev"
fi

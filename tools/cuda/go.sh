#!/bin/sh
# Stands for tools/go.sh in a bundle, where nothing can be compiled: what the
# benchmark would build is there already. "build -o FILE ./FOLDER" makes FILE
# start it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program=$root/bin/$(basename "$4")
if [ "$1 $2" != "build -o" ] || [ ! -x "$program" ]; then
	echo "This bundle has no Go for: go $*" >&2
	exit 1
fi
printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" >"$3"
chmod +x "$3"

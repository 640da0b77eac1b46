#!/bin/sh
# Sees to it that commands are there: tools/need.sh COMMAND[=PACKAGE] ...
#
# PACKAGE is Debian's and Ubuntu's name for what contains the command, where it is
# another one. What is missing is installed if this may be done without asking
# (as root, or by sudo without a password); otherwise the line that does it is
# printed.
set -eu
missing=
for pair in "$@"; do
	command -v "${pair%%=*}" >/dev/null || missing="$missing ${pair#*=}"
done
[ -n "$missing" ] || exit 0

line="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null; then
	echo "Missing:$missing. Install what your system calls these, and run the same command again." >&2
	exit 1
fi
if [ "$(id -u)" = 0 ]; then
	as=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as="sudo -n"
else
	echo "Missing:$missing. Install it, and run the same command again: sudo $line" >&2
	exit 1
fi
echo "Installing$missing, which this needs." >&2
export DEBIAN_FRONTEND=noninteractive
# A new machine or container has no package lists yet.
# shellcheck disable=SC2086 # the variables hold words
{ $as $line || { $as apt-get update && $as $line; }; } >&2 || {
	echo "Installing$missing failed; see above, and run the same command again: sudo $line" >&2
	exit 1
}

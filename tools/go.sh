#!/bin/sh
# Runs the go command at the version that go.mod asks for, whichever Go is
# installed: tools/go.sh build ./...
#
# Go 1.21 and later fetch a newer Go through the module proxy by themselves, when
# they are allowed to; distributions often set GOTOOLCHAIN=local, which forbids
# it. Older ones know nothing of it, but can download the same module, which is
# then copied out of the module cache to be made executable.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
need=$(sed -n 's/^go //p' "$root/go.mod")

# older A B: is version A before version B?
older() {
	[ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

if ! command -v go >/dev/null; then
	echo "Go is not installed; install it (Debian and Ubuntu: sudo apt-get install golang-go) or from https://go.dev/dl, any version from 1.19 on." >&2
	exit 1
fi
# Outside of the module, where an old Go does not stumble over go.mod.
have=$(cd / && GOTOOLCHAIN=local go env GOVERSION)
have=${have#go}
have=${have%% *} # development versions and experiments add words
have=${have%%-*}
if older "$have" "$need"; then
	export GOTOOLCHAIN=auto
fi
if older "$have" 1.21; then
	cache=${CUTPASTE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cutpaste}
	home=$cache/go/$need
	if [ ! -x "$home/bin/go" ]; then
		echo "Fetching Go $need, since the installed $have is too old for this module (about 60 MB)." >&2
		arch=$(cd / && go env GOOS)-$(cd / && go env GOARCH)
		module=golang.org/toolchain@v0.0.1-go$need.$arch
		from=$(cd / && go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
		if [ -z "$from" ]; then
			echo "Go $need cannot be fetched through $(cd / && go env GOPROXY); install it from https://go.dev/dl." >&2
			exit 1
		fi
		mkdir -p "$cache/go"
		half=$(mktemp -d "$cache/go/.half-XXXXXX")
		cp -r "$from/." "$half"
		chmod -R u+w "$half"
		chmod +x "$half"/bin/* "$half"/pkg/tool/*/*
		# Somebody else may have been faster; then theirs is as good.
		mv -T "$half" "$home" 2>/dev/null || rm -rf "$half"
	fi
	unset GOROOT
	PATH=$home/bin:$PATH
	export PATH
fi
exec go "$@"

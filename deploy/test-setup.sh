#!/bin/sh
# Installs the programs that the tests hold Lobby against, from the one list
# beside this file. Elsewhere than on Debian it says what is missing and fails.
set -eu
list=$(dirname "$0")/test-packages.txt
missing=
for package in $(sed 's/#.*//' "$list"); do
	if command -v dpkg-query >/dev/null 2>&1; then
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' && continue
	fi
	missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "make test needs what these Debian packages hold; install it in this system's own way," >&2
	echo "or run 'make test-short', which needs nothing but Go:" >&2
	printf '  %s\n' $missing >&2
	exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || { echo "as root: apt-get install$missing" >&2; exit 1; }
	as_root=sudo
fi
echo "installing$missing"
# Another installation on this machine is waited for.
wait='-o DPkg::Lock::Timeout=600'
$as_root apt-get $wait update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get $wait install -y -qq --no-install-recommends $missing >/dev/null

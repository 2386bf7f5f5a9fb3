#!/bin/sh
# Installs the programs that the tests hold Lobby against: Debian packages from
# the list beside this file, and those for node from judges/package-lock.json.
# Elsewhere than on Debian it says what is missing and fails.
set -eu
cd "$(dirname "$0")"

# The folder is made whole or not at all, and anew when the lock is newer. What
# npm has in its cache it takes from there, so that a second time needs no network.
judges() {
	cd judges
	[ node_modules/.package-lock.json -nt package-lock.json ] && return
	echo "installing the judges that run on node"
	npm ci --ignore-scripts --prefer-offline --loglevel=error
}

missing=
for package in $(sed 's/#.*//' test-packages.txt); do
	# node and npm come from elsewhere on many machines, and Debian's would remove them.
	case $package in nodejs) program=node ;; npm) program=npm ;; *) program= ;; esac
	[ -n "$program" ] && command -v "$program" >/dev/null 2>&1 && continue
	if command -v dpkg-query >/dev/null 2>&1; then
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' && continue
	fi
	missing="$missing $package"
done
[ -n "$missing" ] || { judges; exit; }

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
judges

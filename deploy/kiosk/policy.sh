#!/bin/sh
# Writes Chromium's managed policy for the hall's address. Runs as root, before
# the browser, so that changing the address in screen.env is enough.
set -eu
into=${LOBBY_POLICIES:-/etc/chromium/policies/managed}
mkdir -p "$into"
sed "s|@HALL@|$LOBBY_HALL|g" "$(dirname "$0")/policy.json" > "$into/lobby.json"

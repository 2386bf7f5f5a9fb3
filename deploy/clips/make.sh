#!/bin/sh
# Makes the films of the emulated cameras anew, from scene.html. It needs the
# Debian packages chromium, ffmpeg and fonts-noto-cjk; the films are kept in
# the repository, so nobody needs to run this to build Lobby.
set -eu
cd "$(dirname "$0")"
exec go run render.go -page scene.html -out ../../devices/emulator/camera/clips "$@"

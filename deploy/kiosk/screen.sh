#!/bin/sh
# Shows one page of the hall on the whole screen, for a kiosk or a wall.
set -eu
exec chromium --kiosk --app="$LOBBY_HALL$LOBBY_PAGE" \
  --autoplay-policy=no-user-gesture-required \
  --noerrdialogs --disable-pinch --overscroll-history-navigation=0 \
  --no-first-run --disable-session-crashed-bubble --disable-features=Translate \
  --ozone-platform-hint=auto --password-store=basic

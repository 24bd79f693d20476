#!/bin/sh
# Behind serve and join in a terminal of macOS and Linux: finds Node.js, builds on the first start,
# runs the program, and keeps the window open after an error.

say() { printf '%s\n' "$@" >&2; }

build() {
  [ -e dist/cli.js ] && return
  if ! command -v npm >/dev/null; then
    say 'brusio has to be built first, and npm is missing: it comes with Node.js from https://nodejs.org.'
    return 1
  fi
  say 'The first start installs and builds brusio (npm ci), which may take some minutes.'
  npm ci --include=dev
}

# The program runs in the background, as a shell takes up a signal only after a command in the foreground; it keeps this
# input, which a background command would not get.
start() {
  [ -z "$signal" ] || return 1
  exec 3<&0
  node dist/cli.js "$@" <&3 3<&- &
  program=$!
  exec 3<&-
  [ -z "$signal" ] || kill -s "$signal" "$program"
  # A signal ends a wait, and not the program.
  while wait "$program"; status=$?; [ "$status" -gt 128 ] && kill -0 "$program" 2>/dev/null; do :; done
  return "$status"
}

run() {
  CDPATH='' cd -- "$(dirname -- "$0")/.." && . launch/node.sh && find_node && build && start "$@"
}

# Hands a signal on to the program, now or as soon as it is started.
pass() {
  signal=$1
  [ -z "$program" ] || kill -s "$signal" "$program" 2>/dev/null
}

# Ctrl-C is for the program, which says goodbye; this waits for it.
program= signal=
trap : INT
trap 'pass TERM' TERM
trap 'pass HUP' HUP
run "$@"
status=$?
trap - INT TERM HUP
if [ "$status" -ne 0 ] && [ -z "$signal" ]; then
  say '' 'It ended with an error. Press Enter to close this window.'
  read -r _
fi
exit "$status"

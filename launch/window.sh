#!/bin/sh
# Behind brusio-serve and brusio-join on macOS and Linux: finds Node.js and starts the program without a
# terminal. What goes wrong here is shown in a dialog, and what goes wrong later by start.mjs.

file=$(readlink -f -- "$0" 2>/dev/null) || file=$0
launch=$(CDPATH='' cd -- "$(dirname -- "$file")" && pwd)

say() {
  words=$(printf '%s\n' "$@")
  sh "$launch/tell.sh" "$words"
}

. "$launch/node.sh"
find_node || exit 1
exec node "$launch/start.mjs" "$@"

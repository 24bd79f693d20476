#!/bin/sh
# Opens a chat room. Start it with a double click, or with the options of `serve`.
file=$(readlink -f -- "$0" 2>/dev/null) || file=$0
exec sh "$(dirname -- "$file")/brusio.sh" serve "$@"

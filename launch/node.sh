# Read by the launchers of macOS and Linux: finds Node.js. `say` is what shows lines to whoever starts them.

# Whether `node` is 20.19 or later.
recent() {
  version=$(node --version 2>/dev/null) || version=none
  case $version in
    v20.19.* | v20.[2-9]?.* | v2[1-9].* | v[3-9]?.* | v[1-9]??.*) return 0 ;;
    *) return 1 ;;
  esac
}

# A window that no shell has opened does not know what version managers add to the path; on macOS, not even /usr/local/bin.
find_node() {
  recent && return
  found=$version
  path=$PATH
  for folder in ~/.nvm/versions/node/*/bin ~/.local/share/fnm/aliases/default/bin ~/.volta/bin ~/.local/share/mise/shims ~/.asdf/shims $(of_macos); do
    PATH=$folder:$path
    recent && return
  done
  PATH=$path
  say "brusio needs Node.js 20.19 or later. Found: $found." \
    'Get it from https://nodejs.org (the version called LTS), then start this again.'
  return 1
}

of_macos() {
  [ "$(uname 2>/dev/null)" != Darwin ] || echo /usr/local/bin /opt/homebrew/bin
}

# shellcheck shell=bash
# Debian packages unpacked into a folder: nothing is installed, no service is started, no root is needed.
# The package lists are private to the cache; where packages come from is what this machine has configured.

readonly DEBIAN_LIBRARIES='usr/lib/x86_64-linux-gnu'

# private_apt NAME COMMAND...: apt-get with lists of its own, named NAME, of the configured sources.
private_apt() {
  local lists=$COMPONENTS/apt/$1
  shift
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
  local options=(-q -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o APT::Get::List-Cleanup=false)
  ((EUID != 0)) || options+=(-o APT::Sandbox::User=root)
  if [[ -f $lists/sources.list ]]; then
    options+=(-o "Dir::Etc::SourceList=$lists/sources.list" -o Dir::Etc::SourceParts=/dev/null
      -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null)
  fi
  apt-get "${options[@]}" "$@"
}

debian_required() {
  have apt-get && have dpkg || fail "$EXIT_UNAVAILABLE" \
    "$component: needs apt-get (a Debian or Ubuntu system). Install $1 another way and set $2 to it"
}

# debian_packages FOLDER PACKAGE...: the packages, and what they need that this system lacks, unpacked into FOLDER.
debian_packages() {
  local folder=$1 packages
  shift
  step "reading the package lists" private_apt system update
  packages=$(private_apt system -s --no-install-recommends install "$@" 2>>"$log" | awk '$1 == "Inst" { print $2 }') ||
    fail "$EXIT_UNAVAILABLE" "$component: this system's package sources have no $*; the log is $log"
  # shellcheck disable=SC2086  # a list of package names
  step "downloading $*" debian_unpack system "$folder" "$@" $packages
}

# debian_unpack LISTS FOLDER PACKAGE...: downloads the packages and unpacks them, each once.
debian_unpack() {
  local lists=$1 folder=$2 archives=$stage/archives archive packages
  shift 2
  mapfile -t packages < <(printf '%s\n' "$@" | sort -u)
  mkdir -p "$archives" "$folder"
  (cd "$archives" && private_apt "$lists" download "${packages[@]}") || return
  for archive in "$archives"/*.deb; do
    dpkg -x "$archive" "$folder" || return
  done
  rm -rf "$archives"
}

# debian_program FILE PROGRAM: a start script for an unpacked program that finds the libraries beside it.
debian_program() {
  local lib="\$here/root/$DEBIAN_LIBRARIES:\$here/root/lib/x86_64-linux-gnu"
  wrapper "$1" "LD_LIBRARY_PATH=$lib\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH} exec \"\$here/root/$2\" \"\$@\""
}

# debian_source_of_suite SUITE: one apt source line for another suite of the archive that this machine uses.
# Reads the `URIs:` or `deb` line of the running release's own main archive, never a comment.
debian_source_of_suite() {
  local suite=$1 release keyring=/usr/share/keyrings/debian-archive-keyring.gpg uri
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  uri=$(
    shopt -s nullglob
    files=(/etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list)
    [[ ! -f /etc/apt/sources.list ]] || files+=(/etc/apt/sources.list)
    awk -v release="$release" '
      function offer(uri) { if (found == "" && uri ~ /^[a-z+]+:/) found = uri }
      function stanza() {
        if (types ~ /(^| )deb( |$)/ && index(" " suites " ", " " release " ") && components ~ /main/ && enabled != "no") offer(first)
        types = suites = components = first = enabled = ""
      }
      FNR == 1 { stanza() }
      /^[ \t]*#/ { next }
      /^[ \t]*$/ { stanza(); next }
      FILENAME ~ /\.sources$/ {
        key = tolower($1); value = $0; sub(/^[^:]*:[ \t]*/, "", value)
        if (key == "types:") types = value
        else if (key == "uris:") { split(value, uris, " "); first = uris[1] }
        else if (key == "suites:") suites = value
        else if (key == "components:") components = value
        else if (key == "enabled:") enabled = tolower(value)
        next
      }
      $1 == "deb" {
        line = $0; sub(/^deb[ \t]+(\[[^]]*\][ \t]*)?/, "", line); split(line, field, " ")
        if (field[2] == release) offer(field[1])
      }
      END { stanza(); print found }
    ' "${files[@]}" </dev/null
  )
  [[ -n $uri && -f $keyring ]] || return 1
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$suite"
}

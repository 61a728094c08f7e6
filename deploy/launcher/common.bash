# shellcheck shell=bash
# What the launcher's parts share: statuses, words to the user, folders and the lock. Expects root, the checkout.

# Exit statuses, as in sysexits.h.
readonly EXIT_USAGE=64 EXIT_UNAVAILABLE=69 EXIT_FAILED=70 EXIT_CANNOT_CREATE=73 EXIT_BUSY=75

# Everything that the launcher itself says goes to standard error: standard output is the program's.
say() { printf 'weir: %s\n' "$*" >&2; }

# fail STATUS LINE...: the first line is the problem, the others help.
fail() {
  local status=$1
  shift
  say "$1"
  shift
  (($# == 0)) || printf '  %s\n' "$@" >&2
  exit "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

# The folder for what is fetched once and kept: Maven, components, build logs. See `cache_folder` of the components.
cache=${WEIR_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/weir}

# What this checkout keeps there: its build log and its lock, so that a checkout that cannot be written still runs.
state=$cache/checkouts/$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)

make_state_folder() {
  mkdir -p "$state" 2>/dev/null && [[ -w $state ]] ||
    fail "$EXIT_CANNOT_CREATE" "WEIR_CACHE: '$cache' (expected: a folder that can be written, on a disk that is not full)"
}

# The lock of this checkout: shared while Weir runs from it, exclusive while it is built. It ends with the process
# that holds it, however that dies. Systems without flock do without.
lock_exclusive() {
  local blocker=$1
  make_state_folder
  have flock || return 0
  exec 9>>"$state/lock"
  flock -n 9 || fail "$EXIT_BUSY" "$blocker" \
    "stop what runs from this checkout, or wait until the other build is done" \
    "WEIR_SKIP_BUILD=1 ./weir ... runs what was built before, as it is"
}

# Where the cache cannot be written nothing can be built either, so there is nothing to be kept away.
lock_shared() {
  have flock && mkdir -p "$state" 2>/dev/null && [[ -w $state ]] || return 0
  exec 9>>"$state/lock"
  flock -n -s 9 || fail "$EXIT_BUSY" "this checkout is being built at this moment" "wait until the other ./weir is done"
}

# shellcheck shell=bash
# What every recipe may use: words to the user, steps with progress, and the staging folder.
# Sourced by `install`; expects COMPONENTS (the cache folder) to be set.

# Exit statuses, as in sysexits.h.
readonly EXIT_USAGE=64 EXIT_UNAVAILABLE=69 EXIT_FAILED=70 EXIT_CANNOT_CREATE=73

say() { printf 'components: %s\n' "$*"; }

complain() { printf 'components: %s\n' "$*" >&2; }

# fail STATUS MESSAGE...: ends this component's installation; the caller keeps the status.
fail() {
  local status=$1
  shift
  complain "$@"
  exit "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

# step WHAT COMMAND...: runs the command with its output in the component's log, says that it goes on every 15 s,
# and ends the installation with the end of the log when it fails.
step() {
  local what=$1 started=$SECONDS status=0 pid
  shift
  say "$component: $what"
  printf '\n== %s\n' "$what" >>"$log"
  "$@" >>"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - started >= 15 && (SECONDS - started) % 15 == 0 && SECONDS != ${said:-0})); then
      said=$SECONDS
      say "$component: $what ... $((SECONDS - started)) s"
    fi
  done
  wait "$pid" || status=$?
  if ((status != 0)); then
    tail -n 15 "$log" | sed 's/^/  | /' >&2
    if tail -n 50 "$log" | grep -q 'No space left on device'; then
      fail "$EXIT_CANNOT_CREATE" "$component: the disk of $COMPONENTS is full; free some space, or set WEIR_CACHE to a folder on another disk"
    fi
    fail "$EXIT_FAILED" "$component: $what failed with status $status; the whole log is $log"
  fi
}

# wrapper FILE BODY: writes a start script that knows its component's folder as $here, wherever that is moved.
wrapper() {
  local file=$1 body=$2
  mkdir -p "${file%/*}"
  # shellcheck disable=SC2016  # the expansions belong to the script that is written
  printf '#!/usr/bin/env bash\nhere=${BASH_SOURCE[0]%%/*}/..\n%s\n' "$body" >"$file"
  chmod +x "$file"
}

# free_port: a TCP port of the loopback address on which nothing listens now.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
}

# shellcheck shell=bash
# What the commands of this folder share: what they need, what they build first, and how their JVM starts. Expects here and root.

# shellcheck source=/dev/null
. "$root/deploy/launcher/common.bash"
# shellcheck source=/dev/null
. "$root/deploy/launcher/jdk.bash"

command=$(basename "$0")
work=$root/loadtest/target/bench
say() { printf '%s: %s\n' "$command" "$*" >&2; }

# help_asked ARGUMENT...: whether one of them asks for help.
help_asked() {
  local argument
  for argument in "$@"; do
    [[ $argument != -h && $argument != --help ]] || return 0
  done
  return 1
}

need_machine() {
  [[ $(uname -sm) == 'Linux x86_64' ]] || fail "$EXIT_UNAVAILABLE" "this machine is $(uname -sm) (expected: Linux x86_64)"
  (($(nproc --all) >= 2)) || fail "$EXIT_UNAVAILABLE" "this machine has 1 processor (expected: 2 or more, one for the proxy and one for the load)"
  have taskset || fail "$EXIT_UNAVAILABLE" "needs taskset (Debian: util-linux)"
}

# build_weir: everything that `./weir` runs, unless WEIR_BENCH_CLASS_PATH names what to run.
build_weir() {
  if [[ -z ${WEIR_BENCH_CLASS_PATH:-} ]]; then
    "$root/weir" build
    WEIR_BENCH_CLASS_PATH="$root/deploy/local/target/dist/lib/*"
  fi
  # what is measured stays the same, whatever is edited meanwhile
  export WEIR_SKIP_BUILD=1
  find_jdk
  mkdir -p "$work"
}

# install_components NAME...: and sets the variables that name them.
install_components() {
  "$root/deploy/components/install" "$@" >&2
  # shellcheck source=/dev/null disable=SC2154  # set by common.bash
  . "$cache/components/env"
}

# build_upstream [OPTION ...]: upstream.c, with more words for the compiler.
build_upstream() {
  local compiler=${CC:-cc}
  have "$compiler" || fail "$EXIT_UNAVAILABLE" "needs a C compiler, and '$compiler' is not there (Debian: gcc libc6-dev), or set CC"
  "$compiler" -O2 -Wall -Wextra -o "$work/upstream" "$here/upstream.c" "$@" ||
    fail "$EXIT_UNAVAILABLE" "upstream.c could not be compiled (Debian: gcc libc6-dev, and libssl-dev for --tls)"
}

# build_goclient: sets WEIR_GOCLIENT_BIN. Its modules come from the proxy that Go is set up for, once.
build_goclient() {
  local go=${WEIR_GO:-}
  [[ -z ${WEIR_GOCLIENT_BIN:-} ]] || return 0
  if [[ -z $go ]]; then
    go=$(command -v go) || go=/usr/local/go/bin/go
  fi
  [[ -x $go ]] || fail "$EXIT_UNAVAILABLE" "needs Go 1.26 or newer for its gRPC client: set WEIR_GO to its program, or WEIR_GOCLIENT_BIN to a built goclient"
  (cd "$here/goclient" && CGO_ENABLED=0 "$go" build -mod=readonly -trimpath -o "$work/goclient-bin" .) >&2 ||
    fail "$EXIT_UNAVAILABLE" "loadtest/bench/goclient could not be built with $go (its modules come from \$GOPROXY)"
  export WEIR_GOCLIENT_BIN=$work/goclient-bin
}

# name_router: sets router, the words that start the router under test. WEIR_BENCH_JAVA_OPTS are more options for its JVM.
name_router() {
  router=${WEIR_BENCH_ROUTER:-$root/weir router}
  [[ -z ${WEIR_BENCH_JAVA_OPTS:-} ]] || export WEIR_JAVA_OPTS=$WEIR_BENCH_JAVA_OPTS
}

commit() { git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown; }

# become CLASS ARGUMENT...: the JVM that does it. Ctrl-C reaches it, and it stops what it started.
become() {
  # shellcheck disable=SC2154  # java_home is set by find_jdk
  exec "$java_home/bin/java" -XX:+UseSerialGC -Xmx256m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$WEIR_BENCH_CLASS_PATH" "dev.weir.loadtest.bench.$@"
}

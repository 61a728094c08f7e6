# shellcheck shell=bash
# Starts the built program.

# java_command: sets java, the words that start a JVM, and class_path. The order of the jars is always the same.
# The class path goes by the environment: ONNX Runtime 1.29.0 crashes in a process whose command line is over 4 KB.
java_command() {
  local jars
  [[ $root != *:* ]] || fail "$EXIT_USAGE" "$root: the folder's name has a colon, which Java's class path cannot hold"
  jars=$(printf ':%s' "$dist"/lib/*.jar)
  class_path=${jars#:}
  export CLASSPATH=$class_path
  java=(
    "$java_home/bin/java"
    -XX:+UseSerialGC
    -XX:+UseCompactObjectHeaders
    '-Xlog:aot*=error'
    -XX:MaxRAMPercentage=20
    -XX:+ExitOnOutOfMemoryError
    --enable-native-access=ALL-UNNAMED
    --sun-misc-unsafe-memory-access=allow
    "-Dweir.home=$root"
  )
}

# run_weir COMMAND ARGUMENT...: becomes the JVM.
run_weir() {
  find_jdk
  lock_shared
  java_command
  # A recorded start-up holds for the collector that it was recorded with.
  if [[ ${WEIR_JAVA_OPTS:-} != *-XX:+Use*GC* && -f $dist/weir.aot && -f $dist/weir.aot.for && $(<"$dist/weir.aot.for") == "$(start_up_identity)" ]]; then
    java+=("-XX:AOTCache=$dist/weir.aot")
  fi
  if [[ ${1:-} == router ]]; then
    # what requests leave behind is garbage at once: a small young generation keeps the process small, whatever the machine has;
    # and what compiling leaves behind in the C heap is given back
    java+=(-Xms32m -Xmn16m -XX:TrimNativeHeapInterval=5000)
    export MALLOC_ARENA_MAX=1
  fi
  name_components
  # shellcheck disable=SC2086  # WEIR_JAVA_OPTS is a list of words
  exec "${java[@]}" ${WEIR_JAVA_OPTS:-} dev.weir.local.WeirCommand "$@"
}

# name_components: WEIR_TRITON_BIN, WEIR_CONSUL_BIN ... for what deploy/components/install has installed.
name_components() {
  if [[ -f $cache/components/env ]]; then
    # shellcheck source=/dev/null
    . "$cache/components/env"
  fi
}

print_version() {
  local commit
  commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null) || commit=unknown
  printf 'weir %s (commit %s)\n' "$(sed -n 's|^.*<version>\(.*\)</version>.*$|\1|p' "$root/pom.xml" | head -n 1)" "$commit"
}

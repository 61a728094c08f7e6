# shellcheck shell=bash
# Builds what `./weir` runs, when a source is newer than the last build or another commit is checked out.

dist=$root/deploy/local/target/dist
stamp=$dist/build-stamp
readonly BUILD_MEGABYTES=300 HEARTBEAT_SECONDS=10 TRAINING_SECONDS=120

built() { [[ -f $stamp ]] && compgen -G "$dist/lib/*.jar" >/dev/null; }

head_commit() { git -C "$root" rev-parse HEAD 2>/dev/null || echo none; }

modules() { sed -n 's|^.*<module>\(.*\)</module>.*$|\1|p' "$root/pom.xml"; }

# stale: says why a build is needed; fails where none is.
stale() {
  local changed folders
  if ! built; then
    echo "not built yet"
  elif [[ $(<"$stamp") != "$(head_commit)" ]]; then
    echo "another commit is checked out"
  else
    mapfile -t folders < <(modules)
    # A folder of sources counts too: it is newer when a file in it was deleted or renamed.
    changed=$(cd "$root" && find pom.xml .mvn "${folders[@]}" \
      \( -name target -o -name __pycache__ -o -path '*/src/test' \) -prune -o \
      \( -type f -o -type d -path '*/src/main*' \) ! -name '*.md' ! -name '*.py' -newer "$stamp" -print -quit 2>/dev/null) || true
    [[ -n $changed ]] || return 1
    echo "$changed changed"
  fi
}

say_if_stale() {
  local reason
  if reason=$(stale); then
    say "runs the last build, and $reason since: ./weir build brings it up to date"
  fi
}

# build_if_stale: nothing at all when everything is built.
build_if_stale() {
  local reason
  reason=$(stale) || return 0
  if [[ -n ${WEIR_SKIP_BUILD:-} ]]; then
    built || fail "$EXIT_UNAVAILABLE" "WEIR_SKIP_BUILD: set, but nothing is built yet"
    return 0
  fi
  prepare_build "$reason"
  maven_build
  finish_build
}

# prepare_build REASON: everything that can be missing is asked for before the first minute has passed.
prepare_build() {
  find_jdk
  lock_exclusive "needs a build ($1), and this checkout is in use"
  find_maven
  writable_checkout
  started=$SECONDS
  say "building ($1), with Java $(jdk_version "$java_home") and a log in $state/build.log"
  set_last_build_aside
  head_commit >"$dist/.building"
}

writable_checkout() {
  local free
  mkdir -p "$dist" 2>/dev/null && [[ -w $dist ]] || fail "$EXIT_CANNOT_CREATE" "$root: cannot be written, and the build puts its results there" \
    "Copy the checkout to a folder of yours, or build it once as its owner."
  free=$(df -Pk "$dist" | awk 'NR == 2 { print int($4 / 1024) }')
  ((free >= BUILD_MEGABYTES)) || fail "$EXIT_CANNOT_CREATE" "$root: its disk has $free MB left (expected: $BUILD_MEGABYTES MB or more for a build)"
}

# The last build waits beside: without this, a jar that is no longer needed would stay on the class path. Killed in
# between, nothing counts as built, and the next build is a whole one.
set_last_build_aside() {
  if built; then
    rm -rf "$dist/last"
    mkdir "$dist/last"
    mv "$stamp" "$dist/last/build-stamp"
    mv "$dist/lib" "$dist/last/lib"
  else
    rm -rf "${dist:?}/lib"
  fi
}

restore_last_build() {
  rm -f "$dist/.building"
  if [[ -d $dist/last/lib ]]; then
    rm -rf "${dist:?}/lib"
    mv "$dist/last/lib" "$dist/lib"
    mv "$dist/last/build-stamp" "$stamp"
    rm -rf "$dist/last"
  fi
}

# maven_build: packages what the launcher runs, with a line for each module and a sign of life in between.
maven_build() {
  local status=0
  maven_run package -DskipTests -pl deploy/local -am </dev/null 2>&1 9>&- | tee "$state/build.log" | build_progress || status=$?
  ((status == 0)) || build_failed "$state/build.log" "$status"
}

# maven_run ARGUMENT...: in the checkout, with the Java that was found.
maven_run() {
  # shellcheck disable=SC2086  # WEIR_MAVEN_ARGS is a list of words
  (cd "$root" && JAVA_HOME=$java_home exec "${maven[@]}" -B "$@" ${WEIR_MAVEN_ARGS:-})
}

build_progress() {
  local line module='' downloads=0 said=$SECONDS status
  while :; do
    status=0
    IFS= read -r -t "$HEARTBEAT_SECONDS" line || status=$?
    if ((status > 0 && status <= 128)); then
      return 0
    fi
    if ((status == 0)); then
      if [[ $line =~ ^\[INFO\]\ Building\ (.+)\ [^\ ]+\ +\[([0-9]+)/([0-9]+)\]$ ]]; then
        module=${BASH_REMATCH[1]}
        say "[${BASH_REMATCH[2]}/${BASH_REMATCH[3]}] $module ($((SECONDS - started)) s)"
        said=$SECONDS
      elif [[ $line == *Downloaded\ from* ]]; then
        downloads=$((downloads + 1))
      fi
    fi
    if ((SECONDS - said >= HEARTBEAT_SECONDS)); then
      say "  ... ${module:-starting} ($((SECONDS - started)) s, $downloads files downloaded)"
      said=$SECONDS
    fi
  done
}

build_failed() {
  local log=$1 status=$2
  restore_last_build
  explain_failure "$log"
  fail "$EXIT_FAILED" "the build failed after $((SECONDS - started)) s with status $status; the whole log is $log"
}

# explain_failure LOG: its errors, or its end; and ends with a plainer reason where the log has one.
explain_failure() {
  local log=$1
  if grep -q '^\[ERROR\]' "$log"; then
    # without Maven's advice about Maven
    sed -n -e 's/ -> \[Help 1\]$//' -e '/^\[ERROR\] *\(\[Help\|To see the full\|Re-run Maven\|For more information\|After correcting\|  mvn \|-> \)/d' \
      -e 's/^\[ERROR\] \(.\)/  | \1/p' "$log" | head -n 30 >&2
  else
    tail -n 30 "$log" | sed 's/^/  | /' >&2
  fi
  if grep -q 'No space left on device' "$log"; then
    fail "$EXIT_CANNOT_CREATE" "the disk is full: that of $root, of the Maven repository (~/.m2) or of $cache"
  fi
  if grep -qE 'Could not transfer artifact|Unknown host|was not found in .* during a previous attempt' "$log"; then
    say "something could not be downloaded: the first build needs the network, later ones do not"
  fi
}

# finish_build: the stamp is as old as the start of the build, so that what changed meanwhile is built the next time.
finish_build() {
  compgen -G "$dist/lib/*.jar" >/dev/null || fail "$EXIT_FAILED" "the build ended well, but $dist/lib has no jar"
  rm -rf "$dist/last"
  train_start_up
  mv "$dist/.building" "$stamp"
  say "built in $((SECONDS - started)) s"
}

# train_start_up: records what the JVM loads at start into a cache that halves the start of every service.
# It is an optimization: without it everything runs, only later.
train_start_up() {
  local output=$dist/weir.aot.new log=$state/training.log pid waited=0 status=0
  rm -f "$dist/weir.aot" "$dist/weir.aot.for" "$output" "$output.config"
  say "recording the start-up ($((SECONDS - started)) s)"
  java_command
  "${java[@]}" "-XX:AOTCacheOutput=$output" dev.weir.local.AotTraining >"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if ((waited++ >= TRAINING_SECONDS * 5)); then
      kill -KILL "$pid" 2>/dev/null || true
    fi
    sleep 0.2
  done
  wait "$pid" || status=$?
  if ((status == 0)) && [[ -f $output ]]; then
    mv "$output" "$dist/weir.aot"
    start_up_identity >"$dist/weir.aot.for"
  else
    rm -f "$output" "$output.config"
    say "warning: the start-up was not recorded (status $status), so services start slower; the log is $log"
  fi
}

# What a recorded start-up belongs to: the JVM refuses it, with warnings, for any other.
start_up_identity() { printf '%s %s %s\n' "$java_home" "$(jdk_version "$java_home")" "$class_path"; }

#!/usr/bin/env bash
# Tests of ./weir with stubs for Java, Maven and Git, in a checkout whose path has spaces. Takes seconds, needs no network.
set -uo pipefail

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

# --- the world of one test: a checkout, a cache, a PATH with neither Java nor Maven

new_world() {
  rm -rf "$scratch/world"
  world=$scratch/world checkout="$scratch/world/a check out" bin=$scratch/world/bin
  mkdir -p "$checkout/deploy/components" "$checkout/core/src/main" "$checkout/core/src/test" "$checkout/deploy/local" "$bin" "$world/home"
  cp "$source_root/weir" "$checkout/"
  mkdir "$checkout/deploy/launcher"
  cp "$source_root"/deploy/launcher/*.bash "$checkout/deploy/launcher/"
  printf '<project>\n<version>9.8.7</version>\n<module>core</module>\n<module>deploy/local</module>\n</project>\n' >"$checkout/pom.xml"
  echo one >"$checkout/core/src/main/A.java"
  stub "$checkout/deploy/components/install" 'echo "components installed"'
  local tool
  for tool in awk bash cat cksum cp cut date df dirname env find flock grep head mkdir mktemp mv printf readlink rm sed sleep \
    tail tee touch tr uname wc; do
    ln -s "$(command -v "$tool")" "$bin/$tool"
  done
  environment=(-i "HOME=$world/home" "PATH=$bin" "WEIR_CACHE=$world/cache" "WEIR_JDK_FOLDERS=$world/none")
}

stub() {
  mkdir -p "$(dirname "$1")"
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$1"
  chmod +x "$1"
}

# A JDK of a version, which writes down how it was started, and does as AotTraining and the CLI would.
new_jdk() {
  local home=$1 version=$2
  stub "$home/bin/javac" 'exit 0'
  stub "$home/bin/java" "
printf '[%s]' \"\$@\" >>'$world/java.log'; echo \"CLASSPATH=\${CLASSPATH:-}\" >>'$world/java.log'
for word; do
  case \$word in
    -version) echo 'openjdk version \"$version\"' >&2; exit 0 ;;
    -XX:AOTCacheOutput=*) echo cache >\"\${word#*=}\" ;;
    wrong) exit 64 ;;
  esac
done
exit 0"
  printf 'JAVA_VERSION="%s"\n' "$version" >"$home/release"
}

# A Maven of a version: packaging makes one jar, `unpack` makes a newer Maven, and each call is written down.
new_maven() {
  stub "$bin/mvn" "
printf '[%s]' \"\$@\" >>'$world/mvn.log'; echo >>'$world/mvn.log'
case \"\$*\" in
  *-version) printf '\\033[1mApache Maven $1\\033[m\\n'; echo 'Maven home: $world/maven-home' ;;
  *unpack*)
    for word; do [[ \$word != -DoutputDirectory=* ]] || folder=\${word#*=}/apache-maven-3.9.16; done
    mkdir -p \"\$folder/bin\" \"\$folder/conf\"
    cp '$bin/mvn' \"\$folder/bin/mvn\" ;;
  *package* | *verify*)
    [[ -f '$world/broken' ]] && { echo '[ERROR] core: cannot find symbol'; exit 1; }
    echo '[INFO] Building Weir core 9.8.7                                              [1/2]'
    mkdir -p deploy/local/target/dist/lib core/target/surefire-reports
    echo jar >deploy/local/target/dist/lib/b.jar; echo jar >deploy/local/target/dist/lib/a.jar
    printf '<testsuite name=\"x\" tests=\"5\" errors=\"0\" skipped=\"1\" failures=\"1\">\n<testcase name=\"n\" classname=\"C\">\n<skipped message=\"no Triton\"/>\n' >core/target/surefire-reports/TEST-x.xml ;;
esac
exit 0"
}

# weir ARGUMENT...: runs the launcher; its status, its output and its errors are in status, out and err.
weir() {
  status=0
  (cd "$world" && env "${environment[@]}" "$checkout/weir" "$@" >"$world/out" 2>"$world/err" </dev/null) || status=$?
  out=$(<"$world/out") err=$(<"$world/err")
}

# --- what a test says

has_status() { [[ $status == "$1" ]] || wrong "status $status (expected: $1)"; }
out_has() { [[ $out == *"$1"* ]] || wrong "output lacks '$1'"; }
err_has() { [[ $err == *"$1"* ]] || wrong "errors lack '$1'"; }
err_lacks() { [[ $err != *"$1"* ]] || wrong "errors have '$1'"; }
java_had() { grep -qF -- "$1" "$world/java.log" || wrong "no JVM had '$1'"; }
builds_were() {
  local count
  count=$(grep -c package "$world/mvn.log" 2>/dev/null) || count=0
  ((count == $1)) || wrong "$count builds (expected: $1)"
}
wrong() { problems+=("$1"); }

check() {
  local problem
  problems=()
  new_world
  "$1"
  if ((${#problems[@]} == 0)); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $1"
    for problem in "${problems[@]}"; do echo "  $problem"; done
    sed 's/^/  | /' "$world/err" | tail -n 12
  fi
}

ready_world() {
  new_jdk "$world/jdk 25" 25.0.3
  new_maven 3.9.11
  environment+=("WEIR_JAVA_HOME=$world/jdk 25")
}

# A second is the grain of some file systems: what is written now is made a minute newer instead of waiting for it.
make_newer() { touch -d '1 minute' "$1"; }

# --- the tests

help_and_version_need_nothing() {
  weir --help
  has_status 0 && out_has 'usage: ./weir COMMAND' && out_has 'Exit status' && out_has WEIR_JAVA_HOME && out_has '--data DIR'
  weir
  has_status 0 && out_has 'usage: ./weir COMMAND'
  weir --version
  has_status 0 && out_has 'weir 9.8.7'
}

a_missing_jdk_is_named() {
  weir demo
  has_status 69 && err_has 'needs a JDK 25, and none was found' && err_has 'java on PATH there is none' && err_has openjdk-25-jdk-headless
}

an_old_jdk_is_named() {
  new_jdk "$world/old" 17.0.15
  ln -s "$world/old/bin/java" "$bin/java"
  environment+=("JAVA_HOME=$world/old")
  weir build
  has_status 69 && err_has "JAVA_HOME is $world/old and has version 17.0.15" && err_has "java on PATH is in $world/old"
}

a_wrong_java_home_of_weir_is_refused() {
  new_jdk "$world/old" 21.0.1
  new_jdk "$world/jdks/jdk-25" 25
  environment+=("WEIR_JAVA_HOME=$world/old" "WEIR_JDK_FOLDERS=$world/jdks/jdk-25")
  weir build
  has_status 69 && err_has "WEIR_JAVA_HOME: '$world/old'" && err_has 'has version 21.0.1'
}

a_runtime_without_compiler_is_refused() {
  new_jdk "$world/jre" 25.0.2
  rm "$world/jre/bin/javac"
  environment+=("WEIR_JAVA_HOME=$world/jre")
  weir build
  has_status 69 && err_has 'no compiler'
}

a_jdk_is_found_beside_an_old_java_home() {
  new_jdk "$world/old" 17.0.15
  new_jdk "$world/jdks/jdk-25" 25
  new_maven 3.9.9
  environment+=("JAVA_HOME=$world/old" "WEIR_JDK_FOLDERS=$world/none:$world/jdks/jdk-25")
  weir build
  has_status 0 && builds_were 1
}

a_jdk_without_release_file_is_asked() {
  new_jdk "$world/jdk" 25.0.3
  rm "$world/jdk/release"
  new_maven 3.9.9
  environment+=("JAVA_HOME=$world/jdk")
  weir build
  has_status 0 && builds_were 1
}

a_missing_maven_is_named() {
  new_jdk "$world/jdk" 25
  environment+=("JAVA_HOME=$world/jdk")
  weir build
  has_status 69 && err_has 'no mvn on PATH' && err_has 'apt-get install maven'
}

an_old_maven_fetches_a_newer_one_once() {
  ready_world
  new_maven 3.8.7
  mkdir -p "$world/maven-home/conf"
  echo mirrors >"$world/maven-home/conf/settings.xml"
  weir build
  has_status 0 && err_has 'fetching Maven 3.9.16' && builds_were 1
  [[ $(<"$world/cache/apache-maven-3.9.16/conf/settings.xml") == mirrors ]] || wrong 'the settings were not kept'
  rm "$bin/mvn"
  echo two >"$checkout/core/src/main/A.java"
  make_newer "$checkout/core/src/main/A.java"
  weir build
  has_status 0 && err_lacks fetching && builds_were 2
}

what_is_built_is_not_built_again() {
  ready_world
  weir demo --exit
  has_status 0 && err_has '[1/2] Weir core' && builds_were 1
  weir demo --exit
  has_status 0 && builds_were 1
  [[ -z $err ]] || wrong 'the second run said something'
}

a_second_run_needs_no_maven() {
  ready_world
  weir build
  rm "$bin/mvn"
  weir registry
  has_status 0
}

a_changed_source_is_built() {
  ready_world
  weir build
  make_newer "$checkout/core/src/main/A.java"
  weir demo
  has_status 0 && err_has 'core/src/main/A.java changed' && builds_were 2
}

a_deleted_source_is_built() {
  ready_world
  weir build
  rm "$checkout/core/src/main/A.java"
  make_newer "$checkout/core/src/main"
  weir demo
  has_status 0 && builds_were 2
}

a_changed_test_or_page_is_not_built() {
  ready_world
  weir build
  for file in core/src/test/T.java core/NOTES.md; do
    echo x >"$checkout/$file"
    make_newer "$checkout/$file"
  done
  weir demo
  has_status 0 && builds_were 1
}

another_commit_is_built() {
  ready_world
  stub "$bin/git" "cat '$world/commit'"
  echo aaa >"$world/commit"
  weir build
  weir build
  builds_were 1
  echo bbb >"$world/commit"
  weir build
  has_status 0 && err_has 'another commit is checked out' && builds_were 2
}

a_failed_build_says_why_and_keeps_the_last_one() {
  ready_world
  weir build
  make_newer "$checkout/core/src/main/A.java"
  touch "$world/broken"
  weir demo
  has_status 70 && err_has 'cannot find symbol' && err_has 'the whole log is'
  environment+=(WEIR_SKIP_BUILD=1)
  weir demo
  has_status 0 && java_had '[demo]'
}

a_build_killed_in_between_counts_for_nothing() {
  ready_world
  weir build
  mv "$checkout/deploy/local/target/dist/build-stamp" "$world/stamp"
  weir models
  has_status 69 && err_has 'not built yet'
  weir build
  has_status 0 && builds_were 2
}

an_unknown_command_is_the_programs_to_refuse() {
  ready_world
  weir frobnicate
  has_status 69 && err_has "'frobnicate' is none of the launcher's own commands" && builds_were 0
  weir build
  weir wrong
  has_status 64
  weir push 'a b' ''
  has_status 0 && java_had '[dev.weir.local.WeirCommand][push][a b][]'
}

the_program_runs_with_its_flags_and_its_recorded_start_up() {
  ready_world
  environment+=('WEIR_JAVA_OPTS=-Xmx99m -Dx=y')
  weir demo --data 'some where'
  has_status 0
  local dist="$checkout/deploy/local/target/dist"
  java_had "[-XX:AOTCache=$dist/weir.aot][-Xmx99m][-Dx=y][dev.weir.local.WeirCommand][demo][--data][some where]"
  java_had '[dev.weir.local.AotTraining]'
  java_had "[-Dweir.home=$checkout]"
  java_had "CLASSPATH=$dist/lib/a.jar:$dist/lib/b.jar"
}

installed_components_are_named() {
  ready_world
  stub "$world/jdk 25/bin/java" "echo \"\$WEIR_CONSUL_BIN\" >>'$world/java.log'"
  mkdir -p "$world/cache/components"
  # shellcheck disable=SC2016  # the launcher expands it
  echo 'export WEIR_CONSUL_BIN="${WEIR_CONSUL_BIN:-/the/consul}"' >"$world/cache/components/env"
  weir demo
  has_status 0 && java_had /the/consul
  environment+=(WEIR_CONSUL_BIN=/my/own)
  weir demo
  java_had /my/own
}

a_failed_recording_is_a_warning() {
  ready_world
  stub "$world/jdk 25/bin/java" 'exit 3'
  weir build
  has_status 0 && err_has 'warning: the start-up was not recorded'
}

a_checkout_that_cannot_be_written_is_named() {
  ready_world
  echo file >"$checkout/deploy/local/target"
  weir build
  has_status 73 && err_has "$checkout: cannot be written"
}

a_full_disk_is_named() {
  ready_world
  rm "$bin/df"
  stub "$bin/df" 'printf "Filesystem blocks used available\nx 1 1 2048\n"'
  weir build
  has_status 73 && err_has '2 MB left'
}

a_cache_that_cannot_be_written_is_named() {
  ready_world
  echo file >"$world/cache"
  weir build
  has_status 73 && err_has "WEIR_CACHE: '$world/cache'"
}

what_is_built_runs_with_a_cache_that_cannot_be_written() {
  ready_world
  weir build
  rm -rf "$world/cache"
  echo file >"$world/cache"
  weir router
  has_status 0 && java_had '[router]'
}

a_running_copy_keeps_a_build_away() {
  ready_world
  weir build
  make_newer "$checkout/core/src/main/A.java"
  local lock
  lock=$(echo "$world"/cache/checkouts/*/lock)
  exec 8>>"$lock"
  flock -s 8
  weir demo
  has_status 75 && err_has 'this checkout is in use' && builds_were 1
  flock 8
  weir push
  has_status 75 && err_has 'being built'
  exec 8>&-
  weir demo
  has_status 0 && builds_were 2
}

a_link_to_the_launcher_works() {
  ready_world
  ln -s "$checkout/weir" "$bin/weir"
  checkout=$bin weir --version
  has_status 0 && out_has 'weir 9.8.7'
}

tests_are_counted_and_the_skipped_are_named() {
  ready_world
  weir test
  has_status 0 && out_has 'components installed' && out_has '3 passed, 1 failed, 1 skipped' && out_has 'skipped: C.n (no Triton)'
  weir demo
  has_status 0 && builds_were 0
}

a_failed_test_run_fails() {
  ready_world
  touch "$world/broken"
  weir test
  has_status 1 && out_has 'cannot find symbol' && err_has 'no test ran'
}

for test in $(declare -F | awk '{ print $3 }' | grep -vE '^(new_|stub$|weir$|has_|out_|err_|java_had|builds_were|wrong|check$|ready_world|make_newer)'); do
  check "$test"
done
echo "launcher: $passed passed, $failed failed"
((failed == 0))

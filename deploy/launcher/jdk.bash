# shellcheck shell=bash
# Finds a JDK 25. WEIR_JAVA_HOME is obeyed; everything else is only looked at.

readonly JAVA_RELEASE=25

# jdk_version FOLDER: its Java version, "" where there is no Java. The release file answers without starting a JVM.
jdk_version() {
  local home=$1 version=
  [[ -x $home/bin/java ]] || return 0
  if [[ -f $home/release ]]; then
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)".*/\1/p' "$home/release")
  fi
  if [[ -z $version ]]; then
    version=$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1) || version=
  fi
  printf '%s' "$version"
}

# jdk_fits FOLDER: whether it is Java 25 with a compiler.
jdk_fits() {
  local version
  version=$(jdk_version "$1")
  [[ ${version%%[.+-]*} == "$JAVA_RELEASE" && -x $1/bin/javac ]]
}

# The folder of the java on PATH, links followed.
jdk_on_path() {
  local java target
  java=$(command -v java) || return 0
  while [[ -L $java ]]; do
    target=$(readlink "$java")
    [[ $target == /* ]] || target=$(dirname "$java")/$target
    java=$target
  done
  (cd "$(dirname "$java")/.." 2>/dev/null && pwd -P) || true
}

# The places where systems and tools put a JDK, one a line.
jdk_candidates() {
  local pattern candidate
  if [[ -n ${WEIR_JDK_FOLDERS+set} ]]; then
    printf '%s\n' "$WEIR_JDK_FOLDERS" | tr ':' '\n'
    return
  fi
  for pattern in /usr/lib/jvm "${HOME:-/nowhere}/.sdkman/candidates/java" "${HOME:-/nowhere}/.jdks" /opt /opt/java /usr/local /opt/homebrew/opt; do
    for candidate in "$pattern"/*"$JAVA_RELEASE"*; do
      [[ ! -d $candidate ]] || printf '%s\n' "$candidate"
    done
  done
  if [[ -x /usr/libexec/java_home ]]; then
    /usr/libexec/java_home -v "$JAVA_RELEASE" 2>/dev/null || true
  fi
}

# find_jdk: sets java_home, or ends with what to install.
find_jdk() {
  local candidate on_path
  [[ -z ${java_home:-} ]] || return 0
  if [[ -n ${WEIR_JAVA_HOME:-} ]]; then
    jdk_fits "$WEIR_JAVA_HOME" || fail "$EXIT_UNAVAILABLE" \
      "WEIR_JAVA_HOME: '$WEIR_JAVA_HOME' (expected: the folder of a JDK $JAVA_RELEASE), and it $(jdk_described "$WEIR_JAVA_HOME")"
    java_home=$WEIR_JAVA_HOME
    return
  fi
  on_path=$(jdk_on_path)
  while IFS= read -r candidate; do
    if [[ -n $candidate ]] && jdk_fits "$candidate"; then
      java_home=$candidate
      return
    fi
  done < <(printf '%s\n' "${JAVA_HOME:-}" "$on_path" && jdk_candidates)
  fail "$EXIT_UNAVAILABLE" "needs a JDK $JAVA_RELEASE, and none was found" \
    "JAVA_HOME ${JAVA_HOME:+is $JAVA_HOME and }$(if [[ -n ${JAVA_HOME:-} ]]; then jdk_described "$JAVA_HOME"; else echo 'is not set'; fi)" \
    "java on PATH $(if [[ -n $on_path ]]; then echo "is in $on_path and $(jdk_described "$on_path")"; else echo 'there is none'; fi)" \
    "the usual folders (/usr/lib/jvm, ~/.sdkman, ~/.jdks, /opt) have none" \
    "" \
    "Debian 13, Ubuntu 25.10 or newer:  apt-get install openjdk-25-jdk-headless" \
    "Fedora:                            dnf install java-25-openjdk-devel" \
    "macOS:                             brew install openjdk@25" \
    "SDKMAN, any system:                sdk install java 25-tem" \
    "If it is somewhere else, set WEIR_JAVA_HOME to its folder."
}

# jdk_described FOLDER: what is wrong with it, as the end of a sentence.
jdk_described() {
  local version
  version=$(jdk_version "$1")
  if [[ -z $version ]]; then
    echo "has no bin/java"
  elif [[ ${version%%[.+-]*} != "$JAVA_RELEASE" ]]; then
    echo "has version $version"
  else
    echo "has version $version, but no compiler (bin/javac): it is a runtime, not a JDK"
  fi
}

# shellcheck shell=bash
# Finds Maven 3.9.9 or newer. An older one on PATH is enough to fetch the right one, once, into the cache.

readonly MAVEN_VERSION=3.9.16

# maven_fits VERSION: whether it is 3.9.9 or newer, and still Maven 3.
maven_fits() {
  local major minor patch
  IFS=. read -r major minor patch <<<"${1%%-*}"
  [[ $major == 3 && $minor =~ ^[0-9]+$ && $patch =~ ^[0-9]+$ ]] && ((minor > 9 || (minor == 9 && patch >= 9)))
}

# find_maven: sets maven, the words that start it, or ends with what to install. Needs java_home.
find_maven() {
  local kept=$cache/apache-maven-$MAVEN_VERSION described version
  if [[ -f $kept/bin/mvn ]]; then
    maven=(bash "$kept/bin/mvn")
    return
  fi
  have mvn || fail "$EXIT_UNAVAILABLE" "needs Maven, and there is no mvn on PATH" \
    "Debian, Ubuntu:       apt-get install maven" \
    "Fedora:               dnf install maven" \
    "macOS:                brew install maven" \
    "SDKMAN, any system:   sdk install maven" \
    "Any Maven 3 will do: one that is older than 3.9.9 is only used to fetch $MAVEN_VERSION."
  described=$(JAVA_HOME=$java_home mvn -B -version 2>&1) || described=
  version=$(sed -n 's/^.*Apache Maven \([0-9][0-9A-Za-z.-]*\).*$/\1/p' <<<"$described" | head -n 1)
  [[ -n $version ]] || fail "$EXIT_UNAVAILABLE" "mvn on PATH does not say its version; it printed:" "$(head -n 5 <<<"$described")"
  if maven_fits "$version"; then
    maven=(mvn)
    return
  fi
  maven_fetch "$version" "$(sed -n 's/^Maven home: //p' <<<"$described")"
  maven=(bash "$kept/bin/mvn")
}

# maven_fetch VERSION HOME: the mvn on PATH, of that version and in that folder, unpacks the right one into the cache.
maven_fetch() {
  local version=$1 home=$2 kept=$cache/apache-maven-$MAVEN_VERSION staged log=$state/maven.log
  say "fetching Maven $MAVEN_VERSION into $cache, once: mvn on PATH is $version"
  make_state_folder
  staged=$(mktemp -d "$cache/.maven.XXXXXX") || fail "$EXIT_CANNOT_CREATE" "WEIR_CACHE: '$cache' (expected: a folder that can be written)"
  if ! (cd "$staged" && JAVA_HOME=$java_home mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:unpack \
    "-Dartifact=org.apache.maven:apache-maven:$MAVEN_VERSION:zip:bin" "-DoutputDirectory=$staged") >"$log" 2>&1 </dev/null; then
    rm -rf "$staged"
    explain_failure "$log"
    fail "$EXIT_UNAVAILABLE" "Maven $MAVEN_VERSION could not be fetched; the whole log is $log" \
      "It comes from the repository that your Maven is set up for. Or install Maven 3.9.9 or newer yourself."
  fi
  # Mirrors and proxies of the system's own Maven go on to hold.
  if [[ -n $home && -f $home/conf/settings.xml ]]; then
    cp -f "$home/conf/settings.xml" "$staged/apache-maven-$MAVEN_VERSION/conf/settings.xml"
  fi
  mv "$staged/apache-maven-$MAVEN_VERSION" "$kept" 2>/dev/null || [[ -f $kept/bin/mvn ]] ||
    fail "$EXIT_CANNOT_CREATE" "$kept: cannot be written"
  rm -rf "$staged"
}

# shellcheck shell=bash
# What `./weir --help` prints. It needs no Java.

print_help() {
  cat <<HELP
Weir puts a new model version in front of real traffic, watches it, and takes it back before it does harm.

usage: ./weir COMMAND [ARGUMENT ...]

  demo [--exit] [--data DIR]   the whole mesh on this machine, with real traffic: a sound version is rolled out, broken
                               ones are caught and rolled back; then it stays up to play with, until Ctrl-C.
                               --exit ends after the story. With --triton, --consul, --jaeger real ones take part.
  registry | router | worker | monitor     one service, in the foreground; --print-config shows what it would run with
  loadtest                     the open-loop load generator
  build                        builds what changed since the last build; the commands above do that by themselves
  test [MAVEN ARGUMENT ...]    installs what the tests need, then the whole build with all its tests
  components [NAME ...]        installs Triton, Consul, Envoy ... to run beside Weir; --list says which there are
  COMMAND --help               a command's own options, from the built program; any other COMMAND is also asked there
  --help, --version            this text; the version

Needed: a JDK 25 (found by WEIR_JAVA_HOME, JAVA_HOME, PATH or in the usual folders) and any Maven 3 (one older than
3.9.9 fetches a newer one into the cache). The first build downloads from the repository that Maven is set up for;
once everything is built, nothing is downloaded.

Files: the demo's go under --data DIR (default: \$WEIR_DATA, else ~/.local/share/weir); those of a single service under its
--data DIR (default: data/SERVICE in the working folder). Maven, the components and the build log go under \$WEIR_CACHE
(default: ~/.cache/weir); builds under target folders of the checkout. All of it can be deleted at any time when nothing
runs, the data folder with what it holds.

Environment:
  WEIR_JAVA_HOME        the JDK 25 to use, and no other
  WEIR_JDK_FOLDERS      where to look for one instead of the usual folders, separated by colons
  WEIR_JAVA_OPTS        more options for every JVM that Weir starts, such as -Xmx512m
  WEIR_MAVEN_ARGS       more arguments for Maven, such as --offline
  WEIR_DATA             the data folder
  WEIR_CACHE            the cache folder
  WEIR_SKIP_BUILD       if set, what was built before runs as it is
  WEIR_SKIP_COMPONENTS  if set, 'test' installs no components; tests that need them are skipped by name
  WEIR_PYTHON           the Python 3.11 or 3.12 that components are installed with
  WEIR_TRITON_BIN  WEIR_CONSUL_BIN  ...   programs of your own instead of installed ones: ./weir components --help

Exit status:
  0   done                                          70  the build failed, or an internal error
  1   a step of the demo did not hold, or a         73  a file cannot be created: no permission, disk full
      test failed                                   75  busy: another copy runs or builds here, a port is taken
  64  wrong usage or configuration                  130 and 143: stopped by Ctrl-C, by SIGTERM
  69  something is missing: a JDK, Maven, ...
HELP
}

# shellcheck shell=bash
# `./weir test`: the real components, the launcher's own tests, then the whole build with all its tests.

# run_tests MAVEN_ARGUMENT...: without arguments it also counts as a build.
run_tests() {
  local status=0 script
  if [[ -z ${WEIR_SKIP_COMPONENTS:-} ]]; then
    "$root/deploy/components/install" || fail "$?" "the components that the tests need could not be installed" \
      "WEIR_SKIP_COMPONENTS=1 ./weir test goes without: the tests that need them are skipped, by name"
  fi
  for script in "$root"/deploy/*/test/*_test.sh; do
    [[ ! -x $script ]] || "$script" || fail 1 "$script failed"
  done
  prepare_build "for the tests"
  name_components
  touch "$state/tests-started"
  maven_run -ntp --fail-at-end verify "$@" </dev/null 2>&1 9>&- | tee "$state/build.log" || status=$?
  report_tests
  if ((status != 0)); then
    restore_last_build
    fail 1 "the build or a test failed after $((SECONDS - started)) s; the whole log is $state/build.log"
  fi
  if (($# == 0)); then
    finish_build
  else
    restore_last_build
  fi
}

# report_tests: the tests of all modules in one line, and which were skipped.
report_tests() {
  local report reports=()
  while IFS= read -r report; do
    # not "newer": on a fast machine the first report is of the same instant
    [[ $report -ot $state/tests-started ]] || reports+=("$report")
  done < <(find "$root" -path '*/target/*-reports/TEST-*.xml')
  if ((${#reports[@]} == 0)); then
    say "no test ran"
    return
  fi
  awk '
    function value(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    /<testsuite / { tests += value("tests"); failed += value("errors") + value("failures"); skipped += value("skipped") }
    /<testcase / { test = value("classname") "." value("name") }
    /<skipped/ { print "skipped: " test (value("message") == "" ? "" : " (" value("message") ")") }
    END { printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped }
  ' "${reports[@]}"
}

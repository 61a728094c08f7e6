# shellcheck shell=bash
# Prometheus and Alertmanager, with the tools that check rules and expositions.
version=debian
summary='Prometheus with promtool, and Alertmanager with amtool (Debian)'
megabytes=260
program=WEIR_PROMETHEUS_BIN

recipe_install() {
  local program
  debian_required prometheus WEIR_PROMETHEUS_BIN
  debian_packages "$stage/root" prometheus prometheus-alertmanager
  for program in prometheus promtool amtool; do
    debian_program "$stage/bin/$program" "usr/bin/$program"
  done
  alertmanager_program "$stage/bin/prometheus-alertmanager"
}

# Debian's Alertmanager reads its templates from a folder of the system that is compiled into it, and does not start without
# them. The unpacked one is told to look in the folder that it is started in, by a name of the same length; give it whole paths.
alertmanager_program() {
  local binary=$stage/root/usr/bin/prometheus-alertmanager
  local compiled=/usr/share/prometheus/alertmanager here=/proc/self/cwd
  grep -aqF "$compiled" "$binary" && [[ -f $stage/root$compiled/default.tmpl ]] ||
    fail "$EXIT_FAILED" "prometheus: this Alertmanager's templates are not where they were"
  while ((${#here} < ${#compiled})); do here+=/.; done
  LC_ALL=C sed -i "s#$compiled#$here#g" "$binary"
  wrapper "$1" "cd \"\$here/root$compiled\" && exec ../../../bin/prometheus-alertmanager \"\$@\""
}

recipe_environment() {
  variable WEIR_PROMETHEUS_BIN "$1/bin/prometheus"
  variable WEIR_PROMTOOL_BIN "$1/bin/promtool"
  variable WEIR_ALERTMANAGER_BIN "$1/bin/prometheus-alertmanager"
}

recipe_check() {
  "$1/bin/prometheus" --version && "$1/bin/promtool" --version && "$1/bin/prometheus-alertmanager" --version &&
    [[ -f $1/root/usr/share/prometheus/alertmanager/default.tmpl ]]
}

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
  for program in prometheus promtool prometheus-alertmanager amtool; do
    debian_program "$stage/bin/$program" "usr/bin/$program"
  done
}

recipe_environment() {
  variable WEIR_PROMETHEUS_BIN "$1/bin/prometheus"
  variable WEIR_PROMTOOL_BIN "$1/bin/promtool"
  variable WEIR_ALERTMANAGER_BIN "$1/bin/prometheus-alertmanager"
}

recipe_check() {
  "$1/bin/prometheus" --version && "$1/bin/promtool" --version && "$1/bin/prometheus-alertmanager" --version
}

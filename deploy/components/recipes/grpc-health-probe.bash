# shellcheck shell=bash
# grpc-health-probe: what Kubernetes probes ask, as a program.
version=0.4.61
summary='grpc-health-probe 0.4.61, asks the standard gRPC health service (Go)'
megabytes=400 # while building; 15 when built
program=WEIR_GRPC_HEALTH_PROBE_BIN

recipe_install() {
  go_required 26 WEIR_GRPC_HEALTH_PROBE_BIN
  go_program "github.com/grpc-ecosystem/grpc-health-probe@v$version"
}

recipe_environment() {
  variable WEIR_GRPC_HEALTH_PROBE_BIN "$1/bin/grpc-health-probe"
}

recipe_check() {
  "$1/bin/grpc-health-probe" -version
}

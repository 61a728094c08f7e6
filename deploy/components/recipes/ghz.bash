# shellcheck shell=bash
# ghz: a load generator that speaks gRPC by grpc-go, from a .proto or by reflection.
version=0.93.0
summary='ghz 0.93.0, a load generator of the grpc-go kind (Go)'
megabytes=500 # while building; 20 when built
program=WEIR_GHZ_BIN

recipe_install() {
  go_required 21 WEIR_GHZ_BIN
  go_program "github.com/bojand/ghz/cmd/ghz@v$version"
}

recipe_environment() {
  variable WEIR_GHZ_BIN "$1/bin/ghz"
}

recipe_check() {
  "$1/bin/ghz" --version
}

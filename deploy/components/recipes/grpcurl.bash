# shellcheck shell=bash
# grpcurl: calls a server by reflection.
version=1.9.4
summary='grpcurl 1.9.4, calls a server by reflection (Go)'
megabytes=700 # while building; 35 when built
program=WEIR_GRPCURL_BIN

recipe_install() {
  go_required 25 WEIR_GRPCURL_BIN
  go_program "github.com/fullstorydev/grpcurl/cmd/grpcurl@v$version"
}

recipe_environment() {
  variable WEIR_GRPCURL_BIN "$1/bin/grpcurl"
}

recipe_check() {
  "$1/bin/grpcurl" -version
}

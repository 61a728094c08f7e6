# shellcheck shell=bash
# h2load: with a request body framed beforehand, the cheapest gRPC load there is.
version=debian
summary='h2load, the cheapest HTTP/2 load (Debian, nghttp2-client)'
megabytes=20
program=WEIR_H2LOAD_BIN

recipe_install() {
  debian_required nghttp2-client WEIR_H2LOAD_BIN
  debian_packages "$stage/root" nghttp2-client
  debian_program "$stage/bin/h2load" usr/bin/h2load
}

recipe_environment() {
  variable WEIR_H2LOAD_BIN "$1/bin/h2load"
}

recipe_check() {
  "$1/bin/h2load" --version
}

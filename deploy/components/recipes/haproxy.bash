# shellcheck shell=bash
# HAProxy, a peer to measure the router beside.
version=debian
summary='HAProxy, a peer to measure against (Debian)'
megabytes=20
program=WEIR_HAPROXY_BIN

recipe_install() {
  debian_required haproxy WEIR_HAPROXY_BIN
  debian_packages "$stage/root" haproxy
  debian_program "$stage/bin/haproxy" usr/sbin/haproxy
}

recipe_environment() {
  variable WEIR_HAPROXY_BIN "$1/bin/haproxy"
}

recipe_check() {
  "$1/bin/haproxy" -v
}

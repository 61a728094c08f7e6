# shellcheck shell=bash
# nginx, a peer to measure the router beside. Start it with `-p FOLDER -e stderr -c FILE`: its own paths are the system's.
version=debian
summary='nginx, a peer to measure against (Debian)'
megabytes=20
program=WEIR_NGINX_BIN

recipe_install() {
  debian_required nginx WEIR_NGINX_BIN
  debian_packages "$stage/root" nginx
  debian_program "$stage/bin/nginx" usr/sbin/nginx
}

recipe_environment() {
  variable WEIR_NGINX_BIN "$1/bin/nginx"
}

recipe_check() {
  "$1/bin/nginx" -v
}

# shellcheck shell=bash
# Chromium, in which the dashboard's pages are tested: the system's own where there is one.
version=debian
summary='Chromium, for the tests of the dashboard (Debian)'
megabytes=700
program=WEIR_CHROMIUM_BIN

recipe_install() {
  local own
  mkdir -p "$stage/bin"
  if own=$(command -v chromium); then
    ln -s "$own" "$stage/bin/chromium"
    return
  fi
  debian_required chromium WEIR_CHROMIUM_BIN
  debian_packages "$stage/root" chromium
  debian_program "$stage/bin/chromium" usr/lib/chromium/chromium
}

recipe_environment() {
  variable WEIR_CHROMIUM_BIN "$1/bin/chromium"
}

recipe_check() {
  "$1/bin/chromium" --headless=new --no-sandbox --disable-gpu --dump-dom 'data:text/html,<p>it works' | grep 'it works'
}

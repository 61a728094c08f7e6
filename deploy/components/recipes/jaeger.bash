# shellcheck shell=bash
# Jaeger v2, built from its Go module: six minutes on two cores. The web pages are not in the module; the query API is.
version=1.76.0
summary='Jaeger v2 (1.76.0), built from source: takes minutes, never installed unless named (Go)'
megabytes=3000 # while building; 90 when built
program=WEIR_JAEGER_BIN

recipe_install() {
  local sources module=github.com/jaegertracing/jaeger
  go_required 25 WEIR_JAEGER_BIN
  mkdir -p "$stage/build" "$stage/bin"
  cd "$stage/build" || return
  step "downloading the sources" "$go" mod download "$module@v$version"
  sources=$("$go" mod download -json "$module@v$version" | sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')
  # A module of ours that requires Jaeger's exactly as Jaeger's own go.mod and go.sum pin them.
  sed -e "s|^module .*|module weir.dev/jaeger|" -e '/^toolchain /d' "$sources/go.mod" >go.mod
  cp "$sources/go.sum" go.sum
  chmod u+w go.sum
  step "recording the module" "$go" mod edit -require "$module@v$version"
  step "building (minutes)" "$go" build -mod=mod -trimpath -ldflags '-s -w' -o "$stage/bin/jaeger" "$module/cmd/jaeger"
  cd "$COMPONENTS" || return
  rm -rf "$stage/build"
}

recipe_environment() {
  variable WEIR_JAEGER_BIN "$1/bin/jaeger"
}

recipe_check() {
  "$1/bin/jaeger" version
}

# shellcheck shell=bash
# Programs built from pinned Go modules, by a Go that is on the machine; checksums are verified as that Go has it configured.

# go_find: prints a Go. WEIR_GO wins.
go_find() {
  local candidate
  for candidate in "${WEIR_GO:-}" go /usr/local/go/bin/go /usr/lib/go/bin/go /snap/bin/go; do
    if [[ -n $candidate ]] && have "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# go_required MINOR VARIABLE: sets go, a Go of release 1.MINOR or newer, or ends with what to install.
go_required() {
  local minor=$1 variable=$2 release
  go=$(go_find) || fail "$EXIT_UNAVAILABLE" "$component: needs Go 1.$minor or newer to be built, and there is none on PATH or in /usr/local/go." \
    "Set WEIR_GO to one, or $variable to the program itself"
  release=$("$go" env GOVERSION)
  # A Go that may fetch toolchains fetches the one that a module asks for.
  [[ $release =~ ^go1\.([0-9]+) ]] && { ((BASH_REMATCH[1] >= minor)) ||
    { ((BASH_REMATCH[1] >= 21)) && [[ $("$go" env GOTOOLCHAIN) != local ]]; }; } ||
    fail "$EXIT_UNAVAILABLE" "$component: needs Go 1.$minor or newer to be built, and $go is $release. Set WEIR_GO, or $variable to the program itself"
}

# go_program PACKAGE@VERSION: the program, with what it depends on as its own go.mod pins it, in $stage/bin.
go_program() {
  step "building $1" env "GOBIN=$stage/bin" "$go" install -trimpath -ldflags '-s -w' "$1"
}

# go_program_of PACKAGE MODULE@VERSION...: the program of a module that pins nothing itself, with exactly these modules.
go_program_of() {
  local package=$1
  shift
  mkdir -p "$stage/build" "$stage/bin"
  cd "$stage/build" || return
  printf 'module weir.dev/%s\n' "$component" >go.mod
  step "downloading $# modules" "$go" get "$@"
  step "building $package" "$go" build -mod=mod -trimpath -ldflags '-s -w' -o "$stage/bin/" "$package"
  cd "$COMPONENTS" || return
  rm -rf "$stage/build"
}

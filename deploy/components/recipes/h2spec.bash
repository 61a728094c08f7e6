# shellcheck shell=bash
# h2spec: the conformance cases of HTTP/2 and HPACK. Newer tags of its module have no version that Go takes.
version=2.2.1
summary='h2spec 2.2.1, the conformance cases of HTTP/2 and HPACK (Go)'
megabytes=300 # while building; 10 when built
program=WEIR_H2SPEC_BIN

recipe_install() {
  go_required 25 WEIR_H2SPEC_BIN
  go_program_of github.com/summerwind/h2spec/cmd/h2spec \
    "github.com/summerwind/h2spec@v$version+incompatible" github.com/fatih/color@v1.19.0 github.com/mattn/go-colorable@v0.1.14 \
    github.com/mattn/go-isatty@v0.0.20 github.com/spf13/cobra@v1.10.2 github.com/spf13/pflag@v1.0.9 golang.org/x/net@v0.62.0 \
    golang.org/x/sys@v0.49.0 golang.org/x/text@v0.43.0
}

recipe_environment() {
  variable WEIR_H2SPEC_BIN "$1/bin/h2spec"
}

recipe_check() {
  "$1/bin/h2spec" --dryrun
}

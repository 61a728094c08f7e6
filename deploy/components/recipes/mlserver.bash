# shellcheck shell=bash
# MLServer: an independent KServe v2 server. Its streams carry another response message than Triton's.
version=1.7.1
summary='MLServer 1.7.1, an independent KServe v2 server (PyPI)'
megabytes=360
program=WEIR_MLSERVER_BIN

recipe_install() {
  python_environment "$stage/venv" "$recipes/../requirements/mlserver.txt"
  # pip's own start script names the staging folder, which is renamed.
  wrapper "$stage/bin/mlserver" "export PATH=\"\$here/venv/bin:\$PATH\"
exec \"\$here/venv/bin/python\" -c 'from mlserver.cli import main; main()' \"\$@\""
}

recipe_environment() {
  variable WEIR_MLSERVER_BIN "$1/bin/mlserver"
}

recipe_check() {
  "$1/bin/mlserver" --version
}

# shellcheck shell=bash
# The official Python client of Triton and KServe v2 servers, with numpy and onnxruntime, in an environment of its own.
version=2.73.0
summary='the Python client of Triton and KServe v2, with numpy and onnxruntime (PyPI)'
megabytes=240

recipe_install() {
  python_environment "$stage/venv" "$recipes/../requirements/tritonclient.txt"
}

recipe_environment() {
  variable WEIR_TRITON_PYTHON "$1/venv/bin/python"
}

recipe_check() {
  "$1/venv/bin/python" -c 'import numpy, onnxruntime, tritonclient.grpc'
}

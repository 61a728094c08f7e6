# shellcheck shell=bash
# Triton Inference Server 2.51.0 (24.10), the real program, from the wheel that carries it. It runs without a GPU.
# The wheel has the python backend only; an ONNX file runs by triton/onnx_python_backend/model.py.
version=0.7.0
summary='Triton Inference Server 2.51.0 with the python backend (PyPI, nvidia-pytriton)'
megabytes=160
program=WEIR_TRITON_BIN
needs=(tritonclient)

recipe_install() {
  local python=$COMPONENTS/tritonclient/venv/bin/python release server libraries
  step "downloading Triton (55 MB)" python_wheel "$stage/packages" "nvidia-pytriton==$version"
  release=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  server=$stage/packages/pytriton/tritonserver
  cp "$server/python_backend_stubs/$release/triton_python_backend_stub" "$server/backends/python/"
  rm -rf "$server/python_backend_stubs"

  # The stub is linked against libpython: that of the environment's own Python, else Debian's.
  libraries=$(triton_libpython "$python")
  if [[ -z $libraries ]]; then
    debian_required "libpython$release" LD_LIBRARY_PATH
    debian_packages "$stage/root" "libpython$release"
    libraries=\$here/root/$DEBIAN_LIBRARIES
  fi
  # Triton's stub runs Python isolated: it finds the packages by the first python3 on PATH, and ignores PYTHONPATH.
  wrapper "$stage/bin/tritonserver" "
server=\$here/packages/pytriton/tritonserver
export PATH=\"$COMPONENTS/tritonclient/venv/bin:\$PATH\"
export LD_LIBRARY_PATH=\"$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}\"
exec \"\$server/bin/tritonserver\" --backend-directory=\"\$server/backends\" --cache-directory=\"\$server/caches\" \"\$@\""
}

# triton_libpython PYTHON: the folder of its shared library; nothing where it was built without one.
triton_libpython() {
  "$1" - <<'PYTHON'
import os, sysconfig
name, folder, architecture = map(sysconfig.get_config_var, ("INSTSONAME", "LIBDIR", "MULTIARCH"))
for candidate in (folder, os.path.join(folder, architecture or "")):
    if ".so" in name and os.path.isfile(os.path.join(candidate, name)):
        print(candidate)
        break
PYTHON
}

recipe_environment() {
  variable WEIR_TRITON_BIN "$1/bin/tritonserver"
  variable WEIR_TRITON_BACKENDS "$1/packages/pytriton/tritonserver/backends"
}

recipe_check() {
  PYTHONDONTWRITEBYTECODE=1 "$COMPONENTS/tritonclient/venv/bin/python" "$recipes/../triton/serve_onnx.py" --triton "$1/bin/tritonserver"
}

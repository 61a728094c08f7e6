# shellcheck shell=bash
# Python environments: found, checked, filled with pinned packages by pip as this machine has it configured.

# python_usable PYTHON: whether it is 3.11 or 3.12 and can make an environment with pip in it.
python_usable() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' >/dev/null 2>&1
}

# python_find: prints a usable Python. WEIR_PYTHON wins.
python_find() {
  local candidate
  for candidate in "${WEIR_PYTHON:-}" python3 python3.12 python3.11 /usr/bin/python3 /usr/bin/python3.11 /usr/bin/python3.12; do
    if [[ -n $candidate ]] && python_usable "$candidate"; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  return 1
}

# python_environment FOLDER REQUIREMENTS: a virtual environment with exactly the packages that the file pins.
python_environment() {
  local folder=$1 requirements=$2 python
  if ! python=$(python_find); then
    ((EUID == 0)) && have apt-get || python_missing
    step "installing python3-venv" python_from_debian
    python=$(python_find) || python_missing
  fi
  step "making a Python environment with $python" "$python" -m venv "$folder"
  step "installing $(grep -c '==' "$requirements") Python packages" \
    "$folder/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps -r "$requirements"
}

python_from_debian() {
  apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends python3-venv
}

python_missing() {
  fail "$EXIT_UNAVAILABLE" "$component: needs Python 3.11 or 3.12 with its venv module (Debian 12: apt-get install python3-venv)." \
    "Set WEIR_PYTHON to one that is not on PATH"
}

# python_wheel FOLDER PINNED: one package of PyPI unpacked into FOLDER, without what it depends on.
python_wheel() {
  "$COMPONENTS/tritonclient/venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps --target "$1" "$2"
}

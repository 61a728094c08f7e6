#!/usr/bin/env bash
# Every shell script of the project passes shellcheck. Without shellcheck on the machine, each parses at least.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

scripts=(weir .ci/run deploy/components/install deploy/components/triton/serve_onnx
  deploy/components/{lib,recipes}/*.bash deploy/launcher/*.bash deploy/*/test/*.sh)
if command -v shellcheck >/dev/null 2>&1; then
  shellcheck -x "${scripts[@]}"
  echo "scripts: ${#scripts[@]} passed, 0 failed"
else
  for script in "${scripts[@]}"; do bash -n "$script"; done
  echo "scripts: ${#scripts[@]} parse; shellcheck is not on this machine"
fi

# Copyright the Weir authors. Licensed under the Apache License, Version 2.0.
"""Serves ONNX files by a real Triton under explicit model control, asks each one, and stops.

Started by `serve_onnx`, which finds Triton and a Python for it. For each file: a repository folder is
written, the model is loaded, one batch and 16 requests at once are answered, a malformed request is
refused, the model is unloaded. Ends with status 0 only if all of that held.
"""

import argparse
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
import tritonclient.grpc as triton

from affine_onnx import affine_onnx

HERE = pathlib.Path(__file__).resolve().parent
READY_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 20
MAX_BATCH_SIZE = 64
ROWS = 4
CONCURRENT_REQUESTS = 16

# ONNX Runtime's element type -> (config.pbtxt, wire, numpy)
TYPES = {
    "tensor(bool)": ("TYPE_BOOL", "BOOL", np.bool_),
    "tensor(uint8)": ("TYPE_UINT8", "UINT8", np.uint8),
    "tensor(int8)": ("TYPE_INT8", "INT8", np.int8),
    "tensor(int16)": ("TYPE_INT16", "INT16", np.int16),
    "tensor(int32)": ("TYPE_INT32", "INT32", np.int32),
    "tensor(int64)": ("TYPE_INT64", "INT64", np.int64),
    "tensor(float16)": ("TYPE_FP16", "FP16", np.float16),
    "tensor(float)": ("TYPE_FP32", "FP32", np.float32),
    "tensor(double)": ("TYPE_FP64", "FP64", np.float64),
    "tensor(string)": ("TYPE_STRING", "BYTES", np.object_),
}


class CheckFailed(Exception):
    """Something that Triton was to do did not happen; the message says what."""


def main():
    arguments = _arguments()
    files = arguments.files
    with tempfile.TemporaryDirectory(prefix="weir-triton-") as scratch:
        if not files:
            sample = pathlib.Path(scratch, "affine.onnx")
            sample.write_bytes(affine_onnx())
            files = [sample]
        repository = pathlib.Path(scratch, "repository")
        models = [_prepare(repository, pathlib.Path(file)) for file in files]
        log_path = pathlib.Path(scratch, "triton.log")
        with log_path.open("wb") as log:
            server, port = _start(arguments.triton, repository, log)
            try:
                client = triton.InferenceServerClient(f"127.0.0.1:{port}")
                _await_ready(client, server)
                for name, session in models:
                    _exercise(client, name, session)
            except Exception:
                log.flush()
                sys.stderr.write(log_path.read_text(errors="replace")[-4000:])
                raise
            finally:
                _stop(server)
    print(f"serve_onnx: {len(models)} model(s) loaded, asked and unloaded")


def _arguments():
    parser = argparse.ArgumentParser(prog="serve_onnx", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--triton", required=True, help="the tritonserver to start")
    parser.add_argument("files", nargs="*", metavar="FILE.onnx", help="what to serve (default: a small sample)")
    return parser.parse_args()


def _prepare(repository, file):
    """Writes the model's folder; returns its name and an ONNX Runtime session to compare Triton's answers with."""
    name = file.stem
    try:
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    except Exception as error:
        raise CheckFailed(f"{file}: {error} (expected: a valid ONNX model)")
    folder = repository / name
    version = folder / "1"
    version.mkdir(parents=True)
    (folder / "config.pbtxt").write_text(_config(name, session))
    shutil.copy(file, version / "model.onnx")
    shutil.copy(HERE / "onnx_python_backend" / "model.py", version / "model.py")
    return name, session


def _config(name, session):
    lines = [f'name: "{name}"', 'backend: "python"', f"max_batch_size: {MAX_BATCH_SIZE}"]
    for kind, nodes in (("input", session.get_inputs()), ("output", session.get_outputs())):
        for node in nodes:
            if node.type not in TYPES:
                raise CheckFailed(f"{name}.{node.name}: {node.type} (expected: one of {', '.join(TYPES)})")
            dims = ", ".join(str(dim) if isinstance(dim, int) else "-1" for dim in node.shape[1:])
            reshape = "" if dims else ", reshape: { shape: [ ] }"
            lines.append(
                f'{kind} [ {{ name: "{node.name}", data_type: {TYPES[node.type][0]}, dims: [ {dims or 1} ]{reshape} }} ]'
            )
    lines.append("instance_group [ { kind: KIND_CPU, count: 1 } ]")
    lines.append("dynamic_batching { max_queue_delay_microseconds: 500 }")
    return "\n".join(lines) + "\n"


def _start(binary, repository, log):
    grpc_port, http_port, metrics_port = _free_ports(3)
    server = subprocess.Popen(
        [
            binary,
            f"--model-repository={repository}",
            "--model-control-mode=explicit",
            "--grpc-address=127.0.0.1",
            f"--grpc-port={grpc_port}",
            "--http-address=127.0.0.1",
            f"--http-port={http_port}",
            "--metrics-address=127.0.0.1",
            f"--metrics-port={metrics_port}",
            "--exit-timeout-secs=10",
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    return server, grpc_port


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _await_ready(client, server):
    started = time.monotonic()
    while time.monotonic() - started < READY_TIMEOUT_SECONDS:
        if server.poll() is not None:
            raise CheckFailed(f"tritonserver: ended with status {server.returncode} before it was ready")
        try:
            if client.is_server_ready():
                version = client.get_server_metadata().version
                print(f"serve_onnx: Triton {version} ready after {time.monotonic() - started:.1f} s")
                return
        except triton.InferenceServerException:
            pass  # not listening yet
        time.sleep(0.1)
    raise CheckFailed(f"tritonserver: not ready after {READY_TIMEOUT_SECONDS} s")


def _exercise(client, name, session):
    started = time.monotonic()
    client.load_model(name)
    loaded = time.monotonic() - started

    columns = _columns(session, np.random.default_rng(1))
    expected = dict(zip([node.name for node in session.get_outputs()], session.run(None, columns)))
    _compare(name, client.infer(name, _tensors(session, columns)), expected)

    answers = []
    for _ in range(CONCURRENT_REQUESTS):
        client.async_infer(name, _tensors(session, columns), lambda result, error: answers.append((result, error)))
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while len(answers) < CONCURRENT_REQUESTS and time.monotonic() < deadline:
        time.sleep(0.01)
    if len(answers) < CONCURRENT_REQUESTS:
        raise CheckFailed(f"{name}: {len(answers)} of {CONCURRENT_REQUESTS} answers came")
    for result, error in answers:
        if error is not None:
            raise error
        _compare(name, result, expected)

    _refuses_bad_input(client, name, session)
    client.unload_model(name)
    if client.is_model_ready(name):
        raise CheckFailed(f"{name}: ready after it was unloaded")
    print(f"serve_onnx: {name}: loaded in {loaded:.1f} s, {1 + CONCURRENT_REQUESTS} answers equal ONNX Runtime's, unloaded")


def _columns(session, random):
    """A batch of ROWS rows for each input; free dimensions beyond the batch are 1."""
    columns = {}
    for node in session.get_inputs():
        shape = [ROWS] + [dim if isinstance(dim, int) else 1 for dim in node.shape[1:]]
        kind = TYPES[node.type][2]
        if kind is np.object_:
            columns[node.name] = np.full(shape, "0", dtype=object)
        else:
            columns[node.name] = random.integers(0, 2, size=shape).astype(kind)
    return columns


def _tensors(session, columns):
    tensors = []
    for node in session.get_inputs():
        value = columns[node.name]
        value = value.reshape(len(value), 1) if value.ndim == 1 else value
        tensor = triton.InferInput(node.name, list(value.shape), TYPES[node.type][1])
        tensor.set_data_from_numpy(value)
        tensors.append(tensor)
    return tensors


def _compare(name, result, expected):
    for output, values in expected.items():
        actual = result.as_numpy(output)
        values = np.asarray(values)
        actual = actual.reshape(values.shape)
        if values.dtype.kind in "OUS":
            same = [str(value) for value in values.ravel()] == [value.decode() for value in actual.ravel()]
        else:
            same = np.allclose(actual, values, rtol=1e-5, atol=1e-6)
        if not same:
            raise CheckFailed(f"{name}.{output}: {actual.ravel()[:4]} (expected: {values.ravel()[:4]})")


def _refuses_bad_input(client, name, session):
    node = session.get_inputs()[0]
    tensor = triton.InferInput(node.name, [1, 3, 7, 5], TYPES[node.type][1])
    kind = TYPES[node.type][2]
    tensor.set_data_from_numpy(np.full([1, 3, 7, 5], "0", dtype=object) if kind is np.object_ else np.zeros([1, 3, 7, 5], kind))
    try:
        client.infer(name, [tensor])
    except triton.InferenceServerException as error:
        if "INVALID_ARGUMENT" in str(error.status()):
            return
        raise CheckFailed(f"{name}: malformed input got {error.status()} (expected: INVALID_ARGUMENT)")
    raise CheckFailed(f"{name}: malformed input was answered (expected: INVALID_ARGUMENT)")


def _stop(server):
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    try:
        main()
    except (CheckFailed, triton.InferenceServerException) as failure:
        sys.exit(f"serve_onnx: {failure}")

# Copyright the Weir authors. Licensed under the Apache License, Version 2.0.
"""Runs an ONNX file inside Triton's python backend.

For Triton builds that ship without the onnxruntime backend (the PyPI wheel is one). A model-worker
puts this file beside ``model.onnx`` in a version folder:

    <repository>/<model>/config.pbtxt
    <repository>/<model>/<version>/model.py      this file, unchanged
    <repository>/<model>/<version>/model.onnx

Inputs and outputs are those of config.pbtxt; their names must be names of the ONNX graph. One thread:
the instance computes in Triton's own stub process and never spins. With ``max_batch_size`` above 0 the
first ONNX dimension is the batch, and the requests of one dynamic batch run as one call. Whatever goes
wrong with a request is that request's error; its neighbours in the batch are still answered.
"""

import json
import os

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb_utils

# Triton tags a BYTES tensor as object; ONNX Runtime wants str in, and gives str back.
_STRING = "TYPE_STRING"


class TritonPythonModel:
    """One instance of one model version. Triton calls it from a single thread."""

    def initialize(self, args):
        """Loads model.onnx, and refuses a config that names what the graph does not have."""
        config = json.loads(args["model_config"])
        path = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        if not os.path.isfile(path):
            raise pb_utils.TritonModelException(f"model.onnx: missing (expected: a file at {path})")
        try:
            self._session = onnxruntime.InferenceSession(
                path, sess_options=_single_threaded(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors share no narrower public type
            raise pb_utils.TritonModelException(f"model.onnx: {error} (expected: a valid ONNX model)")

        self._batched = config["max_batch_size"] > 0
        self._inputs = {entry["name"]: entry["data_type"] for entry in config["input"]}
        self._outputs = {entry["name"]: entry["data_type"] for entry in config["output"]}
        _require("input", self._inputs, [node.name for node in self._session.get_inputs()])
        _require("output", self._outputs, [node.name for node in self._session.get_outputs()])

    def execute(self, requests):
        """Answers each request with its outputs or with its own error, in the order of the requests."""
        feeds = [self._feed(request) for request in requests]
        wanted = [_requested(request, self._outputs) for request in requests]
        together = self._run_together(feeds) if self._batched and len(requests) > 1 else None
        if together is not None:
            return [self._response(one, names) for one, names in zip(together, wanted)]
        return [self._run_alone(feed, names) for feed, names in zip(feeds, wanted)]

    def _feed(self, request):
        """The request's inputs by name as ONNX Runtime takes them, or the error that its answer will be."""
        feed = {}
        for name, data_type in self._inputs.items():
            tensor = pb_utils.get_input_tensor_by_name(request, name)
            if tensor is None:
                continue  # an optional input; ONNX Runtime says so if it is not
            value = tensor.as_numpy()
            if data_type == _STRING:
                try:
                    value = _decoded(value)
                except UnicodeDecodeError as error:
                    return pb_utils.TritonError(
                        f"input {name}: {error} (expected: UTF-8)", pb_utils.TritonError.INVALID_ARG
                    )
            feed[name] = value
        return feed

    def _run_together(self, feeds):
        """The outputs of each request from one call, or None where they cannot or should not share one."""
        if any(isinstance(feed, pb_utils.TritonError) for feed in feeds):
            return None
        shapes = [{name: value.shape[1:] for name, value in feed.items()} for feed in feeds]
        if any(shape != shapes[0] for shape in shapes):
            return None
        rows = [len(next(iter(feed.values()))) for feed in feeds]
        batch = {name: np.concatenate([feed[name] for feed in feeds]) for name in feeds[0]}
        try:
            values = self._session.run(list(self._outputs), batch)
        except Exception:  # one of them is at fault: run alone, each finds its own error
            return None
        if any(np.ndim(value) == 0 or len(value) != sum(rows) for value in values):
            return None  # an output that is no row of the batch cannot be divided
        cuts = np.cumsum(rows)[:-1]
        divided = [np.split(value, cuts) for value in values]
        return [dict(zip(self._outputs, one)) for one in zip(*divided)]

    def _run_alone(self, feed, names):
        if isinstance(feed, pb_utils.TritonError):
            return pb_utils.InferenceResponse(output_tensors=[], error=feed)
        try:
            return self._response(dict(zip(names, self._session.run(names, feed))), names)
        except Exception as error:  # the request is answered with it; the instance lives on
            return pb_utils.InferenceResponse(
                output_tensors=[],
                error=pb_utils.TritonError(f"onnxruntime: {error}", pb_utils.TritonError.INVALID_ARG),
            )

    def _response(self, values, names):
        tensors = []
        for name in names:
            value = np.asarray(values[name])
            if self._outputs[name] == _STRING:
                value = _encoded(value)
            else:
                value = value.astype(pb_utils.triton_string_to_numpy(self._outputs[name]), copy=False)
            tensors.append(pb_utils.Tensor(name, value))
        return pb_utils.InferenceResponse(output_tensors=tensors)


def _single_threaded():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return options


def _requested(request, outputs):
    """The outputs that the request asks for, in the order of the config; all where it names none."""
    names = set(request.requested_output_names())
    return [name for name in outputs if not names or name in names]


def _require(kind, configured, graph):
    unknown = [name for name in configured if name not in graph]
    if unknown:
        raise pb_utils.TritonModelException(
            f"{kind} {', '.join(unknown)}: unknown (expected: one of {', '.join(graph)}), from config.pbtxt"
        )


def _decoded(values):
    flat = [value.decode("utf-8") if isinstance(value, bytes) else value for value in values.ravel()]
    return np.array(flat, dtype=object).reshape(values.shape)


def _encoded(values):
    flat = [value.encode("utf-8") if isinstance(value, str) else value for value in values.ravel()]
    return np.array(flat, dtype=object).reshape(values.shape)

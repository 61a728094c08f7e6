"""Calls a server with NVIDIA's own client in all its ways; ends with status 1 at the first surprise.

usage: tritonclient_calls.py HOST:PORT        (model `employment` of deploy/local/employment is live there)
"""

import queue
import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

MODEL = "employment"
ROW = np.array([[61, 16, 1, 0, 2, 0, 3, 1, 4, 1, 2, 2, 2, 2, 1, 1]], dtype=np.float32)


def inputs(rows):
    tensor = triton.InferInput("features", list(rows.shape), "FP32")
    tensor.set_data_from_numpy(rows)
    return [tensor]


def check(name, holds, seen=""):
    print(f"{'ok    ' if holds else 'FAILED'} {name} {seen if not holds else ''}")
    if not holds:
        sys.exit(1)


def refused(call, status, words):
    try:
        call()
    except InferenceServerException as error:
        return status in str(error.status()) and words in error.message(), error
    return False, "no error"


def health_and_metadata(client):
    check("server live", client.is_server_live())
    check("server ready", client.is_server_ready())
    check("model ready", client.is_model_ready(MODEL))
    check("unknown model is not ready", not client.is_model_ready("nobody"))
    metadata = client.get_server_metadata()
    check("server metadata", len(metadata.extensions) > 0, metadata)
    metadata = client.get_model_metadata(MODEL)
    check("model metadata names the logical model", metadata.name == MODEL, metadata)
    check("model metadata inputs", [i.name for i in metadata.inputs] == ["features"], metadata)
    check("model config", client.get_model_config(MODEL).config.name == MODEL)
    index = client.get_model_repository_index()
    check("repository index has the model once a version", sum(m.name == MODEL for m in index.models) >= 1, index)
    statistics = client.get_inference_statistics(MODEL)
    check("statistics", sum(s.inference_stats.success.count for s in statistics.model_stats) > 0, statistics)


def unary(client):
    result = client.infer(MODEL, inputs(ROW), request_id="unary-1")
    check("unary answer", result.as_numpy("label").shape == (1,), result.get_response())
    check("unary probabilities", abs(result.as_numpy("probabilities").sum() - 1) < 1e-4)
    check("unary id is echoed", result.get_response().id == "unary-1", result.get_response())
    check("unary says which model answered", result.get_response().model_name == MODEL)
    many = np.repeat(ROW, 64, axis=0)
    check("a batch of 64", client.infer(MODEL, inputs(many)).as_numpy("label").shape == (64,))
    only = [triton.InferRequestedOutput("label")]
    response = client.infer(MODEL, inputs(ROW), outputs=only).get_response()
    check("one requested output", [o.name for o in response.outputs] == ["label"], response)
    pinned = client.infer(MODEL, inputs(ROW), model_version="1")
    check("a pinned version answers", pinned.get_response().model_version == "1", pinned.get_response())
    for algorithm in ("gzip", "deflate"):
        result = client.infer(MODEL, inputs(ROW), compression_algorithm=algorithm)
        check(f"compression {algorithm}", result.as_numpy("label").shape == (1,))
    check("a generous deadline", client.infer(MODEL, inputs(ROW), client_timeout=5).as_numpy("label") is not None)


def asynchronous(client):
    answers = queue.Queue()
    for number in range(100):
        client.async_infer(
            MODEL, inputs(ROW), callback=lambda result, error: answers.put((result, error)), request_id=f"async-{number}"
        )
    seen = [answers.get(timeout=10) for _ in range(100)]
    check("100 asynchronous answers", all(error is None for _, error in seen), [e for _, e in seen if e][:1])
    ids = {result.get_response().id for result, _ in seen}
    check("each to its own request", ids == {f"async-{n}" for n in range(100)}, ids)


def streaming(client):
    answers = queue.Queue()
    client.start_stream(callback=lambda result, error: answers.put((result, error)))
    for number in range(50):
        client.async_stream_infer(MODEL, inputs(ROW), request_id=f"stream-{number}")
    seen = [answers.get(timeout=10) for _ in range(50)]
    check("50 answers on a stream", all(error is None for _, error in seen), [e for _, e in seen if e][:1])
    ids = {result.get_response().id for result, _ in seen}
    check("each to its own request on the stream", ids == {f"stream-{n}" for n in range(50)}, ids)
    client.async_stream_infer("nobody", inputs(ROW), request_id="stream-unknown")
    _, error = answers.get(timeout=10)
    check("unknown model on a stream", error is not None and "unknown model" in error.message(), error)
    client.async_stream_infer(MODEL, inputs(ROW), request_id="stream-after")
    result, error = answers.get(timeout=10)
    check("the stream goes on after it", error is None and result.get_response().id == "stream-after", error)
    client.stop_stream()


def refusals(client):
    check("unknown model", *refused(lambda: client.infer("nobody", inputs(ROW)), "NOT_FOUND", "unknown model"))
    check(
        "unknown version",
        *refused(lambda: client.infer(MODEL, inputs(ROW), model_version="99"), "NOT_FOUND", "version 99 is not found"),
    )
    wrong = ROW[:, :3]
    check("wrong shape", *refused(lambda: client.infer(MODEL, inputs(wrong)), "INVALID_ARGUMENT", "features"))
    doubles = triton.InferInput("features", [1, 16], "FP64")
    doubles.set_data_from_numpy(ROW.astype(np.float64))
    check("wrong datatype", *refused(lambda: client.infer(MODEL, [doubles]), "INVALID_ARGUMENT", "FP64"))
    check("loading is the registry's", *refused(lambda: client.load_model("employment"), "", "registry"))


def main():
    client = triton.InferenceServerClient(
        sys.argv[1], keepalive_options=triton.KeepAliveOptions(keepalive_time_ms=20000)
    )
    health_and_metadata(client)
    unary(client)
    asynchronous(client)
    streaming(client)
    refusals(client)
    client.close()


main()

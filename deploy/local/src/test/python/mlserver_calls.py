"""Calls a router that stands before MLServer, and says case by case what came of it.

usage: mlserver_calls.py HOST:PORT        (the models of ../models/mlserver are live there)

What it prints: see cases.py.
"""

import asyncio
import queue
import sys
import time

import grpc
import numpy as np
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from cases import case, expect, refused, run
from tensors import tensor
from tritonclient.grpc import service_pb2

ADDRESS = sys.argv[1]
PATIENCE = 30
KNOWN_GAPS = {
    "stream, read by a Triton client": "MLServer answers a stream with ModelInferResponse, Triton with ModelStreamInferResponse, on the "
    "same path: Triton's clients cannot read it, from MLServer itself neither",
}


def floats(*values):
    return tensor(np.array([values], dtype=np.float32), "FP32")


@case("health")
def health(client):
    expect(client.is_server_live() and client.is_server_ready() and client.is_model_ready("echo"), "")
    expect(client.is_model_ready("echo", "1") and not client.is_model_ready("nobody"), "")
    return "server, model, version"


@case("metadata")
def metadata(client):
    seen = client.get_model_metadata("echo")
    expect(seen.name == "echo" and [i.name for i in seen.inputs] == ["IN"] and list(seen.versions) == ["1"], seen)
    return "the registry's, not the server's"


@case("sync, raw contents")
def raw(client):
    result = client.infer("echo", floats(1, 2, 3), request_id="one")
    expect(result.as_numpy("OUT").tolist() == [[1, 2, 3]], result.get_response())
    response = result.get_response()
    expect((response.id, response.model_name, response.model_version) == ("one", "echo", "1"), response)
    return "tensors, id, model and version"


@case("sync, typed contents")
def typed(client):
    request = service_pb2.ModelInferRequest(model_name="echo", id="typed")
    request.inputs.add(name="IN", datatype="FP32", shape=[1, 3]).contents.fp32_contents.extend([1, 2, 3])
    response = client._client_stub.ModelInfer(request)
    expect(list(response.outputs[0].contents.fp32_contents) == [1, 2, 3] and response.id == "typed", response)
    return "answered in typed contents, as MLServer does"


@case("BYTES tensors")
def bytes_tensors(client):
    values = [b"plain", "gr\u00fc\u00df \u4f60\u597d".encode(), b"x" * 70_000]
    result = client.infer("text", tensor(np.array([values], dtype=np.object_), "BYTES"))
    expect(result.as_numpy("OUT").ravel().tolist() == values, result.as_numpy("OUT"))
    return "text, longer than a frame"


@case("large tensor")
def large(client):
    values = np.arange(1_000_000, dtype=np.float32).reshape(1, -1)
    expect(np.array_equal(client.infer("echo", tensor(values, "FP32")).as_numpy("OUT"), values), "other values")
    return "4 MB there and back"


@case("compression gzip and deflate")
def compression(client):
    values = np.zeros((1, 100_000), dtype=np.float32)
    for algorithm in ("gzip", "deflate"):
        result = client.infer("echo", tensor(values, "FP32"), compression_algorithm=algorithm)
        expect(np.array_equal(result.as_numpy("OUT"), values), algorithm)
    return "400 kB of zeros pass"


@case("async")
def asynchronous(client):
    answers = queue.Queue()
    for number in range(100):
        client.async_infer(
            "echo", floats(number), callback=lambda result, error: answers.put((result, error)), request_id=str(number)
        )
    for _ in range(100):
        result, error = answers.get(timeout=PATIENCE)
        expect(error is None, error)
        expect(result.as_numpy("OUT")[0][0] == int(result.get_response().id), result.get_response())
    return "100 at a time, each answer to its own request"


@case("asyncio")
def aio(_):
    async def work():
        async with triton_aio.InferenceServerClient(ADDRESS) as client:
            results = await asyncio.gather(*(client.infer("echo", floats(n)) for n in range(100)))
            expect([r.as_numpy("OUT")[0][0] for r in results] == list(range(100)), "")

    asyncio.run(asyncio.wait_for(work(), PATIENCE))
    return "100 at a time"


@case("client timeout")
def client_timeout(client):
    started = time.monotonic()
    refused(lambda: client.infer("slow", tensor([[3_000]], "INT64"), client_timeout=0.3), "DEADLINE_EXCEEDED", "")
    expect(time.monotonic() - started < 2, time.monotonic() - started)
    return "DEADLINE_EXCEEDED on time"


@case("an error of the server")
def server_error(client):
    refused(lambda: client.infer("slow", tensor(np.array([[b"x"]], dtype=np.object_), "BYTES")), "INTERNAL", "unsupported operand")
    refused(lambda: client.infer("nobody", floats(1)), "NOT_FOUND", "unknown model")
    return "status and words of the server pass; an unknown model is refused in Triton's words"


def stream_of(answer, requests):
    """A stream whose answers are read as messages of that kind."""
    with grpc.insecure_channel(ADDRESS) as channel:
        call = channel.stream_stream(
            "/inference.GRPCInferenceService/ModelStreamInfer",
            request_serializer=service_pb2.ModelInferRequest.SerializeToString,
            response_deserializer=answer.FromString,
        )
        return list(call(iter(requests), timeout=PATIENCE))


def request(number):
    made = service_pb2.ModelInferRequest(model_name="echo", id=str(number))
    made.inputs.add(name="IN", datatype="FP32", shape=[1, 1]).contents.fp32_contents.append(number)
    return made


@case("stream, read by a client of MLServer")
def stream(_):
    answers = stream_of(service_pb2.ModelInferResponse, [request(n) for n in range(50)])
    seen = [(a.model_name, a.outputs[0].contents.fp32_contents[0]) for a in answers]
    expect(seen == [("echo", n) for n in range(50)], seen[:3])
    return "50 messages, answered in order (MLServer gives all of them the id of the first)"


@case("stream, read by a Triton client")
def stream_of_triton(_):
    answers = stream_of(service_pb2.ModelStreamInferResponse, [request(n) for n in range(3)])
    expect([a.infer_response.outputs[0].contents.fp32_contents[0] for a in answers] == [0, 1, 2], answers)
    return "answers"


@case("statistics")
def statistics(client):
    seen = client.get_inference_statistics("echo").model_stats
    expect([(m.name, m.version, m.inference_count) for m in seen] == [("echo", "1", 0)], seen)
    return "an entry that counts nothing: MLServer has none"


run(ADDRESS, KNOWN_GAPS)

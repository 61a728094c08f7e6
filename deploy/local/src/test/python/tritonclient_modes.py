"""Calls a router with NVIDIA's own client in all its modes, and says case by case what came of it.

usage: tritonclient_modes.py HOST:PORT LIMIT_BYTES

The models of ../models/triton are live there, `slow` on one server, all others on two; LIMIT_BYTES is the largest request
that the router takes. What it prints: see cases.py.
"""

import asyncio
import json
import queue
import sys
import time

import numpy as np
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from cases import case, expect, refused, run
from tensors import tensor
from tritonclient.grpc import service_pb2
from tritonclient.utils import InferenceServerException

ADDRESS = sys.argv[1]
LIMIT = int(sys.argv[2])
PATIENCE = 30

# What does not hold, and why: nothing.
KNOWN_GAPS = {}


def floats(*values):
    return tensor(np.array(values, dtype=np.float32), "FP32")


def integer(value):
    return tensor(np.array([value], dtype=np.int32), "INT32")


class Stream:
    """A stream of a client with the answers in a queue."""

    def __init__(self, client, **options):
        self._client = client
        self._answers = queue.Queue()
        client.start_stream(callback=lambda result, error: self._answers.put((result, error)), **options)

    def send(self, model, inputs, **options):
        self._client.async_stream_infer(model, inputs, **options)

    def next(self):
        result, error = self._answers.get(timeout=PATIENCE)
        if error is not None:
            raise error
        return result

    def error(self):
        result, error = self._answers.get(timeout=PATIENCE)
        expect(error is not None, result and result.get_response())
        return error

    def nothing_more(self):
        expect(self._answers.empty(), self._answers.queue)


# unary


@case("sync")
def sync(client):
    result = client.infer("echo", floats(1, 2, 3), request_id="one")
    expect(list(result.as_numpy("OUT")) == [1, 2, 3], result.get_response())
    expect(result.get_response().id == "one" and result.get_response().model_version == "1", result.get_response())
    return "the answer has the request's id, the model's name and the version that answered"


@case("sync, typed contents")
def typed_contents(client):
    request = service_pb2.ModelInferRequest(model_name="echo")
    added = request.inputs.add(name="IN", datatype="FP32", shape=[3])
    added.contents.fp32_contents.extend([1, 2, 3])
    response = client._client_stub.ModelInfer(request)
    expect(np.frombuffer(response.raw_output_contents[0], np.float32).tolist() == [1, 2, 3], response)
    return "tensors in `contents` pass as those in `raw_input_contents` do"


@case("async")
def asynchronous(client):
    answers = queue.Queue()
    for number in range(200):
        client.async_infer(
            "echo", floats(number), callback=lambda result, error: answers.put((result, error)), request_id=str(number)
        )
    for _ in range(200):
        result, error = answers.get(timeout=PATIENCE)
        expect(error is None, error)
        expect(result.as_numpy("OUT")[0] == int(result.get_response().id), result.get_response())
    return "200 at a time, each answer to its own request"


@case("async, cancelled by the client")
def asynchronous_cancelled(client):
    before = client.infer("slow", integer(-1)).as_numpy("OUT")[0]
    answers = queue.Queue()
    call = client.async_infer("slow", integer(20_000), callback=lambda result, error: answers.put((result, error)))
    time.sleep(0.5)
    started = time.monotonic()
    call.cancel()
    _, error = answers.get(timeout=PATIENCE)
    expect(error is not None and "CANCELLED" in str(error.status()), error)
    # the model takes one request at a time: it answers once the cancelled one is gone
    after = client.infer("slow", integer(-1)).as_numpy("OUT")[0]
    expect(after == before + 1 and time.monotonic() - started < 10, (before, after))
    return "the client gets CANCELLED at once, and the model sees it too: it stops computing"


@case("client timeout")
def client_timeout(client):
    before = client.infer("slow", integer(-1)).as_numpy("OUT")[0]
    started = time.monotonic()
    refused(lambda: client.infer("slow", integer(20_000), client_timeout=0.5), "DEADLINE_EXCEEDED", "")
    expect(time.monotonic() - started < 5, time.monotonic() - started)
    after = client.infer("slow", integer(-1)).as_numpy("OUT")[0]
    expect(after == before + 1, (before, after))
    return "DEADLINE_EXCEEDED on time; the deadline reaches the model"


@case("client timeout, generous")
def client_timeout_generous(client):
    expect(client.infer("echo", floats(1), client_timeout=20).as_numpy("OUT")[0] == 1, "")
    return "answers as without one"


@case("request parameters, priority and timeout")
def request_parameters(client):
    result = client.infer("parameters", integer(0), parameters={"colour": "blue", "count": 7, "sure": True})
    seen = json.loads(result.as_numpy("OUT")[0])
    expect(seen.get("colour") == "blue" and seen.get("count") == 7 and seen.get("sure") is True, seen)
    expect(client.infer("echo", floats(1), priority=1, timeout=10_000_000).as_numpy("OUT")[0] == 1, "")
    return "reach the model"


@case("headers")
def headers(client):
    seen = client.infer("parameters", integer(0), headers={"x-test-colour": "blue"}).as_numpy("OUT")[0]
    expect(json.loads(seen).get("x-test-colour") == "blue", seen)
    return "reach the server behind the router"


@case("compression gzip")
def gzip(client):
    values = np.zeros(100_000, dtype=np.float32)
    result = client.infer("echo", tensor(values, "FP32"), compression_algorithm="gzip")
    expect(np.array_equal(result.as_numpy("OUT"), values), "other values")
    return "400 kB of zeros pass"


@case("compression deflate")
def deflate(client):
    values = np.zeros(100_000, dtype=np.float32)
    result = client.infer("echo", tensor(values, "FP32"), compression_algorithm="deflate")
    expect(np.array_equal(result.as_numpy("OUT"), values), "other values")
    return "400 kB of zeros pass"


@case("BYTES tensors")
def bytes_tensors(client):
    values = [b"", b"plain", "gr\u00fc\u00df \u4f60\u597d".encode(), bytes(range(256)), b"x" * 70_000]
    result = client.infer("text", tensor(np.array(values, dtype=np.object_), "BYTES"))
    expect(list(result.as_numpy("OUT")) == values, result.as_numpy("OUT"))
    return "empty, text, every byte, longer than a frame"


@case("empty tensor")
def empty_tensor(client):
    expect(client.infer("echo", tensor(np.zeros(0, dtype=np.float32), "FP32")).as_numpy("OUT").size == 0, "")
    return "a tensor without elements passes"


@case("classification")
def classification(client):
    wanted = [triton.InferRequestedOutput("OUT", class_count=2)]
    result = client.infer("scores", floats(0.1, 0.7, 0.2), outputs=wanted)
    seen = [value.decode() for value in result.as_numpy("OUT")]
    expect([s.split(":")[1:] for s in seen] == [["1", "dog"], ["2", "snake"]], seen)
    return "the server's `value:index:label` pass (the project's own model-worker refuses class_count)"


@case("unknown model")
def unknown_model(client):
    refused(lambda: client.infer("nobody", floats(1)), "NOT_FOUND", "Request for unknown model: 'nobody' is not found")
    return "NOT_FOUND in Triton's words"


@case("unknown version")
def unknown_version(client):
    refused(lambda: client.infer("echo", floats(1), model_version="9"), "NOT_FOUND", "version 9 is not found")
    return "NOT_FOUND in Triton's words"


@case("an error of the server behind")
def error_of_the_server(client):
    refused(lambda: client.infer("echo", integer(1)), "INVALID_ARGUMENT", "IN")
    return "status and words pass unchanged"


# large


def request_of(size):
    """Inputs whose request message is exactly so large."""

    def message(payload):
        return triton._utils._get_inference_request(
            model_name="size",
            inputs=tensor(np.ones(payload, dtype=np.uint8), "UINT8"),
            model_version="",
            request_id="",
            outputs=None,
            sequence_id=0,
            sequence_start=False,
            sequence_end=False,
            priority=0,
            timeout=None,
            parameters=None,
        ).ByteSize()

    payload = size - (message(size) - size)
    expect(message(payload) == size, f"{message(payload)} for {size}")
    return payload, tensor(np.ones(payload, dtype=np.uint8), "UINT8")


@case("large request, exactly the limit")
def at_the_limit(client):
    payload, inputs = request_of(LIMIT)
    expect(client.infer("size", inputs).as_numpy("OUT")[0] == payload, payload)
    return "grpc.max-message-bytes is the largest that passes"


@case("large request, one byte over the limit")
def over_the_limit(client):
    _, inputs = request_of(LIMIT + 1)
    refused(lambda: client.infer("size", inputs), "RESOURCE_EXHAUSTED", str(LIMIT))
    expect(client.infer("echo", floats(1)).as_numpy("OUT")[0] == 1, "the connection is broken")
    return "RESOURCE_EXHAUSTED that names the limit; the connection goes on"


@case("large request on a stream, over the limit")
def over_the_limit_on_a_stream(client):
    _, inputs = request_of(LIMIT + 1)
    stream = Stream(client)
    stream.send("size", inputs)
    error = stream.error()
    expect("RESOURCE_EXHAUSTED" in str(error.status()) and str(LIMIT) in str(error.message()), error)
    return "the stream ends with RESOURCE_EXHAUSTED that names the limit"


@case("large answer")
def large_answer(client):
    values = np.arange(LIMIT // 4 - 1000, dtype=np.float32)
    expect(np.array_equal(client.infer("echo", tensor(values, "FP32")).as_numpy("OUT"), values), "other values")
    return "as large as the largest request"


# connection


@case("keepalive options")
def keepalive(client):
    options = triton.KeepAliveOptions(
        keepalive_time_ms=6000, keepalive_timeout_ms=2000, keepalive_permit_without_calls=True, http2_max_pings_without_data=0
    )
    with triton.InferenceServerClient(ADDRESS, keepalive_options=options) as mine:
        expect(mine.infer("echo", floats(1)).as_numpy("OUT")[0] == 1, "")
        time.sleep(14)
        expect(mine.infer("echo", floats(2)).as_numpy("OUT")[0] == 2, "")
    return "pings every 6 s on an idle connection are answered (grpc.min-keep-alive, 5 s, is the shortest interval)"


@case("custom channel arguments")
def channel_arguments(client):
    arguments = [
        ("grpc.primary_user_agent", "somebody"),
        ("grpc.enable_retries", 0),
        ("grpc.lb_policy_name", "round_robin"),
        ("grpc.http2.lookahead_bytes", 65_536),
        ("grpc.http2.max_frame_size", 1 << 20),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_receive_message_length", -1),
    ]
    values = np.arange(300_000, dtype=np.float32)
    with triton.InferenceServerClient(ADDRESS, channel_args=arguments) as mine:
        expect(np.array_equal(mine.infer("echo", tensor(values, "FP32")).as_numpy("OUT"), values), "other values")
    return "user agent, frame size, look-ahead, policy: calls pass"


# streams


@case("stream")
def stream(client):
    mine = Stream(client)
    for number in range(200):
        mine.send("echo", floats(number), request_id=str(number))
    seen = [mine.next() for _ in range(200)]
    ids = [result.get_response().id for result in seen]
    expect(ids == [str(n) for n in range(200)], ids)
    expect(all(r.as_numpy("OUT")[0] == int(r.get_response().id) for r in seen), "")
    client.stop_stream()
    return "200 messages, answered in order"


@case("stream, several models")
def stream_of_models(client):
    mine = Stream(client)
    for number in range(50):
        mine.send("echo", floats(number), request_id=f"echo {number}")
        mine.send("text", tensor(np.array([b"t"], dtype=np.object_), "BYTES"), request_id=f"text {number}")
    ids = {mine.next().get_response().id for _ in range(100)}
    expect(ids == {f"{model} {n}" for model in ("echo", "text") for n in range(50)}, ids)
    client.stop_stream()
    return "one stream, each message to its own model"


@case("stream, an error and on")
def stream_with_error(client):
    mine = Stream(client)
    mine.send("nobody", floats(1), request_id="bad")
    expect("unknown model" in str(mine.error().message()), "")
    mine.send("echo", integer(1), request_id="wrong")
    expect("IN" in str(mine.error().message()), "")
    mine.send("echo", floats(3), request_id="good")
    expect(mine.next().get_response().id == "good", "")
    client.stop_stream()
    return "an unknown model and a wrong datatype are answered in the stream, which goes on"


def compressed_stream(client, algorithm):
    values = np.zeros(100_000, dtype=np.float32)
    mine = Stream(client, compression_algorithm=algorithm)
    for _ in range(10):
        mine.send("echo", tensor(values, "FP32"))
    expect(all(np.array_equal(mine.next().as_numpy("OUT"), values) for _ in range(10)), "other values")
    client.stop_stream()
    return "compressed messages pass"


@case("stream, gzip")
def stream_gzip(client):
    return compressed_stream(client, "gzip")


@case("stream, deflate")
def stream_deflate(client):
    return compressed_stream(client, "deflate")


@case("stream, time-out")
def stream_timeout(client):
    mine = Stream(client, stream_timeout=1)
    mine.send("echo", floats(1))
    mine.next()
    mine.send("slow", integer(5_000))
    error = mine.error()
    expect("DEADLINE_EXCEEDED" in str(error.status()), error)
    return "the stream ends with DEADLINE_EXCEEDED"


@case("stream, cancelled by the client")
def stream_cancelled(client):
    before = client.infer("slow", integer(-1)).as_numpy("OUT")[0]
    mine = Stream(client)
    mine.send("slow", integer(20_000))
    time.sleep(0.5)
    client.stop_stream(cancel_requests=True)
    after = client.infer("slow", integer(-1), client_timeout=15).as_numpy("OUT")[0]
    expect(after == before + 1, (before, after))
    return "the model sees it and stops computing"


@case("decoupled, 0, 1 and n answers")
def decoupled(client):
    mine = Stream(client)
    for answers in (1, 0, 5):
        mine.send("countdown", integer(answers), request_id=str(answers))
    seen = [mine.next() for _ in range(6)]
    mine.send("echo", floats(1), request_id="end")
    seen.append(mine.next())
    ids = [result.get_response().id for result in seen]
    expect(sorted(ids) == ["1", "5", "5", "5", "5", "5", "end"], ids)
    expect([r.as_numpy("OUT")[0] for r in seen if r.get_response().id == "5"] == [4, 3, 2, 1, 0], "")
    mine.nothing_more()
    client.stop_stream()
    return "as many answers as the model gives, in its order"


@case("decoupled, with the empty final answer")
def decoupled_final(client):
    mine = Stream(client)
    for answers in (0, 2):
        mine.send("countdown", integer(answers), request_id=str(answers), enable_empty_final_response=True)
    responses = [mine.next().get_response() for _ in range(4)]
    final = [(r.id, r.parameters["triton_final_response"].bool_param) for r in responses]
    expect(sorted(final) == [("0", True), ("2", False), ("2", False), ("2", True)], final)
    client.stop_stream()
    return "triton_final_response says when each request is done"


@case("decoupled model, called as unary")
def decoupled_unary(client):
    refused(lambda: client.infer("countdown", integer(1)), "UNIMPLEMENTED", "decoupled")
    return "UNIMPLEMENTED in Triton's words"


# sequences


def sequence_ids():
    stamp = int(time.time() * 1000) % 1_000_000_000
    return [stamp, f"text-{stamp}", stamp + 1, f"{stamp}"]


@case("sequences on one stream, integer and text ids interleaved")
def sequences_on_a_stream(client):
    mine = Stream(client)
    ids = sequence_ids()
    for step in range(5):
        for place, sequence in enumerate(ids):
            mine.send(
                "running_sum",
                integer(10**place),
                request_id=f"{place} {step}",
                sequence_id=sequence,
                sequence_start=step == 0,
                sequence_end=step == 4,
            )
    seen = {}
    for _ in range(5 * len(ids)):
        result = mine.next()
        place, step = map(int, result.get_response().id.split())
        seen[place, step] = int(result.as_numpy("OUT")[0])
    wanted = {(place, step): 10**place * (step + 1) for place in range(len(ids)) for step in range(5)}
    expect(seen == wanted, seen)
    client.stop_stream()
    return "4 sequences, 2 workers: each keeps its worker and its sum; the number 7 and the text \"7\" are two sequences"


@case("a sequence of a whole stream each")
def sequences_of_streams(client):
    sums = []
    for sequence in sequence_ids()[:2]:
        with triton.InferenceServerClient(ADDRESS) as another:
            mine = Stream(another)
            for step in range(5):
                mine.send(
                    "running_sum", integer(1), sequence_id=sequence, sequence_start=step == 0, sequence_end=step == 4
                )
            sums += [int(mine.next().as_numpy("OUT")[0]) for _ in range(5)]
    expect(sums == [1, 2, 3, 4, 5] * 2, sums)
    return "the sum grows message by message"


@case("sequence by unary calls")
def unary_sequences(client):
    ids = sequence_ids()
    for step in range(5):
        for place, sequence in enumerate(ids):
            options = {"sequence_id": sequence, "sequence_start": step == 0, "sequence_end": step == 4}
            seen = int(client.infer("running_sum", integer(10**place), **options).as_numpy("OUT")[0])
            expect(seen == 10**place * (step + 1), f"{seen} at step {step} of {sequence}")
    return "4 sequences, 2 workers: each keeps its worker"


# asyncio


def in_asyncio(work):
    async def run():
        async with triton_aio.InferenceServerClient(ADDRESS) as client:
            await work(client)

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


@case("asyncio, unary")
def aio_unary(_):
    async def work(client):
        expect(await client.is_server_live() and await client.is_server_ready(), "")
        expect(await client.is_model_ready("echo"), "")
        results = await asyncio.gather(*(client.infer("echo", floats(n), request_id=str(n)) for n in range(100)))
        expect([r.as_numpy("OUT")[0] for r in results] == list(range(100)), "")
        try:
            await client.infer("nobody", floats(1))
            raise AssertionError("answered")
        except InferenceServerException as error:
            expect("NOT_FOUND" in str(error.status()), error)

    in_asyncio(work)
    return "100 at a time, health, errors"


@case("asyncio, stream")
def aio_stream(_):
    async def work(client):
        async def requests():
            for number in range(100):
                yield {"model_name": "echo", "inputs": floats(number), "request_id": str(number)}
                await asyncio.sleep(0)

        ids = []
        async for result, error in client.stream_infer(inputs_iterator=requests()):
            expect(error is None, error)
            ids.append(result.get_response().id)
        expect(ids == [str(n) for n in range(100)], ids)

    in_asyncio(work)
    return "100 messages, answered in order, and the stream ends"


@case("asyncio, stream of a decoupled model")
def aio_decoupled(_):
    async def work(client):
        async def requests():
            for answers in (0, 1, 5):
                yield {"model_name": "countdown", "inputs": integer(answers), "request_id": str(answers)}

        ids = []
        async for result, error in client.stream_infer(inputs_iterator=requests()):
            expect(error is None, error)
            ids.append(result.get_response().id)
        expect(ids == ["1"] + ["5"] * 5, ids)

    in_asyncio(work)
    return "the stream ends when the last answer is there"


@case("asyncio, cancelled")
def aio_cancelled(_):
    async def work(client):
        before = (await client.infer("slow", integer(-1))).as_numpy("OUT")[0]
        task = asyncio.create_task(client.infer("slow", integer(20_000)))
        await asyncio.sleep(0.5)
        task.cancel()
        after = (await client.infer("slow", integer(-1))).as_numpy("OUT")[0]
        expect(after == before + 1, (before, after))

    in_asyncio(work)
    return "a cancelled task is cancelled at the model"


# everything else


@case("health")
def health(client):
    expect(client.is_server_live() and client.is_server_ready() and client.is_model_ready("echo"), "")
    expect(client.is_model_ready("echo", "1") and not client.is_model_ready("echo", "9"), "")
    expect(not client.is_model_ready("nobody"), "")
    return "an unknown model or version is not ready, and no error"


@case("server metadata")
def server_metadata(client):
    metadata = client.get_server_metadata()
    expect(metadata.name == "triton" and "sequence" in metadata.extensions, metadata)
    return "the name is `triton`, which stock clients check"


@case("model metadata and configuration")
def model_metadata(client):
    metadata = client.get_model_metadata("echo")
    expect([i.name for i in metadata.inputs] == ["IN"] and list(metadata.versions) == ["1"], metadata)
    expect(client.get_model_config("echo").config.name == "echo", "")
    refused(lambda: client.get_model_metadata("nobody"), "NOT_FOUND", "unknown model")
    return "from the registry's model card"


@case("repository index")
def repository_index(client):
    seen = {(m.name, m.version, m.state) for m in client.get_model_repository_index().models}
    expect(("echo", "1", "READY") in seen and ("slow", "1", "READY") in seen, seen)
    return "one entry for each version that can be asked for"


@case("model control")
def model_control(client):
    refused(lambda: client.load_model("echo"), "FAILED_PRECONDITION", "registry")
    refused(lambda: client.unload_model("echo"), "FAILED_PRECONDITION", "registry")
    expect(client.is_model_ready("echo"), "unloaded")
    return "FAILED_PRECONDITION: the registry decides what is loaded"


@case("statistics")
def statistics(client):
    def successes():
        model = client.get_inference_statistics("echo").model_stats[0]
        expect((model.name, model.version) == ("echo", "1"), model)
        return model.inference_stats.success.count

    before = successes()
    for _ in range(20):
        client.infer("echo", floats(1))
    expect(successes() == before + 20, (before, successes()))
    expect(len(client.get_inference_statistics().model_stats) == 8, "")
    return "the sum over all workers"


@case("system shared memory")
def system_shared_memory(client):
    expect(len(client.get_system_shared_memory_status().regions) == 0, "")
    refused(lambda: client.register_system_shared_memory("region", "/key", 64), "UNIMPLEMENTED", "shared memory")
    client.unregister_system_shared_memory()
    return "registering is UNIMPLEMENTED and says why; status is empty, unregistering succeeds"


@case("cuda shared memory")
def cuda_shared_memory(client):
    expect(len(client.get_cuda_shared_memory_status().regions) == 0, "")
    refused(lambda: client.register_cuda_shared_memory("region", b"aGFuZGxl", 0, 64), "UNIMPLEMENTED", "shared memory")
    client.unregister_cuda_shared_memory()
    return "registering is UNIMPLEMENTED and says why; status is empty, unregistering succeeds"


@case("a tensor in shared memory")
def tensor_in_shared_memory(client):
    made = triton.InferInput("IN", [3], "FP32")
    made.set_shared_memory("region", 12)
    refused(lambda: client.infer("echo", [made]), "NOT_FOUND", "region")
    return "the server behind refuses the unknown region: nothing can have registered it"


@case("trace and log settings")
def settings(client):
    client.get_trace_settings()
    client.get_log_settings()
    refused(lambda: client.update_trace_settings(settings={"trace_level": ["TIMESTAMPS"]}), "FAILED_PRECONDITION", "config")
    refused(lambda: client.update_log_settings(settings={"log_verbose_level": 1}), "FAILED_PRECONDITION", "config")
    return "can be read, and are set in the services' configuration only"


run(ADDRESS, KNOWN_GAPS)

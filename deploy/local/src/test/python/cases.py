"""What the programs that call a router case by case share.

A case is a function that gets a client and returns what holds; whatever it raises is what was seen instead. One line is printed
for each: result (ok, known gap, FAILED), name, what holds or what was seen, separated by tabs; how long it took goes to standard
error. A known gap is a case that does not hold, with the reason; one that holds after all has failed.
"""

import sys
import time

import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

_CASES = []


def case(name):
    def add(function):
        _CASES.append((name, function))
        return function

    return add


def expect(holds, seen):
    if not holds:
        raise AssertionError(f"seen: {seen}")


def refused(call, status, words):
    try:
        seen = call()
    except InferenceServerException as error:
        expect(status in str(error.status()) and words in str(error.message()), f"{error.status()} {error.message()}")
        return
    raise AssertionError(f"answered: {seen}")


def run(address, known_gaps):
    """Runs all cases, each with a client of its own; ends the program with status 1 when one has failed."""
    failed = 0
    for name, function in _CASES:
        started = time.monotonic()
        client = triton.InferenceServerClient(address)
        result, note = _outcome(name, function, client, known_gaps)
        failed += result == "FAILED"
        print(f"{result}\t{name}\t{note}", flush=True)
        print(f"{time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
        try:
            client.close()
        except Exception as error:  # a stream that has ended with an error says so again
            print(f"closing after {name}: {error}", file=sys.stderr)
    sys.exit(1 if failed else 0)


def _outcome(name, function, client, known_gaps):
    try:
        note = function(client)
    except Exception as error:  # any surprise is that case's result
        if name in known_gaps:
            return "known gap", known_gaps[name]
        return "FAILED", f"{type(error).__name__}: {error}".replace("\t", " ").replace("\n", " ")[:500]
    return ("FAILED", "holds, and is listed as a known gap") if name in known_gaps else ("ok", note)

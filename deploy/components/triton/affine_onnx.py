# Copyright the Weir authors. Licensed under the Apache License, Version 2.0.
"""Writes the smallest useful ONNX model: score = features x weights + bias, a batch of rows at a time.

It spells the few protocol-buffer fields out by hand, so that a check of Triton needs no model and no
library to make one. Names of the fields, and their numbers, are those of the ONNX specification.
"""

import struct
import sys

FEATURES = 16
WEIGHTS = [0.25 * (index - 8) for index in range(FEATURES)]
BIAS = 1.5

_FLOAT = 1  # TensorProto.DataType.FLOAT


def affine_onnx():
    """The bytes of the model (ONNX IR 8, operator set 13)."""
    multiply = _node("MatMul", ["features", "weights"], "product")
    add = _node("Add", ["product", "bias"], "score")
    graph = (
        _bytes(1, multiply)
        + _bytes(1, add)
        + _bytes(2, b"affine")
        + _bytes(5, _tensor("weights", [FEATURES, 1], WEIGHTS))
        + _bytes(5, _tensor("bias", [1], [BIAS]))
        + _bytes(11, _value("features", FEATURES))
        + _bytes(12, _value("score", 1))
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, b"") + _number(2, 13))


def _varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _bytes(field, payload):
    return _varint(field << 3 | 2) + _varint(len(payload)) + payload


def _node(operator, inputs, output):
    named = b"".join(_bytes(1, name.encode()) for name in inputs)
    return named + _bytes(2, output.encode()) + _bytes(4, operator.encode())


def _tensor(name, dims, values):
    shape = b"".join(_number(1, dim) for dim in dims)
    return shape + _number(2, _FLOAT) + _bytes(8, name.encode()) + _bytes(9, struct.pack(f"<{len(values)}f", *values))


def _value(name, width):
    """A float tensor of [rows, width], rows being free."""
    shape = _bytes(1, _bytes(2, b"rows")) + _bytes(1, _number(1, width))
    tensor_type = _number(1, _FLOAT) + _bytes(2, shape)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor_type))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: affine_onnx.py FILE.onnx")
    with open(sys.argv[1], "wb") as file:
        file.write(affine_onnx())

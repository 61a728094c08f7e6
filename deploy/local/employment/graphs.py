"""ONNX graphs with one contract: `features` FP32 [-1,16] in, `label` INT64 [-1] and
`probabilities` FP32 [-1,2] out, built from scikit-learn models.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

from census import EDUCATION, FEATURES

# Fixed, so that the files also load in serving runtimes that are some years old.
OPSETS = {"": 17, "ai.onnx.ml": 3}
IR_VERSION = 8

INPUT = "features"
LABEL = "label"
PROBABILITIES = "probabilities"
ROWS = "rows"  # name of the free dimension


def from_sklearn(model) -> onnx.ModelProto:
    """Converts a classifier (or a pipeline that ends in one)."""
    converted = to_onnx(
        model,
        initial_types=[(INPUT, FloatTensorType([None, len(FEATURES)]))],
        options={id(model): {"zipmap": False}},
        target_opset=OPSETS,
    )
    names = [output.name for output in converted.graph.output]
    if names != [LABEL, PROBABILITIES]:
        raise ValueError(f"outputs: {names} (expected: {LABEL}, {PROBABILITIES}), from skl2onnx")
    return _model(list(converted.graph.node), list(converted.graph.initializer))


def with_education_table(model: onnx.ModelProto, table: np.ndarray) -> onnx.ModelProto:
    """Looks the education code up in `table` before `model` sees it.

    A code beyond the table's end is not an input error to the graph's signature: the runtime finds
    it while it computes, and the whole call fails.
    """
    width = len(FEATURES)
    before = [
        helper.make_node(
            "Split", [INPUT, "split_sizes"], ["age", "education_code", "others"], axis=1
        ),
        helper.make_node("Cast", ["education_code"], ["education_index"], to=TensorProto.INT64),
        helper.make_node("Gather", ["education_table", "education_index"], ["education"], axis=0),
        helper.make_node("Concat", ["age", "education", "others"], ["encoded"], axis=1),
    ]
    constants = [
        _constant("split_sizes", np.array([EDUCATION, 1, width - EDUCATION - 1], np.int64)),
        _constant("education_table", table.astype(np.float32)),
    ]
    return _model(
        before + _renamed(model.graph.node, INPUT, "encoded"),
        constants + list(model.graph.initializer),
    )


def with_iterated_calibration(model: onnx.ModelProto, steps: int) -> onnx.ModelProto:
    """Walks from 1/2 half of the way to the model's probabilities, `steps` times.

    After some thirty steps the walk has arrived and stays, so the answer is that of `model`; but
    nothing stops it there, and every request pays for all the steps.
    """
    body = helper.make_graph(
        [
            helper.make_node("Add", ["estimate_in", "uncalibrated"], ["sum"]),
            helper.make_node("Mul", ["sum", "half"], ["estimate_out"]),
            helper.make_node("Identity", ["go_on_in"], ["go_on_out"]),
        ],
        "calibration_step",
        [
            helper.make_tensor_value_info("step", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on_in", TensorProto.BOOL, []),
            helper.make_tensor_value_info("estimate_in", TensorProto.FLOAT, [ROWS, 2]),
        ],
        [
            helper.make_tensor_value_info("go_on_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("estimate_out", TensorProto.FLOAT, [ROWS, 2]),
        ],
    )
    after = [
        helper.make_node("Sub", ["uncalibrated", "uncalibrated"], ["zero"]),
        helper.make_node("Add", ["zero", "half"], ["start"]),
        helper.make_node("Loop", ["steps", "go_on", "start"], [PROBABILITIES], body=body),
    ]
    constants = [
        _constant("half", np.array(0.5, np.float32)),
        _constant("steps", np.array(steps, np.int64)),
        _constant("go_on", np.array(True)),
    ]
    return _model(
        _renamed(model.graph.node, PROBABILITIES, "uncalibrated") + after,
        constants + list(model.graph.initializer),
    )


def _model(nodes: list, initializers: list) -> onnx.ModelProto:
    """Puts the nodes under the common contract; node names and order make the bytes repeatable."""
    nodes = [_copy(node) for node in nodes]
    for position, node in enumerate(nodes):
        node.name = f"{position}_{node.op_type}"
    graph = helper.make_graph(
        nodes,
        "employment",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [ROWS, len(FEATURES)])],
        [
            helper.make_tensor_value_info(LABEL, TensorProto.INT64, [ROWS]),
            helper.make_tensor_value_info(PROBABILITIES, TensorProto.FLOAT, [ROWS, 2]),
        ],
        initializers,
    )
    model = helper.make_model(
        graph,
        producer_name="weir-employment",
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in OPSETS.items()],
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model


def _renamed(nodes, old: str, new: str) -> list:
    renamed = []
    for node in nodes:
        node = _copy(node)
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]
        renamed.append(node)
    return renamed


def _copy(node: onnx.NodeProto) -> onnx.NodeProto:
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    return copy


def _constant(name: str, value: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(value, name)

"""Answers of a model file in ONNX Runtime, one thread, as a model worker gives them."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from graphs import INPUT, LABEL, PROBABILITIES

FAILED = -1


@dataclass(frozen=True)
class Answers:
    """One label a row (FAILED where the runtime raised an error) and the probability of class 1
    (NaN there)."""

    labels: np.ndarray
    positive: np.ndarray

    @property
    def answered(self) -> np.ndarray:
        return self.labels != FAILED


def open_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # errors of single rows are results here, not log lines
    source = str(model) if isinstance(model, Path) else model
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def answer(session: onnxruntime.InferenceSession, features: np.ndarray) -> Answers:
    """Answers every row; row by row if the rows cannot be answered together."""
    try:
        labels, probabilities = session.run([LABEL, PROBABILITIES], {INPUT: features})
        return Answers(labels, probabilities[:, 1])
    except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument:
        return _answer_one_by_one(session, features)


def _answer_one_by_one(session: onnxruntime.InferenceSession, features: np.ndarray) -> Answers:
    labels = np.full(len(features), FAILED, np.int64)
    positive = np.full(len(features), np.nan, np.float32)
    for row in range(len(features)):
        try:
            label, probabilities = session.run(
                [LABEL, PROBABILITIES], {INPUT: features[row : row + 1]}
            )
        except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument:
            continue  # stays FAILED and is reported as the error share
        labels[row] = label[0]
        positive[row] = probabilities[0, 1]
    return Answers(labels, positive)


def single_row_milliseconds(
    session: onnxruntime.InferenceSession, features: np.ndarray, seconds: float = 1.0
) -> float:
    """Median time of a call with one row; failing rows count with the time they took."""
    elapsed = []
    end = time.perf_counter() + seconds
    row = 0
    while time.perf_counter() < end or len(elapsed) < 20:
        one = features[row % len(features)][np.newaxis, :]
        started = time.perf_counter()
        answer(session, one)
        elapsed.append(time.perf_counter() - started)
        row += 1
    return statistics.median(elapsed) * 1000

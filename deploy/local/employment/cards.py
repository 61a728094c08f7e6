"""Model cards: what is known about a version beside its bytes.

A card is the JSON form of the protobuf message `weir.registry.v1.ModelVersion`.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass
from importlib.metadata import version as library_version
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

import census
import graphs
from census import AGE, FEATURES, Rows
from scoring import Answers

HERE = Path(__file__).resolve().parent
MODEL = "employment"
# The files whose content decides the bytes of the models and cards.
SOURCES = ("requirements.txt", "census.py", "graphs.py", "scoring.py", "cards.py", "train.py")
LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "skl2onnx",
    "onnx",
    "onnxruntime",
)

SIGNATURE = {
    "inputs": [{"name": graphs.INPUT, "datatype": "FP32", "shape": [-1, len(FEATURES)]}],
    "outputs": [
        {"name": graphs.LABEL, "datatype": "INT64", "shape": [-1]},
        {"name": graphs.PROBABILITIES, "datatype": "FP32", "shape": [-1, 2]},
    ],
    "classOutput": graphs.LABEL,
    "probabilityOutput": graphs.PROBABILITIES,
}


@dataclass(frozen=True)
class Origin:
    """Where the training data came from, and the seed of the version."""

    data_sha256: str
    seed: int


def card(
    version: int,
    description: str,
    artifact: Path,
    origin: Origin,
    training: Rows,
    held_out: Rows,
    answers: Answers,
) -> dict:
    """`training`, `held_out` and `answers` are as the version's own pipeline sees them."""
    content = artifact.read_bytes()
    return {
        "model": MODEL,
        "version": str(version),
        "artifact": {
            "sha256": hashlib.sha256(content).hexdigest(),
            "sizeBytes": len(content),
            "format": "onnx",
            "fileName": artifact.name,
        },
        "signature": SIGNATURE,
        "metrics": offline_metrics(held_out, answers),
        "lineage": {
            "trainingData": "US Census Bureau, ACS PUMS 1-year, Massachusetts, 2015; "
            f"{census.TRAINING_FILE} in {census.WHEEL_REQUIREMENT}",
            "trainingDataSha256": origin.data_sha256,
            "trainingRows": len(training),
            "trainedBy": "deploy/local/employment/train.py",
            "sourceRevision": "sha256:" + sources_sha256(),
            "seed": origin.seed,
            "libraries": {"python": platform.python_version()}
            | {name: library_version(name) for name in LIBRARIES},
        },
        "reference": reference(training, answers),
        "description": description,
    }


def offline_metrics(held_out: Rows, answers: Answers) -> dict[str, float]:
    if not answers.answered.all():
        raise ValueError("answers: some are missing (expected: all), from the held-out rows")
    return {
        "accuracy": _rounded(np.mean(answers.labels == held_out.labels)),
        "auc": _rounded(roc_auc_score(held_out.labels, answers.positive)),
        "positive_rate": _rounded(np.mean(answers.labels)),
        "held_out_rows": float(len(held_out)),
    }


def reference(training: Rows, answers: Answers) -> dict:
    """Distribution of the training features, and of the answers to the held-out rows."""
    features = []
    for index, name in enumerate(FEATURES):
        column = training.features[:, index]
        if index == AGE:
            features.append({"name": name, "index": index, "quantiles": _quantiles(column, 20)})
        else:
            features.append({"name": name, "index": index, "categories": _shares(column)})
    confidence = np.maximum(answers.positive, 1 - answers.positive)
    features.append({"name": "prediction", "index": -1, "categories": _shares(answers.labels)})
    features.append({"name": "confidence", "index": -1, "quantiles": _quantiles(confidence, 10)})
    return {"rows": len(training), "features": features}


def sources_sha256() -> str:
    """One digest over names and contents of SOURCES: says which code made a card, git or no git."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(name.encode() + b"\0" + (HERE / name).read_bytes() + b"\0")
    return digest.hexdigest()


def write(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def _quantiles(values: np.ndarray, parts: int) -> list[float]:
    return [_rounded(value) for value in np.quantile(values, np.linspace(0, 1, parts + 1))]


def _shares(values: np.ndarray) -> dict[str, float]:
    categories, counts = np.unique(values.astype(np.int64), return_counts=True)
    return {str(c): _rounded(n / len(values), 6) for c, n in zip(categories, counts, strict=True)}


def _rounded(value: float, digits: int = 4) -> float:
    return round(float(value), digits)

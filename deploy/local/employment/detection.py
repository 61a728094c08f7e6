#!/usr/bin/env python3
"""Simulates how many requests the guardrails need to notice each version beside version 1.

Each request draws its arm independently (canary with probability rho). Given what happened (class c
predicted, or a failed call), "canary no more than r0 times as likely" fixes the odds of the arm, so
a bet on the arm at lift r multiplies the evidence by th(r)/th(r0) for a canary request and by
(1-th(r))/(1-th(r0)) for a baseline request, th(r) = rho r / (rho r + 1 - rho). Lifts below 1 bet
against r0 = 1/1.1. The evidence of a guardrail is the mean over its lifts (and classes); with
weight 1/3 in the release's evidence it fires at 3/alpha.
"""

from __future__ import annotations

import argparse

import numpy as np

import scoring
from verify import model_path, replay_rows

RHO = 0.05
ALPHA = 1e-3
WEIGHT = 1 / 3
TOLERATED_LIFT = 1.1
CLASS_LIFTS = np.array([0.25, 0.5, 0.67, 0.8, 1.25, 1.5, 2, 3, 5])
ERROR_LIFTS = np.array([1.25, 1.5, 2, 3, 5, 10, 30, 100])
LOG_THRESHOLD = np.log(1 / (ALPHA * WEIGHT))


def canary_odds(lift: np.ndarray) -> np.ndarray:
    """th(r): probability of the canary, given an outcome that it has r times as often."""
    return RHO * lift / (RHO * lift + 1 - RHO)


def log_bets(lifts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log factor per lift, for a canary and for a baseline request with the outcome."""
    under_null = canary_odds(np.where(lifts > 1, TOLERATED_LIFT, 1 / TOLERATED_LIFT))
    bet = canary_odds(lifts)
    return np.log(bet / under_null), np.log((1 - bet) / (1 - under_null))


def log_evidence(outcomes: list[np.ndarray], canary: np.ndarray, lifts: np.ndarray) -> np.ndarray:
    """Log of the evidence after each request, for boolean outcomes that are averaged over."""
    for_canary, for_baseline = log_bets(lifts)
    paths = []
    for outcome in outcomes:
        steps = np.where(canary[:, None], for_canary, for_baseline) * outcome[:, None]
        paths.append(np.cumsum(steps, axis=0))
    stacked = np.concatenate(paths, axis=1)
    highest = stacked.max(axis=1, keepdims=True)
    return highest[:, 0] + np.log(np.mean(np.exp(stacked - highest), axis=1))


def first_alarm(evidence: np.ndarray) -> int | None:
    """Requests until the guardrail fired; None if it did not."""
    over = evidence >= LOG_THRESHOLD
    return int(np.argmax(over)) + 1 if over.any() else None


def simulate(
    baseline: np.ndarray, candidate: np.ndarray, requests: int, random: np.random.Generator
) -> tuple[int | None, int | None]:
    """One rollout over the replay rows from a random place on; the class and the error alarm."""
    rows = (random.integers(len(baseline)) + np.arange(requests)) % len(baseline)
    canary = random.random(requests) < RHO
    labels = np.where(canary, candidate[rows], baseline[rows])
    by_class = log_evidence([labels == 0, labels == 1], canary, CLASS_LIFTS)
    by_error = log_evidence([labels == scoring.FAILED], canary, ERROR_LIFTS)
    return first_alarm(by_class), first_alarm(by_error)


def summary(alarms: list[int | None]) -> str:
    fired = [alarm for alarm in alarms if alarm is not None]
    if not fired:
        return f"0 of {len(alarms)}"
    median, high = np.percentile(fired, [50, 95])
    return f"{len(fired)} of {len(alarms)}, median {median:.0f}, p95 {high:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=60, help="rollouts a version (default: 60)")
    parser.add_argument(
        "--requests", type=int, default=40_000, help="requests a rollout (default: 40000)"
    )
    parser.add_argument("--seed", type=int, default=1, help="(default: 1)")
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    features = replay_rows().features
    labels = {
        version: scoring.answer(scoring.open_session(model_path(version)), features).labels
        for version in range(1, 7)
    }
    print("| canary | class guardrail fired | error guardrail fired |\n| ---: | --- | --- |")
    for version, candidate in labels.items():
        alarms = [
            simulate(labels[1], candidate, arguments.requests, random)
            for _ in range(arguments.runs)
        ]
        by_class, by_error = zip(*alarms, strict=True)
        print(f"| {version} | {summary(by_class)} | {summary(by_error)} |")


if __name__ == "__main__":
    main()

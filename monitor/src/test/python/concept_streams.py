"""Writes the streams of river's tests of drift detectors, for RiverDriftsTest: one value a line.

d1, d2 and d3 are made with numpy's legacy generator and seed 12345, as river's test suite makes them:
integers under 2 then under 8; errors of rate .2 then .8; whether normals around 0, .25, 0, .25 are positive.
With river installed it also prints the places at which river's detectors see a drift, and writes those for
drawn.txt: seed, detector, places on a stream of errors of four rates, all drawn with Knuth's generator of MMIX,
which the test draws again.

    python concept_streams.py FOLDER
"""

import importlib.util
import pathlib
import sys

import numpy as np


def streams():
    np.random.seed(12345)
    yield "d1", np.concatenate((np.random.randint(2, size=1000), np.random.randint(8, size=1000)))
    np.random.seed(12345)
    d2 = np.concatenate(
        ([np.random.binomial(1, 0.2) for _ in range(1000)], [np.random.binomial(1, 0.8) for _ in range(1000)])
    )
    yield "d2", d2
    rng = np.random.RandomState(12345)
    d3 = np.concatenate([rng.normal(m, 0.1, 500) > 0 for m in (0, 0.25, 0, 0.25)]).astype(int)
    yield "d3", d3


def drawn(seed):
    """Four parts of 1,500 errors, each of its own rate under .9."""
    state = seed

    def uniform():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 11) / 2**53

    for _ in range(4):
        rate = 0.9 * uniform()
        for _ in range(1500):
            yield int(uniform() < rate)


def detectors():
    from river import drift
    from river.drift import binary

    return {
        "ADWIN": drift.ADWIN(),
        "Page-Hinkley": drift.PageHinkley(),
        "KSWIN": drift.KSWIN(alpha=0.0001, window_size=200, stat_size=100, seed=42),
        "DDM": binary.DDM(),
        "EDDM": binary.EDDM(),
        "HDDM_A": binary.HDDMA(),
        "HDDM_A two-sided": binary.HDDMA(two_sided_test=True),
        "HDDM_W": binary.HDDMW(),
        "HDDM_W two-sided": binary.HDDMW(two_sided_test=True),
    }


def places(detector, stream):
    for place, value in enumerate(stream):
        detector.update(int(value))
        if detector.drift_detected:
            yield place


def main(folder):
    made = dict(streams())
    for name, stream in made.items():
        text = "\n".join(str(int(x)) for x in stream) + "\n"
        pathlib.Path(folder, name + ".txt").write_text(text)
    if importlib.util.find_spec("river") is None:
        return
    for name, stream in made.items():
        for label, detector in detectors().items():
            if name != "d1" or label in ("ADWIN", "Page-Hinkley", "KSWIN"):
                print(name, label, list(places(detector, stream)))
    lines = []
    for seed in range(1, 21):
        for label, detector in detectors().items():
            if label != "KSWIN":
                seen = " ".join(str(place) for place in places(detector, drawn(seed)))
                lines.append(f"{seed},{label},{seen}\n")
    pathlib.Path(folder, "drawn.txt").write_text("".join(lines))


if __name__ == "__main__":
    main(sys.argv[1])

"""Compares the monitor's statistics with those of scipy, river, Evidently and NannyML on the same numbers.

Draws data of a fixed seed, installs the four packages into a virtual environment, lets dev.weir.monitor.stats.AgreementRun
and them compute, and prints a table of what differs by how much. Exit status 1: something differs by more than its tolerance.

    python agreement.py FOLDER CLASSPATH        # Python 3.11 or 3.12; FOLDER keeps the data and the environment
"""

import csv
import os
import pathlib
import random
import subprocess
import sys
import venv

PACKAGES = ["scipy==1.17.1", "river==0.26.1", "evidently==0.7.23", "nannyml==0.13.1"]
# Evidently does not start with pandas 3; the others only spare pip a long search for versions that fit together.
FITTING = ["pandas==2.3.3", "s3fs==2026.9.0", "gcsfs==2026.10.1", "fsspec==2026.9.0"]
QUIET = {"NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1"}
STREAMS = 20
EXACT, ROUNDED, ISOTONIC = 1e-9, 1e-3, 5e-3
# Defined otherwise there, see docs/statistics-agreement.md: shown, and not counted.
UNJUDGED = None


def numbers(draw):
    """Name, reference, live. The first two have an exact p-value, the others the limit's."""
    yield "60 against 80 normal", [draw.gauss(0, 1) for _ in range(60)], [draw.gauss(0.3, 1) for _ in range(80)]
    yield "40 against 90, many ties", [draw.randrange(9) for _ in range(40)], [draw.randrange(11) for _ in range(90)]
    yield "900 against 700 normal", [draw.gauss(0, 1) for _ in range(900)], [draw.gauss(0.06, 1) for _ in range(700)]
    heavy = [[draw.lognormvariate(0, s) for _ in range(n)] for s, n in ((1, 5000), (1.05, 3000))]
    yield "5,000 against 3,000 log-normal", heavy[0], heavy[1]


def categories(draw):
    """Name, counts of the reference, of the live window."""
    yield "5 categories", [400, 300, 200, 90, 10], [330, 310, 190, 140, 30]
    yield "3 categories, one empty in live", [50, 45, 5], [60, 40, 0]
    one, other = ([draw.randrange(1, 400) for _ in range(30)] for _ in range(2))
    yield "30 categories", one, [round(0.92 * a + 0.08 * b) for a, b in zip(one, other)]


def streams(draw):
    """Name, 6,000 errors of four rates."""
    for number in range(STREAMS):
        rates = [0.9 * draw.random() for _ in range(4)]
        yield f"stream {number + 1}", [int(draw.random() < rate) for rate in rates for _ in range(1500)]


def scores(draw):
    """Name, (probability, predicted, true) of the reference, of the live window; power 1: calibrated."""
    for name, power in (("calibrated", 1), ("overconfident", 2)):
        rows = []
        for low, n in ((0.0, 8000), (0.1, 4000)):
            true = [low + (1 - low) * draw.random() for _ in range(n)]
            said = [p**power / (p**power + (1 - p) ** power) for p in true]
            rows.append([(s, int(s >= 0.5), int(draw.random() < p)) for s, p in zip(said, true)])
        yield name, rows[0], rows[1]


def write(folder, data):
    """One line each: kind, name, values of the reference, of the live window."""
    with open(folder / "data.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n", delimiter=";")
        for name, reference, live in data["numbers"]:
            out.writerow(["numbers", name, " ".join(map(repr, reference)), " ".join(map(repr, live))])
        for name, reference, live in data["categories"]:
            out.writerow(["categories", name, " ".join(map(str, reference)), " ".join(map(str, live))])
        for name, errors in data["streams"]:
            out.writerow(["stream", name, " ".join(map(str, errors)), ""])
        for name, reference, live in data["scores"]:
            rows = [" ".join(f"{s!r},{p},{t}" for s, p, t in part) for part in (reference, live)]
            out.writerow(["scores", name, *rows])


def of_scipy(data):
    import numpy as np
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import chi2_contingency, ks_2samp, wasserstein_distance

    for name, one, other in data["numbers"]:
        exact = len(one) * len(other) <= 10_000
        test = ks_2samp(one, other, method="exact" if exact else "asymp")
        yield "KS statistic", name, "scipy", test.statistic, EXACT
        yield "KS p-value", name, "scipy", test.pvalue, EXACT if exact else ROUNDED
        yield "Wasserstein-1", name, "scipy", wasserstein_distance(one, other), EXACT
    for name, one, other in data["categories"]:
        test = chi2_contingency(np.array([one, other]), correction=False)
        yield "chi-square", name, "scipy", test.statistic, EXACT
        yield "chi-square p-value", name, "scipy", test.pvalue, EXACT
        yield "Jensen-Shannon, base 2", name, "scipy", jensenshannon(one, other, base=2), EXACT


def of_river(data):
    from river import drift
    from river.drift import binary

    made = {
        "ADWIN": drift.ADWIN,
        "Page-Hinkley": drift.PageHinkley,
        "DDM": binary.DDM,
        "EDDM": binary.EDDM,
        "HDDM_A": binary.HDDMA,
        "HDDM_A two-sided": lambda: binary.HDDMA(two_sided_test=True),
        "HDDM_W": binary.HDDMW,
        "HDDM_W two-sided": lambda: binary.HDDMW(two_sided_test=True),
    }
    for name, errors in data["streams"]:
        for detector, make in made.items():
            watch, places = make(), []
            for place, error in enumerate(errors):
                watch.update(bool(error) if detector not in ("ADWIN", "Page-Hinkley") else error)
                if watch.drift_detected:
                    places.append(place)
            yield detector, name, "river", places, UNJUDGED if detector.startswith("HDDM_W") else 0


def of_evidently(data):
    import numpy as np
    import pandas as pd
    from evidently.legacy.calculations import stattests
    from evidently.legacy.core import ColumnType

    def score(test, one, other, kind, **more):
        # Given a copy: some of them change what they are given.
        return test(pd.Series(one), pd.Series(other), kind, None, **more).drift_score

    def rows(counts, times=1, more=0):
        return [f"c{i}" for i, count in enumerate(counts) for _ in range(times * count + more)]

    for name, one, other in data["numbers"]:
        if len(one) * len(other) <= 10_000:
            p_value = score(stattests.ks_stat_test, one, other, ColumnType.Numerical)
            yield "KS p-value", name, "Evidently", p_value, EXACT
        normed = score(stattests.wasserstein_stat_test, one, other, ColumnType.Numerical)
        yield "Wasserstein-1", name, "Evidently", normed * np.std(one), EXACT
    for name, one, other in data["categories"]:
        kind = ColumnType.Categorical
        natural = score(stattests.jensenshannon_stat_test, rows(one), rows(other), kind)
        yield "Jensen-Shannon, base 2", name, "Evidently", natural / np.sqrt(np.log(2)), EXACT
        yield "Hellinger", name, "Evidently", score(stattests.hellinger_stat_test, rows(one), rows(other), kind), EXACT
        # Each count doubled and one more: the shares of counts with a half added, as ours are.
        halves = score(stattests.psi_stat_test, rows(one, 2, 1), rows(other, 2, 1), kind)
        yield "PSI, half a count added", name, "Evidently", halves, EXACT
        if 0 not in one + other:
            plain = score(stattests.psi_stat_test, rows(one), rows(other), kind)
            yield "PSI", name, "Evidently", plain, UNJUDGED


def of_nannyml(data):
    import nannyml
    import pandas as pd
    from nannyml.calibration import NoopCalibrator

    def univariate(one, other, **methods):
        frames = [pd.DataFrame({"x": values}) for values in (one, other)]
        made = nannyml.UnivariateDriftCalculator(["x"], chunk_number=1, **methods)
        found = made.fit(frames[0]).calculate(frames[1]).filter(period="analysis").to_df()
        return lambda method: float(found["x", method, "value"].iloc[0])

    for name, one, other in data["numbers"]:
        found = univariate(
            [float(x) for x in one],
            [float(x) for x in other],
            continuous_methods=["kolmogorov_smirnov", "wasserstein"],
        )
        yield "KS statistic", name, "NannyML", found("kolmogorov_smirnov"), EXACT
        yield "Wasserstein-1", name, "NannyML", found("wasserstein"), EXACT
    for name, one, other in data["categories"]:
        labels = [[f"c{i}" for i, count in enumerate(counts) for _ in range(count)] for counts in (one, other)]
        found = univariate(*labels, categorical_methods=["chi2", "jensen_shannon", "hellinger", "l_infinity"])
        yield "chi-square", name, "NannyML", found("chi2"), EXACT
        yield "Jensen-Shannon, base 2", name, "NannyML", found("jensen_shannon"), EXACT
        yield "Hellinger", name, "NannyML", found("hellinger"), EXACT
        yield "L-infinity", name, "NannyML", found("l_infinity"), EXACT
    measures = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "F1"}
    for name, one, other in data["scores"]:
        frames = [pd.DataFrame(rows, columns=["score", "predicted", "true"]) for rows in (one, other)]
        made = nannyml.CBPE(
            y_pred_proba="score",
            y_pred="predicted",
            y_true="true",
            metrics=list(measures),
            problem_type="classification_binary",
            chunk_number=1,
            # Left to itself it recalibrates whatever comes nearer to the labels by chance, too.
            calibrator=NoopCalibrator() if name == "calibrated" else None,
        ).fit(frames[0])
        found = made.estimate(frames[1].drop(columns="true")).filter(period="analysis").to_df()
        for measure, shown in measures.items():
            value = float(found[measure, "value"].iloc[0])
            yield f"CBPE {shown}", name, "NannyML", value, EXACT if name == "calibrated" else ISOTONIC


def ours(folder, classpath):
    command = ["java", "-cp", classpath, "dev.weir.monitor.stats.AgreementRun", str(folder / "data.csv")]
    found = {}
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        measure, name, value = line.split(";")
        places = measure in ("ADWIN", "Page-Hinkley", "DDM", "EDDM") or measure.startswith("HDDM")
        found[measure, name] = [int(x) for x in value.split()] if places else float(value)
    return found


def compare(folder, classpath):
    draw = random.Random(20261125)
    data = {make.__name__: list(make(draw)) for make in (numbers, categories, streams, scores)}
    write(folder, data)
    mine = ours(folder, classpath)
    rows = []
    for source in (of_scipy, of_evidently, of_nannyml):
        for statistic, name, whose, value, tolerance in source(data):
            own = mine["PSI" if statistic.startswith("PSI") else statistic, name]
            rows.append((statistic, name, whose, f"{value:.9g}", f"{own:.9g}", abs(value - own), tolerance))
    rows += drifts(data, mine)
    print("| statistic | data | compared with | theirs | ours | difference | tolerated |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for *shown, apart, tolerance in sorted(rows, key=lambda row: row[0]):
        allowed = "not judged" if tolerance is UNJUDGED else f"{tolerance:g}"
        print("| " + " | ".join((*shown, f"{apart:.2g}", allowed)) + " |")
    judged = [row for row in rows if row[-1] is not UNJUDGED]
    beyond = [row for row in judged if not row[-2] <= row[-1]]
    print(f"\n{len(judged)} comparisons, {len(beyond)} beyond what is tolerated; {len(rows) - len(judged)} not judged")
    for row in beyond:
        print("beyond:", *row, file=sys.stderr)
    return 1 if beyond else 0


def drifts(data, mine):
    """A row for each detector over all streams; difference: drifts of either that the other does not see there."""
    sums = {}
    for detector, name, _, places, tolerance in of_river(data):
        theirs, own, apart, _ = sums.get(detector, (0, 0, 0, tolerance))
        found = mine[detector, name]
        apart += len(set(places) ^ set(found))
        sums[detector] = (theirs + len(places), own + len(found), apart, tolerance)
    shown = f"{STREAMS} streams of 6,000 errors"
    for detector, (theirs, own, apart, tolerance) in sums.items():
        yield detector, shown, "river", f"{theirs} drifts", f"{own} drifts", apart, tolerance


def main(folder, classpath):
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(folder / "venv", with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES, *FITTING], check=True)
    inside = [python, "-W", "ignore", __file__, "--inside", str(folder), classpath]
    return subprocess.run(inside, env={**os.environ, **QUIET}, check=False).returncode


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        sys.exit(compare(pathlib.Path(sys.argv[2]), sys.argv[3]))
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))

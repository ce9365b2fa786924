"""Raw columns through one ONNX file: equal to Python's answers, and how long rows take.

    python benchmarks/production/onnx_rows.py --data-root DATA          # to `results/onnx_rows.json`
    python benchmarks/production/onnx_rows.py --data-root DATA --only numbers-12 --rounds 5

`pages` is the table that `company_tables.py` makes of Facebook's pages (numbers, truth values, dates, two categories,
words, a twentieth of each missing), with a student that was trained on all labels for a moment: answers that are all
alike would prove nothing. `abstracts` is a column of real texts. Each row is answered by `Predictor`, by
`OnnxPredictor`, and by the file alone, where texts come as they were written.

`numbers-N` has N columns of numbers, a fifth with gaps: 1,024 raw rows through the file, and their features through
the student alone, take turns in one process of one thread, to probabilities and to logits; `ratio` is the median over
rounds of the quotients. One row is timed likewise: by ONNX Runtime alone (`runtime`), with checks of a table from
Python (`checked`, a mapping of values), by `Predictor`, and by the transformers of scikit-learn that do the same
(`scikit_learn`, without a student).
"""

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch
from company_tables import company

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.seeds import seeded
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.deploy.onnx import encode
from gnn2mlp.deploy.onnx_predictor import Network
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.students.mlp import MLPStudent

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "speed"))

import machine  # noqa: E402 (lies in another folder)

BATCH, NUMBERS = 1024, (4, 12, 40, 200)
# Calls of one row that are one turn, and steps of training.
CALLS, STEPS = 200, 60
Record = dict[str, Any]


def trained(table: Any, labels: np.ndarray, hidden: int = 128, steps: int = STEPS) -> Predictor:
    """A student of a table's columns that has learnt its labels a little."""
    columns, student = TableEncoder().fit(table), MLPStudent(hidden=hidden)
    rows = columns.transform(table)
    x = torch.from_numpy(rows if isinstance(rows, np.ndarray) else rows.toarray())
    classes, y = np.unique(labels, return_inverse=True)
    with seeded(0, "benchmark"):
        module = student.build(columns.num_features, len(classes))
        optimiser = torch.optim.Adam(module.parameters(), lr=0.01)
        for _ in range(steps):
            some = torch.randint(len(y), (512,))
            loss = torch.nn.functional.cross_entropy(module(x[some]).logits, torch.from_numpy(y)[some])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return Predictor(student, module, columns.num_features, classes, columns=columns)


def exported(predictor: Predictor) -> OnnxPredictor:
    """The same student as one file, read again."""
    with tempfile.TemporaryDirectory() as folder:
        return OnnxPredictor.load(predictor.to_onnx(Path(folder) / "model.onnx"))


def fed(loaded: OnnxPredictor, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """What the file is given without any help: texts as they were written."""
    assert loaded.columns is not None, "it reads columns"
    arrays = loaded.columns.read(table)
    for column in loaded.columns.columns:
        if column.form == "text":
            texts = [[text if isinstance(text, str) else ""] for text in table[column.name].tolist()]
            arrays[column.input] = np.array(texts, dtype=object)
    return arrays


def equality(predictor: Predictor, loaded: OnnxPredictor, table: pd.DataFrame) -> Record:
    """Rows with the same label, and the greatest distance between probabilities, of all rows of a table."""
    labels, probabilities = predictor.predict(table), predictor.predict_proba(table)
    arrays = fed(loaded, table)
    answers = {"checked": (loaded.predict(table), loaded.predict_proba(table)), "alone": _alone(loaded, arrays)}
    return {
        "rows": len(table),
        "classes": len(np.unique(labels)),
        "columns": {column.name: column.encoder for column in loaded.columns.columns},
        "features": predictor.num_features,
        **{
            name: {"equal": int((found == labels).sum()), "apart": float(np.abs(proba - probabilities).max())}
            for name, (found, proba) in answers.items()
        },
    }


def _alone(loaded: OnnxPredictor, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    run, rows = loaded.answer.session.run, len(next(iter(arrays.values())))
    parts = [
        run(["label", "probabilities"], {name: array[start : start + BATCH] for name, array in arrays.items()})
        for start in range(0, rows, BATCH)
    ]
    return tuple(np.concatenate([part[number] for part in parts]) for number in (0, 1))  # type: ignore[return-value]


def one_row(predictor: Predictor, loaded: OnnxPredictor, table: pd.DataFrame, rounds: int) -> Record:
    """Microseconds that a row takes, in turns of `CALLS` calls."""
    row = {name: table[name].iloc[0] for name in loaded.columns.names}
    arrays, run = fed(loaded, table.iloc[:1]), loaded.answer.session.run
    read = [column for column in predictor.columns.columns if column.width]
    steps = [(column.encoder.transformer(), column.encoder.prepare([row[column.name]])) for column in read]
    calls: dict[str, Callable[[], object]] = {
        "runtime": lambda: run(["label", "probabilities"], arrays),
        "checked": lambda: loaded.predict(row),
        "python": lambda: predictor.predict(row),
        "scikit_learn": lambda: [transformer.transform(values) for transformer, values in steps],
    }
    turns = {name: _turn(call, 10 if name == "scikit_learn" else CALLS) for name, call in calls.items()}
    spent = machine.interleaved(turns, rounds)
    return {
        name: {"us": 1e6 * median(seconds), "rounds_us": [1e6 * s for s in seconds]} for name, seconds in spent.items()
    }


def _turn(call: Callable[[], object], calls: int) -> machine.Contender:
    """The median call of a turn: another process that is met in it does not count."""
    return lambda number: median(machine.timed(call) for _ in range(calls))


def many_rows(predictor: Predictor, loaded: OnnxPredictor, table: pd.DataFrame, rounds: int) -> Record:
    """Microseconds of `BATCH` raw rows, of their features through the student alone, and the quotient."""
    arrays = fed(loaded, table.iloc[:BATCH])
    rows = predictor.columns.transform(table.iloc[:BATCH])
    rows = rows if isinstance(rows, np.ndarray) else rows.toarray()
    student, run = Network(encode(predictor.module, predictor.num_features)), loaded.answer.session.run
    turns = {
        "student": _turn(lambda: student(rows), 20),
        "raw": _turn(lambda: run(["probabilities"], arrays), 20),
    }
    found = machine.compared(machine.interleaved(turns, rounds), baseline="student")
    return {
        "rows": len(rows),
        "student_us": 1e6 * found["student"]["median_s"],
        "raw_us": 1e6 * found["raw"]["median_s"],
        "ratio": found["raw"]["ratio"],
        "ratios": found["raw"]["ratios"],
    }


def pages(root: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Facebook's pages as a company has them, and what they are."""
    tables = company("facebook", root, labelled=0.05)
    table = pd.concat([tables.nodes, tables.new], ignore_index=True)
    return table.drop(columns="kind"), tables.truth.set_index("page_id").loc[table["page_id"], "kind"].to_numpy()


def abstracts(root: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Texts of cora_cane and hepth_cane, half of them with capitals, and of which of the two each is."""
    texts, source = [], []
    for name in ("cora_cane", "hepth_cane"):
        lines = gzip.decompress((root / "text_attributed" / name / "text.txt.gz").read_bytes()).decode().splitlines()
        texts += [line.title() if number % 2 else line for number, line in enumerate(lines)]
        source += [name] * len(lines)
    return pd.DataFrame({"abstract": texts}), np.array(source)


def numbers(columns: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Drawn numbers of many sizes, and which side of a plane a row is on."""
    random = np.random.default_rng(columns)
    values = random.normal(size=(4 * BATCH, columns))
    side = np.where(values @ random.normal(size=columns) > 0, "yes", "no")
    table = pd.DataFrame(values * 10.0 ** random.integers(-3, 6, columns), columns=[f"c{n}" for n in range(columns)])
    for name in table.columns[::5]:
        table.loc[random.random(len(table)) < 0.05, name] = None
    return table, side


def measured(table: pd.DataFrame, labels: np.ndarray, rounds: int) -> Record:
    """All figures of a table."""
    predictor = trained(table, labels)
    loaded = exported(predictor)
    return {
        **equality(predictor, loaded, table),
        "one_row": one_row(predictor, loaded, table, rounds),
        "many_rows": many_rows(predictor, loaded, table, rounds),
    }


def main() -> None:
    """Measure, print, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--only", nargs="*", help="names of cases")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "onnx_rows.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cases: dict[str, Callable[[], tuple[pd.DataFrame, np.ndarray]]] = {
        "pages": lambda: pages(options.data_root),
        "abstracts": lambda: abstracts(options.data_root),
        **{f"numbers-{count}": lambda count=count: numbers(count) for count in NUMBERS},  # type: ignore[misc]
    }
    found = {}
    for name in options.only or cases:
        found[name] = measured(*cases[name](), options.rounds)
        print(name, json.dumps(_short(found[name])), flush=True)
    write_json(options.out, {"environment": environment(torch.device("cpu")), "cases": found})


def _short(record: Record) -> Record:
    row, rows = record["one_row"], record["many_rows"]
    return {
        "rows": record["rows"],
        "checked": record["checked"],
        "alone": record["alone"],
        "one_row_us": {name: round(value["us"], 1) for name, value in row.items()},
        "rows_us": [round(rows["student_us"]), round(rows["raw_us"])],
        "ratio": round(rows["ratio"], 2),
    }


if __name__ == "__main__":
    main()

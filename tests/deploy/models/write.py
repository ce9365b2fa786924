"""Write the models that every later release has to read: `python tests/deploy/models/write.py v1`, once a format.

Beside each directory a JSON file holds rows and what the model answered when it was written. Models of earlier formats
are never written again: they are what people have.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.sparse import csr_matrix

from gnn2mlp import LinkPredictor, NodeClassifier, NodeRegressor
from gnn2mlp.deploy import calibrated
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.students import LinkStudent

HERE = Path(__file__).parent
NODES = 48
SMALL: dict[str, Any] = {
    "teacher": {"name": "gcn", "hidden": 4, "epochs": 20},
    "student": {"name": "mlp", "hidden": 4},
    "distill": {"epochs": 20},
}
ROW = {"metric": "accuracy", "value": 0.75, "low": 0.6, "high": 0.86, "population": "unseen", "nodes": 40}
ABOUT = {"name": "A fixture", "license": "apache-2.0", "metrics": [ROW], "limits": ["It is made of random numbers."]}


def main() -> None:
    """Write all of them under a prefix that no other format has."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prefix", help="such as v1")
    prefix = parser.parse_args().prefix
    if list(HERE.glob(f"{prefix}-*")):
        raise SystemExit(f"models of {prefix} are there, and have to stay as they are")
    for name, (model, rows) in {"features": features(), "labels": labels(), "numbers": numbers()}.items():
        write(f"{prefix}-{name}", model, rows, rows.tolist())
    model, table = columns()
    write(f"{prefix}-columns", model, table, table.astype(object).where(table.notna(), None).to_dict("list"))
    write_links(f"links-{prefix}")


def write(name: str, model: Any, rows: Any, written: Any) -> None:
    """A model, and what it answers."""
    model.save(HERE / name, ABOUT)
    answers = {"rows": written, "kind": type(model).__name__, "predict": model.predict(rows).tolist()}
    if hasattr(model.predictor_, "predict_proba"):
        answers["predict_proba"] = model.predict_proba(rows).tolist()
        answers["outlier_score"] = model.predictor_.outlier_score(rows).tolist()
    if model.predictor_.calibration is not None and model.predictor_.calibration.conformal:
        answers["predict_set"] = model.predictor_.predict_set(rows).tolist()
    (HERE / f"{name}.json").write_text(json.dumps(answers, indent=1) + "\n")


def write_links(name: str) -> None:
    """A model of links between rows of a table, and what it answers."""
    table = pd.DataFrame(
        {
            "page": [f"p{row}" for row in range(8)],
            "likes": [3, 50, 7, 1, 99, 20, 4, 8],
            "kind": ["bar", "shop", "bar", "café", "shop", "bar", "café", "bar"],
        }
    )
    columns = TableEncoder().fit(table.drop(columns="page"))
    student = LinkStudent({"name": "mlp", "hidden": 4, "norm": "batch"}, {"name": "hadamard", "hidden": 4}, width=3)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = student.network(columns.num_features, 1)
    made = LinkPredictor(student, module, columns.num_features, columns=columns)
    row = {"metric": "auc", "value": 0.75, "low": 0.6, "high": 0.86, "population": "new-new", "pairs": 40}
    made.save(HERE / name, {**ABOUT, "metrics": [row], "columns": {"page": "id"}})
    pairs = [["p0", "p3"], ["p4", "p1"], ["p7", "p7"]]
    found = made.index(table, "page").top("p2", 3)
    answers = {
        "rows": table.to_dict("list"),
        "pairs": pairs,
        "score_pairs": made.score_pairs(table, pairs, "page").tolist(),
        "top": {"node": "p2", "ids": found.ids.tolist(), "scores": found.scores.tolist()},
    }
    (HERE / f"{name}.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")


def graph() -> tuple[np.ndarray, np.ndarray]:
    """Features, and edges between nodes whose first feature is alike."""
    x = np.random.default_rng(0).normal(size=(NODES, 4)).astype(np.float32)
    order = np.argsort(x[:, 0])
    return x, np.stack([order[:-1], order[1:]])


def features() -> tuple[NodeClassifier, np.ndarray]:
    """One of two classes, standardised, with a threshold and a calibration."""
    x, edges = graph()
    y = np.array(["ant", "bee"], dtype=object)[(x[:, 0] > 0).astype(int)]
    made = NodeClassifier(**SMALL, inputs="standardise", threshold="f1").fit(x, y, edge_index=edges)
    made.predictor_ = calibrated(made.predictor_, x, y)
    return made, x[:5].astype(float).round(3)


def labels() -> tuple[NodeClassifier, np.ndarray]:
    """Several labels a node."""
    x, edges = graph()
    return NodeClassifier(**SMALL).fit(csr_matrix(x), (x[:, :3] > 0).astype(float), edge_index=edges), x[:5].round(3)


def numbers() -> tuple[NodeRegressor, np.ndarray]:
    """One number a node."""
    x, edges = graph()
    return NodeRegressor(**SMALL).fit(x, 10 * x[:, 0] + 3, edge_index=edges), x[:5].round(3)


def columns() -> tuple[NodeClassifier, pd.DataFrame]:
    """A table with a column of every type, gaps among them."""
    x, edges = graph()
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "likes": np.where(random.random(NODES) < 0.1, np.nan, np.exp(5 + 2 * x[:, 0]).round()),
            "verified": x[:, 1] > 0,
            "kind": np.array(["bar", "shop", "café"], dtype=object)[random.integers(3, size=NODES)],
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(1000, size=NODES), unit="D"),
            "tags": [list(np.array(["red", "green", "blue"])[random.random(3) < 0.5]) for _ in range(NODES)],
            "about": [" ".join(random.choice(["news", "cats", "food", "music"], 3)) for _ in range(NODES)],
            "vector": [each.round(3).tolist() for each in x[:, 1:3].astype(float)],
            "constant": 1,
        }
    )
    table["since"] = table["since"].dt.strftime("%Y-%m-%d")
    links = pd.DataFrame({"source": edges[0], "target": edges[1]})
    y = np.array(["politician", "tvshow", "government"], dtype=object)[np.digitize(x[:, 0], [-0.5, 0.5])]
    made = NodeClassifier(**SMALL, columns={"likes": "log", "about": "text"}).fit(table, y, edges=links)
    made.predictor_ = calibrated(made.predictor_, table, y)
    rows = table.iloc[:5].copy()
    rows.loc[0, ["likes", "kind"]] = [None, "never seen"]
    return made, rows


if __name__ == "__main__":
    main()

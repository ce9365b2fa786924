"""Public graphs as the tables that a company has: ids of text, columns of all types with gaps, edges that lead nowhere.

    python benchmarks/production/company_tables.py facebook --data-root DATA --out tables/facebook [--labelled 0.05]

Four files come out: `nodes.csv` (or `.parquet`), the rows that exist on the day of training, most of them without a
label; `edges.parquet`, all links, also those to rows that do not exist yet; `new.parquet`, the rows that appear later;
and `truth.parquet`, the label of every row, which training never sees.

What is real in the columns: words, and of Twitch the views, the day of joining and whether the streamer is a partner
(`verified`). The others are drawn, and say nothing of the label: tables have such columns, too. A twentieth of each
column but the words is missing.
"""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse

from gnn2mlp.core.seeds import derive

NEW, GAPS, TODAY = 0.2, 0.05, np.datetime64("2024-01-01")
COUNTRIES = ("AT", "BR", "DE", "FR", "IN", "JP", "MX", "NG", "PL", "US", None)
FILES = {"facebook": "facebook_pagepage", "github": "github", **{f"twitch-{c}": f"twitch_{c}" for c in ("DE", "EN")}}
CLASSES = {"twitch": ("everyone", "mature")}


class Company(NamedTuple):
    """The tables of one company: `nodes`, `edges`, the rows `new` on the day after, and `truth` of all rows."""

    nodes: pd.DataFrame
    edges: pd.DataFrame
    new: pd.DataFrame
    truth: pd.DataFrame

    def write(self, folder: Path, nodes: str = "nodes.csv") -> None:
        """Write the four tables into `folder`; the suffix of `nodes` says in which form."""
        folder.mkdir(parents=True, exist_ok=True)
        if nodes.endswith(".csv"):
            self.nodes.to_csv(folder / nodes, index=False)
        else:
            self.nodes.to_parquet(folder / nodes, index=False)
        for name in ("edges", "new", "truth"):
            getattr(self, name).to_parquet(folder / f"{name}.parquet", index=False)


def company(name: str, root: Path, labelled: float, seed: int = 0) -> Company:
    """The tables made of a graph.

    Args:
        name: a key of `FILES`.
        root: folder of the data sets, with `musae/`.
        labelled: share of the rows of `nodes` whose label is known.
        seed: of ids, of the drawn columns, and of who is labelled and who comes later.
    """
    arrays = dict(np.load(root / "musae" / f"{FILES[name]}.npz"))
    random = np.random.default_rng(derive(seed, f"company/{name}"))
    rows = len(arrays["y"])
    ids = np.array([f"{name[:2]}-{number:06d}" for number in random.permutation(rows)], dtype=object)
    classes = np.array(CLASSES.get(name.partition("-")[0]) or arrays["class_names"], dtype=object)
    table = pd.DataFrame({"page_id": ids, **_columns(arrays, rows, random)})
    kind = classes[arrays["y"]]
    later = random.random(rows) < NEW
    known = ~later & (random.random(rows) < labelled)
    source, target = arrays["edge_index"]
    table["kind"] = np.where(known, kind, None)
    return Company(
        table[~later].reset_index(drop=True),
        pd.DataFrame({"source": ids[source], "target": ids[target]}),
        table[later].drop(columns="kind").reset_index(drop=True),
        pd.DataFrame({"page_id": ids, "kind": kind, "new": later, "labelled": known}),
    )


def _columns(arrays: dict[str, Any], rows: int, random: np.random.Generator) -> dict[str, Any]:
    """All columns but ids and labels."""
    words = scipy.sparse.csr_matrix(
        (arrays["x_data"], arrays["x_indices"], arrays["x_indptr"]), shape=tuple(arrays["x_shape"])
    )
    parts = np.split(words.indices, words.indptr[1:-1])
    days = arrays.get("days", random.integers(30, 4000, rows))
    columns = {
        "description": [" ".join(f"w{word}" for word in part) for part in parts],
        "joined": TODAY - days.astype("timedelta64[D]"),
        "country": np.array(COUNTRIES, dtype=object)[random.integers(len(COUNTRIES), size=rows)],
        "channel": np.array(["web", "app", "partner"], dtype=object)[random.choice(3, rows, p=[0.6, 0.3, 0.1])],
        "verified": arrays.get("partner", random.random(rows) < 0.3),
        "rating": np.round(random.normal(3.5, 0.8, rows), 2),
    }
    if "views" in arrays:
        columns["views"] = arrays["views"].astype(np.float64)
    table = pd.DataFrame(columns).astype({"joined": "datetime64[s]", "verified": "boolean"})
    for name in [column for column in table if column != "description"]:
        table.loc[random.random(rows) < GAPS, name] = None
    return dict(table.items())


def main() -> None:
    """Write the tables of one company."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=FILES)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--labelled", type=float, default=0.05, help="share of the rows whose label is known")
    parser.add_argument("--nodes", default="nodes.csv", help="name, and by its suffix form, of the table of rows")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tables = company(options.name, options.data_root, options.labelled, options.seed)
    tables.write(options.out, options.nodes)
    for name, table in tables._asdict().items():
        print(f"{name:<6} {len(table):>8,} rows  {', '.join(table.columns)}")


if __name__ == "__main__":
    main()

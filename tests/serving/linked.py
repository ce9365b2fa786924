"""A small model of links with columns of a table, and tables of nodes for it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.deploy.link_search import Best
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.serving.link_questions import top_question
from gnn2mlp.serving.links import ServedLinks, load_links
from gnn2mlp.serving.settings import NodeFiles
from tests.deploy.links import DECODERS, make

COUNT = 24
READS = ["likes", "kind"]


def table(count: int = COUNT) -> pd.DataFrame:
    """Nodes p0, p1, ... with a number and a category each."""
    rng = np.random.default_rng(0)
    kinds = rng.choice(["shop", "club", "zoo"], count)
    likes = rng.normal(50, 20, count).round(3)
    return pd.DataFrame({"page": [f"p{row}" for row in range(count)], "likes": likes, "kind": kinds})


NODES = table()
NEW: dict[str, Any] = {"likes": 41.5, "kind": "club"}
KNOWN = [("p3", "p7"), ("p9", "p3")]


def model(decoder: Any = DECODERS[1]) -> LinkPredictor:
    """A seeded, untrained model of these columns."""
    return make(decoder, columns=TableEncoder().fit(NODES[READS]))


def saved(folder: Path, onnx: bool = True, decoder: Any = DECODERS[1]) -> Path:
    """Its directory."""
    made = model(decoder)
    made.save(folder / "pages", {"name": "Pages", "columns": {"page": "id"}})
    if onnx:
        made.to_onnx(folder / "pages")
    return folder / "pages"


def files(folder: Path, nodes: pd.DataFrame = NODES, **more: Any) -> NodeFiles:
    """The nodes as a Parquet table in a folder, and links that are known."""
    nodes.to_parquet(folder / "nodes.parquet", index=False)
    pd.DataFrame(KNOWN, columns=["from", "to"]).to_csv(folder / "known.csv", index=False)
    return NodeFiles(folder / "nodes.parquet", **more)


def loaded(folder: Path, **more: Any) -> ServedLinks:
    """The model with its nodes as a server holds it."""
    return load_links(saved(folder), files=files(folder, **more))


def searched(model: ServedLinks, value: Any, k: int) -> list[Best]:
    """The best candidates of nodes, as a server asks for them."""
    question = top_question(value, k, model, 99)
    (embeddings,) = model.judge([question])
    return [one for part in question.searches(model, embeddings) for one in model.judge([part])[0]]


def ids_of(found: list[dict[str, Any]]) -> list[Any]:
    """Of candidates."""
    return [one["page"] for one in found]

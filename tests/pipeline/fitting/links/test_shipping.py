"""What a fit of links leaves behind."""

import json
import subprocess
import sys

import numpy as np
import pyarrow.csv as csv
import pytest

from gnn2mlp.deploy.directory import verify
from gnn2mlp.pipeline.fitting.links.fit import LinkFitResult


def test_the_directory_says_how_good_the_model_is_in_both_metrics(linked: LinkFitResult) -> None:
    assert linked.out is not None
    config = verify(linked.out)
    told = {(row["metric"], row["model"], row["population"]) for row in config["metrics"]}
    assert {("auc", "student", "overall"), ("hits@20", "student", "overall"), ("auc", "mlp", "old-new")} <= told
    card = (linked.out / "README.md").read_text()
    assert linked.verdict in card.replace("\n", " ")
    assert "among as many random pairs as there are links" in card
    assert json.loads((linked.out / "scores.json").read_text())["shipped"]["refit"] is True
    assert {"report.html", "profile.json", "student.safetensors"} <= {path.name for path in linked.out.iterdir()}


def test_a_new_process_loads_it_without_the_training_side(linked: LinkFitResult) -> None:
    """A row that no table of training had is compared with all nodes."""
    assert linked.out is not None
    program = f"""
import sys
import pyarrow as pa, pyarrow.csv as csv
from gnn2mlp.deploy import LinkPredictor
model = LinkPredictor.load({str(linked.out)!r})
nodes = csv.read_csv({str(linked.out.parent / "nodes.csv")!r})
row = nodes.slice(3, 1)
new = row.set_column(nodes.column_names.index("page"), "page", pa.array(["brand new"]))
both = pa.concat_tables([nodes, new])
top = model.top(both, "brand new", k=2)
print(top.ids.tolist()[0] == row["page"][0].as_py() or float(top.scores[0]))
bad = [name for name in ("torch_geometric", "ogb", "gnn2mlp.data", "gnn2mlp.teachers") if name in sys.modules]
print(bad)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_pairs_of_ids_are_scored_alike_in_both_directions(linked: LinkFitResult) -> None:
    assert linked.out is not None
    nodes = csv.read_csv(linked.out.parent / "nodes.csv")
    model, ids = linked.predictor(), nodes["page"].to_pylist()
    there = model.score_pairs(nodes, [(ids[0], ids[4]), (ids[0], ids[1])])
    back = model.score_pairs(nodes, [(ids[4], ids[0]), (ids[1], ids[0])])
    assert there == pytest.approx(back)
    assert np.isfinite(there).all()

"""An extra input of one's own: how many neighbours a node has, beside its features."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import load_dataset
from gnn2mlp.deploy import Predictor
from gnn2mlp.inputs import Inputs
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.pipeline import RunConfig, run


class WithDegree(Inputs):
    """The features, and the logarithm of the degree divided by the largest one that training saw."""

    needs_graph = True

    def __init__(self, weight: float = 1.0):
        self.weight = weight

    def fit_graph(self, graph) -> None:
        self.largest_ = graph.degree.log1p().max()

    def rows(self, graph) -> Features:
        dense = graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features
        return torch.cat([dense, self.weight * graph.degree.log1p()[:, None] / self.largest_], dim=1)

    def transform(self, features: Features) -> Features:
        raise self._refuse_alone()

    def state(self):
        return {"largest": self.largest_}

    def load_state(self, state) -> None:
        self.largest_ = state["largest"]


def test_it_reaches_the_student_and_ships_with_it(tmp_path: Path) -> None:
    config = RunConfig(
        inputs=WithDegree(2.0),
        seeds=1,
        latency=False,
        out=tmp_path / "run",
        cache=tmp_path / "c",
        distill={"epochs": 20},
    )
    run(config)
    student, graph = Predictor.load(tmp_path / "run" / "student"), load_dataset("digits")
    rows = student.inputs.rows(graph)
    assert rows.shape[1] == graph.num_features + 1 == student.num_features
    accuracy = np.mean(student.predict(rows).astype(str) == np.array(graph.class_names)[graph.labels].astype(str))
    assert accuracy > 0.5
    with pytest.raises(Exception, match=f"expected {student.num_features} features per row"):
        student.predict(graph.features)
    with pytest.raises(ConfigError, match=r"make the rows with inputs.rows\(graph\)"):
        student.inputs.transform(graph.features)

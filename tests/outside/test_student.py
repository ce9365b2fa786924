"""A student from outside the package, of torch's own layers, which know no sparse rows of ours."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from torch import Tensor, nn

from gnn2mlp import Predictor, RunConfig, run
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.students import Student


class Net(nn.Module):
    def __init__(self, num_features: int, hidden: int, num_classes: int):
        super().__init__()
        self.first, self.last = nn.Linear(num_features, hidden), nn.Linear(hidden, num_classes)

    def forward(self, x: Tensor) -> MLPOutput:
        hidden = self.first(x).tanh()
        return MLPOutput(self.last(hidden), hidden)


class Tanh(Student):
    """One hidden layer with another activation."""

    name = "tanh"
    citation = "LeCun et al., Efficient BackProp, 1998, section 4.4"

    def __init__(self, hidden: int = 8):
        self.hidden = hidden

    def build(self, num_features: int, num_classes: int) -> Net:
        return Net(num_features, self.hidden, num_classes)


@pytest.mark.parametrize("given", ["dense", "sparse"])
def test_is_distilled_scored_timed_and_loaded_from_rows_of_few_words(tmp_path: Path, given: str) -> None:
    random = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = (random.random((90, 120)) < 0.02).astype(np.float32)
    x[np.arange(90), y] = 1  # the class is a word
    edges = np.stack([np.arange(87), np.arange(87) + 3])
    rows = csr_matrix(x)
    parts = {"x_data": rows.data, "x_indices": rows.indices, "x_indptr": rows.indptr, "x_shape": rows.shape}
    np.savez(tmp_path / "words.npz", y=y, edge_index=edges, **({"x": x} if given == "dense" else parts))
    made = run(
        RunConfig(
            dataset=str(tmp_path / "words.npz"),
            student=Tanh(),
            seeds=1,
            device="cpu",
            distill={"epochs": 30},
            out=tmp_path / "out",
            cache=tmp_path / "cache",
        )
    )
    assert made.summary["student"]["test"]["mean"] > 0.7
    loaded = Predictor.load(tmp_path / "out" / "student")
    np.testing.assert_allclose(loaded.predict_proba(x), loaded.predict_proba(rows), rtol=1e-5)
    assert type(loaded.module) is Net
    assert torch.equal(loaded.module.first.weight, made.predictor().module.first.weight)

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.explore import code_map
from gnn2mlp.knowledge import TeacherKnowledge
from tests.tiny import random_knowledge

MEANING = "Neighbours stay together; distances and axes mean nothing."
IDS = torch.tensor([4, 0, 7, 2])


def _cross(**values: Any) -> TeacherKnowledge:
    """Four codes on a cross that is longer along its second axis, each with one node, and one code far away without."""
    every = {
        "codebook": torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0], [0.0, -3.0], [50.0, 50.0]]),
        "code": torch.tensor([0, 1, 2, 3]),
        "code_indices": torch.tensor([[0, 1], [1, 0], [2, 3], [3, 2]], dtype=torch.int32),
        "code_probabilities": torch.tensor([[0.75, 0.25], [1.0, 0.0], [0.4, 0.4], [0.9, 0.1]]),
        "code_unit_length": torch.tensor(False),
        **values,
    }
    return TeacherKnowledge(IDS, every)


def test_principal_components_are_those_of_the_codes_in_use() -> None:
    found = code_map(_cross())
    # The longer bar becomes the first axis; the code without nodes has a place and no weight.
    np.testing.assert_allclose(found.codes, [[0, 1], [0, -1], [3, 0], [-3, 0], [50, 50]], atol=1e-12)
    np.testing.assert_allclose(found.explained, (0.9, 0.1))
    np.testing.assert_array_equal(found.usage, [1, 1, 1, 1, 0])
    np.testing.assert_array_equal(found.code, [0, 1, 2, 3])


def test_a_node_is_the_mean_of_its_codes_by_probability() -> None:
    # 0.75 · 1 - 0.25 · 1 = 0.5; what a row lacks to 1 does not pull it to the origin: 0.4 and 0.4 count as halves.
    np.testing.assert_allclose(code_map(_cross()).nodes, [[0, 0.5], [0, -1], [0, 0], [-2.4, 0]], atol=1e-6)


def test_unit_length_is_the_geometry_that_is_drawn() -> None:
    codes = code_map(_cross(code_unit_length=torch.tensor(True))).codes
    np.testing.assert_allclose(np.hypot(*codes.T), np.ones(5))


def test_the_map_does_not_depend_on_the_sign_of_the_axes() -> None:
    codes = code_map(_cross(codebook=-_cross()["codebook"])).codes
    np.testing.assert_allclose(codes, -code_map(_cross()).codes, atol=1e-12)


@pytest.mark.parametrize("codebook", [torch.ones(5, 1), torch.arange(5.0)[:, None]])
def test_a_codebook_of_width_one_has_a_flat_map(codebook: torch.Tensor) -> None:
    found = code_map(_cross(codebook=codebook))
    assert np.isfinite(found.codes).all()
    np.testing.assert_array_equal(found.codes[:, 1], 0)
    assert found.explained is not None
    assert found.explained[1] == 0


def test_tsne_repeats_itself_and_explains_nothing() -> None:
    knowledge = random_knowledge(torch.arange(20))
    first, again = (code_map(knowledge, "tsne", seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.nodes, again.nodes)
    assert (first.codes.shape, first.nodes.shape, first.explained) == ((6, 2), (20, 2), None)
    assert first.rows is None
    assert first.note == f"t-SNE. {MEANING}"


def test_umap_lays_out_codes_and_nodes_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Reducer:
        """In place of the library's, which is compiled for ten seconds before its first answer."""

        def __init__(self, **options: Any):
            asked.append(options)

        def fit_transform(self, points: np.ndarray) -> np.ndarray:
            return points[:, :2].astype(np.float32)

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Reducer))  # type: ignore[arg-type]
    knowledge = random_knowledge(torch.arange(20))
    found = code_map(knowledge, "umap", seed=3)
    np.testing.assert_allclose(found.codes, knowledge["codebook"].numpy()[:, :2], rtol=1e-6)
    assert found.nodes.shape == (20, 2)
    assert found.note == f"UMAP. {MEANING}"
    code_map(knowledge, "umap", seed=4)
    assert asked[0]["random_state"] != asked[1]["random_state"]
    assert asked[0]["n_jobs"] == 1
    assert asked[0]["n_neighbors"] == 15
    neighbours, distances = asked[0]["precomputed_knn"]
    assert neighbours.shape == distances.shape == (len(found.codes) + 20, 15)
    np.testing.assert_allclose(distances[:, 0], 0, atol=1e-5)  # each point is the nearest to itself
    assert (np.diff(distances) >= 0).all()


def test_umap_that_is_not_installed_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"pip install 'gnn2mlp\[umap\]'"):
        code_map(random_knowledge(torch.arange(20)), "umap")


def test_more_nodes_than_a_sample_are_sampled_by_seed_and_that_is_told() -> None:
    knowledge = random_knowledge(torch.arange(40))
    found = code_map(knowledge, "tsne", seed=3, most=12)
    assert found.rows is not None
    assert found.nodes.shape == (12, 2)
    np.testing.assert_array_equal(found.code, knowledge["code"].numpy()[found.rows])
    assert found.usage.sum() == 40
    assert found.note == f"t-SNE of a sample: 12 of 40 nodes. {MEANING}"
    assert code_map(knowledge, most=12).nodes.shape == (40, 2)  # principal components need no sample


def test_another_projection_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="expected one of pca, tsne, umap, got 't-sne'; did you mean 'tsne'"):
        code_map(_cross(), "t-sne")  # type: ignore[arg-type]


def test_knowledge_without_soft_codes_is_refused() -> None:
    with pytest.raises(MissingKnowledgeError, match="'code_indices', 'code_probabilities'"):
        code_map(_cross().select(["code", "codebook", "code_unit_length"]))

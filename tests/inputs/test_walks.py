"""Random walks and vectors of nodes."""

import builtins
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.inputs._walks import ENDED, Sentences, random_walks, skip_gram
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph


def test_steps_go_along_edges_from_every_node() -> None:
    adjacency = tiny_graph().adjacency
    walks = random_walks(adjacency, 3, 7, np.random.default_rng(0))
    assert walks.shape == (180, 7)
    assert np.array_equal(np.bincount(walks[:, 0]), np.full(60, 3))
    dense = adjacency.to_dense().numpy()
    going = walks[:, 1:] != ENDED
    assert (dense[walks[:, :-1][going], walks[:, 1:][going]] > 0).all()
    ended = ~going & (walks[:, :-1] != ENDED)
    assert (dense[walks[:, :-1][ended]].sum(1) == 0).all()  # only where nothing leads on
    assert np.array_equal(walks, random_walks(adjacency, 3, 7, np.random.default_rng(0)))


def test_neighbours_are_drawn_by_the_weight_of_their_edges() -> None:
    star = torch.tensor([[0.0, 3.0, 1.0], [3.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    walks = random_walks(CSR.from_dense(star), 4000, 2, np.random.default_rng(0))
    from_centre = walks[walks[:, 0] == 0][:, 1]
    assert np.mean(from_centre == 1) == pytest.approx(0.75, abs=0.03)


def test_a_walk_ends_at_a_node_without_neighbours() -> None:
    one_way = CSR.from_dense(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    walks = random_walks(one_way, 1, 4, np.random.default_rng(0))
    assert sorted(walks.tolist()) == [[0, 1, ENDED, ENDED], [1, ENDED, ENDED, ENDED]]
    assert [*map(len, Sentences(walks))].count(1) == 1


def test_nodes_that_are_near_on_walks_have_vectors_that_are_near() -> None:
    """Two cliques of five, joined by nothing."""
    clique = torch.ones(5, 5) - torch.eye(5)
    adjacency = CSR.from_dense(torch.block_diag(clique, clique))
    walks = random_walks(adjacency, 20, 20, np.random.default_rng(0))
    vectors = skip_gram(walks, 10, 8, window=3, epochs=5, negative=0, seed=0)
    assert vectors.shape == (10, 8)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    assert cosine[:5, :5].mean() > cosine[:5, 5:].mean() + 0.3
    assert np.array_equal(vectors, skip_gram(walks, 10, 8, window=3, epochs=5, negative=0, seed=0))


def test_without_gensim_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("gensim"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConfigError, match=r"positions from random walks need gensim.*gnn2mlp\[walks\]"):
        skip_gram(np.zeros((1, 1), dtype=np.int32), 1, 2, 1, 1, 0, 0)

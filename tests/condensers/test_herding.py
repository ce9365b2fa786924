import numpy as np
import torch

from gnn2mlp.condensers import Herding
from gnn2mlp.condensers.herding import herded, mean_embeddings
from tests.condensers.sets import graph_set, observed


def test_each_choice_brings_the_mean_nearest() -> None:
    rows = np.random.default_rng(0).random((12, 3))
    order = list(herded(rows))
    assert sorted(order) == list(range(12))
    for count in range(1, 6):
        begun = rows[order[: count - 1]].sum(0)
        left = [one for one in range(12) if one not in order[: count - 1]]
        far = [np.linalg.norm((begun + rows[one]) / count - rows.mean(0)) for one in left]
        assert left[int(np.argmin(far))] == order[count - 1]


def test_embeddings_are_those_of_dense_matrices() -> None:
    features = np.random.default_rng(1).random((graph_set().num_nodes, 2)).astype(np.float32)
    graphs = graph_set(features=features)
    links = torch.eye(graphs.num_nodes, dtype=torch.float64)
    links[graphs.edge_index[1], graphs.edge_index[0]] = 1
    average = links / links.sum(1, keepdim=True)
    kinds = [torch.nn.functional.one_hot(graphs.node_codes[:, field], 3) for field in (0, 1)]
    kinds[0] = kinds[0][:, : graphs.code_sizes[0]]
    rows = average @ average @ torch.cat([*kinds, graphs.features.double()], 1)
    known = torch.stack([rows[graphs.graph_of_node == one].mean(0) for one in range(60)])
    assert np.allclose(mean_embeddings(graphs, 2), known.numpy())


def test_the_mean_of_a_few_is_nearer_than_that_of_the_first() -> None:
    seen = observed()
    training = seen.graphs.take(seen.train)
    members = training.labels == 0
    embeddings = mean_embeddings(training, 2)[members.numpy()]
    chosen = mean_embeddings(Herding(graphs=4).condense(seen).parts, 2)[:4]
    aim = embeddings.mean(0)
    assert np.linalg.norm(chosen.mean(0) - aim) < np.linalg.norm(embeddings[:4].mean(0) - aim)

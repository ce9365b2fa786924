from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.condensers import DistilledSet, Herding, Mirage
from gnn2mlp.condensers._set import as_labels
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.data import load_graph_set
from gnn2mlp.tasks import GraphMultiTask
from tests.condensers.sets import graph_set, observed


@pytest.fixture(scope="module")
def small() -> DistilledSet:
    return Mirage(support=0.3).condense(observed())


def test_graphs_are_unions_of_their_parts(small: DistilledSet) -> None:
    graphs = small.as_graph_set()
    number = next(one for one in range(len(small)) if small.set_offsets.diff()[one] > 1)
    parts = small.set_parts[small.set_offsets[number] : small.set_offsets[number + 1]]
    one, known = graphs.batch([number]), small.parts.batch(parts)
    assert torch.equal(one.node_codes, known.node_codes)
    assert torch.equal(one.edge_index, known.edge_index)
    assert torch.equal(one.edge_codes, known.edge_codes)
    assert torch.equal(one.degrees, known.degrees)
    assert int(one.roots.sum()) == len(parts)
    assert one.weights.tolist() == [float(small.set_weight[number])]
    assert graphs.labels.tolist() == small.set_class.tolist()
    assert graphs.num_nodes == small.trained_nodes > small.nodes


def test_edges_lead_from_child_to_parent(small: DistilledSet) -> None:
    parts = small.parts
    child, parent = parts.edge_index
    assert bool((parent < child).all())
    assert torch.equal(torch.bincount(child, minlength=parts.num_nodes), (~parts.roots).long())


def test_a_file_gives_back_what_was_saved(small: DistilledSet, tmp_path: Path) -> None:
    path = tmp_path / "set.safetensors"
    small.described(split={"digest": "abc", "seed": 0}).save(path)
    found = DistilledSet.load(path)
    assert found.digest == small.digest
    assert found.as_graph_set().digest == small.as_graph_set().digest
    assert found.card["split"] == {"digest": "abc", "seed": 0}
    assert found.card["digest"] == small.digest
    assert found.parts.task == small.parts.task
    assert found.parts.code_sizes == small.parts.code_sizes
    assert small.bytes < path.stat().st_size


def test_whole_graphs_and_other_tasks_are_saved_too(tmp_path: Path) -> None:
    labels = (np.arange(60) % 2)[:, None]
    task = GraphMultiTask(["active"])
    features = np.random.default_rng(0).random((graph_set().num_nodes, 2))
    graphs = graph_set(labels=labels, class_names=None, task=task, features=features, edge_codes=None)
    small = Herding(graphs=2).condense(observed(graphs))
    small.save(tmp_path / "set.safetensors")
    found = DistilledSet.load(tmp_path / "set.safetensors")
    assert found.depth is None
    assert found.as_graph_set().digest == small.as_graph_set().digest
    assert found.as_graph_set().labels.tolist() == [[0.0], [0.0], [1.0], [1.0]]
    assert found.as_graph_set().roots is None


def test_names_of_fields_survive(tmp_path: Path) -> None:
    small = Mirage(depth=1, support=0.2).condense(observed(load_graph_set("motif-graphs")))
    small.save(tmp_path / "set.safetensors")
    parts = DistilledSet.load(tmp_path / "set.safetensors").parts
    assert (parts.node_fields, parts.categories, parts.name) == (
        small.parts.node_fields,
        small.parts.categories,
        "motif-graphs",
    )


def test_a_file_of_something_else_is_refused(small: DistilledSet, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ArtefactError, match="holds something else"):
        small.save(tmp_path / "notes.txt")
    with pytest.raises(ArtefactError, match="no such file"):
        DistilledSet.load(tmp_path / "none.safetensors")


def test_a_network_with_more_layers_is_refused(small: DistilledSet) -> None:
    small.check_layers(2, "gin")
    with pytest.raises(ConfigError, match="trees of depth 2 determine networks of up to 2 layers, got 5"):
        small.check_layers(5, "gin")
    Herding(graphs=1).condense(observed()).check_layers(9, "gin")


def test_another_split_is_refused(small: DistilledSet) -> None:
    made = small.described(split={"digest": "abc", "seed": 4, "scheme": {"name": "own"}})
    made.check_split("abc", "run")
    small.check_split("abc", "run")
    with pytest.raises(ConfigError, match=r"made from another split \(abc\).*own, seed 4"):
        made.check_split("def", "run")


def test_labels_take_the_form_of_the_task() -> None:
    classes = torch.tensor([1, 0, -1])
    assert as_labels(classes, GraphMultiTask(["a"])).isnan().tolist() == [[False], [False], [True]]
    assert as_labels(classes, graph_set().task) is classes


def test_a_view_has_the_set_in_place_of_its_training_graphs(small: DistilledSet) -> None:
    seen = observed()
    view = small.replacing(seen)
    assert view.train.numel() == len(small)
    made = replace(small.as_graph_set(), code_sizes=seen.graphs.code_sizes)
    assert view.graphs.take(view.train).digest == made.digest
    valid = view.graphs.take(view.valid)
    known = seen.graphs.take(seen.valid)
    assert torch.equal(valid.labels, known.labels)
    assert torch.equal(valid.edge_index, known.edge_index)
    assert valid.roots is not None
    assert bool(valid.roots.all())
    assert view.train_labels[view.valid].tolist() == [-1] * seen.valid.numel()

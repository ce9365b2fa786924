from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp import NodeClassifier
from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.explore import disagreement
from gnn2mlp.explore.disagree import kinds_of_nodes, links_of
from tests.helpers import tiny_arrays, tiny_graph, tiny_hypergraph


@pytest.fixture(scope="module")
def fitted() -> tuple[NodeClassifier, Any, np.ndarray, np.ndarray]:
    x, y, edges = tiny_arrays(nodes=120)
    given = np.where(np.arange(120) % 5 < 2, y, -1)
    options = {
        "teacher": {"name": "vq", "codes": 8, "encoder": {"name": "gcn", "hidden": 8, "epochs": 10}},
        "method": "vqgraph",
        "student": {"name": "mlp", "hidden": 8},
        "distill": {"epochs": 10},
    }
    return NodeClassifier(**options, random_state=0).fit(x, given, edge_index=edges), x, y, given


def test_an_estimator_is_judged_on_nodes_whose_labels_it_was_not_given(fitted: Any) -> None:
    model, x, y, given = fitted
    plain = np.zeros(120, dtype=int)
    found = disagreement(model, y, features=x, against={"mlp": plain})
    table = found.answered
    assert [int(one) for one in table.ids] == np.flatnonzero(given < 0).tolist()
    assert table.models == ("teacher", "student", "mlp")
    assert (table.errors["student"] == (model.predict(x) != y)[given < 0]).all()
    assert {"degree", "homophily", "distance", "code", "class", "answer"} == set(table.groups)
    assert len(found.by("code")) > 0
    unlike = disagreement(model, y, features=x, nodes=np.arange(10))
    assert len(unlike.answered.ids) == 10


def test_what_an_estimator_needs_is_asked_for(fitted: Any) -> None:
    model, x, y, _ = fitted
    with pytest.raises(DataError, match="labels of all nodes and the features"):
        disagreement(model)
    with pytest.raises(DataError, match="expected the 120 rows that fit was given, got 9"):
        disagreement(model, y[:9], features=x[:9])
    with pytest.raises(DataError, match="known class of at least one node"):
        disagreement(model, np.full(120, -1), features=x)


def test_arrays_of_any_type_of_class() -> None:
    truth = np.array(["b", None, "a", "b"], dtype=object)
    found = disagreement({"student": np.array(["b", "a", "b", "b"])}, truth)
    assert found.answered.classes == ("a", "b")
    assert found.answered.ids == ["0", "2", "3"]
    assert found.answered.errors["student"].tolist() == [0, 1, 0]
    assert found.slices().empty or not found.slices()["holds"].any()
    numbers = disagreement({"student": np.array([1.0, 2.0, 1.0])}, np.array([1.0, np.nan, 2.0]))
    assert numbers.answered.errors["student"].tolist() == [0, 1]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="classes: expected one of 0, 1, got 2"):
        disagreement({"student": np.array([2, 0])}, np.array([0, 1]))
    with pytest.raises(DataError, match="of every model"):
        disagreement({"student": np.array([1, 0, 1])}, np.array([0, 1]))
    with pytest.raises(DataError, match="edge_index: expected"):
        disagreement({"student": np.array([1, 0])}, np.array([0, 1]), edge_index=[[0], [9]])
    with pytest.raises(DataError, match="without labels"):
        disagreement({"student": np.array([1, 0])})


def test_a_folder_without_the_file_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="gnn2mlp disagree"):
        disagreement(tmp_path)


def test_graphs_and_hypergraphs_have_kinds_of_nodes() -> None:
    for data in (tiny_graph(), tiny_hypergraph()):
        links = links_of(data)
        kinds = kinds_of_nodes(links, data.degree.numpy(), data.labels.numpy(), np.array([0, 1]))
        assert set(kinds) == {"degree", "homophily", "distance"}
        assert np.diff(links.indptr).tolist() == data.degree.tolist()

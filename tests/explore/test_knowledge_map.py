import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError, MissingKnowledgeError
from gnn2mlp.explore import Named, knowledge_map
from gnn2mlp.explore.map_packing import unpack
from gnn2mlp.nn import CSR
from tests.tiny import random_knowledge

# The teacher saw every second node of twenty.
SEEN = torch.arange(0, 20, 2)
LABELS = np.arange(20) % 3


def test_it_shows_the_nodes_that_the_teacher_saw_with_all_that_is_known_of_them() -> None:
    knowledge = random_knowledge(SEEN, classes=3)
    answers = LABELS.copy()
    answers[4] = (answers[4] + 1) % 3
    found = knowledge_map(
        knowledge,
        CSR.from_dense(torch.eye(20)),
        edge_index=[[0, 2, 1], [2, 4, 2]],
        labels=LABELS,
        answers=answers,
        names=[f"page {i}" for i in range(20)],
        columns={"role": Named(np.arange(20) % 2, ("train", "test")), "followers": np.arange(20)},
        texts={0: "pages about owls"},
    )
    assert found.nodes == 10
    assert {f"page {i}" for i in SEEN.tolist()} == set(found.ids)
    assert list(found.columns)[:4] == ["class", "student", "student is", "teacher is"]
    assert list(found.columns)[-2:] == ["role", "followers"]
    pytest.importorskip("pandas")
    frame = found.frame().set_index("id")
    assert frame["followers"].to_dict() == {f"page {i}": float(i) for i in SEEN.tolist()}
    assert frame["student is"].to_dict() == {f"page {i}": "wrong" if i == 4 else "right" for i in SEEN.tolist()}
    header, arrays = unpack(found.packed)
    degree = dict(zip(header["ids"], arrays["degree"].tolist(), strict=True))
    assert degree["page 2"] == 2  # the edge to node 1, which the teacher did not see, does not count
    assert header["codes"]["texts"] == {"0": "pages about owls"}
    assert "principal components" in header["notes"][0].lower()


def test_a_projection_of_a_sample_shows_the_sample() -> None:
    found = knowledge_map(random_knowledge(SEEN, classes=3), labels=LABELS, projection="tsne", most=6)
    assert found.nodes == 6
    assert found.notes[0].startswith("t-SNE of a sample: 6 of 10 nodes")


def test_a_column_of_other_nodes_is_refused() -> None:
    with pytest.raises(DataError, match="column 'role': expected one for each node of the full graph, at least 19"):
        knowledge_map(random_knowledge(SEEN, classes=3), columns={"role": np.arange(10)})


def test_knowledge_without_codes_is_refused() -> None:
    with pytest.raises(MissingKnowledgeError, match="code_indices"):
        knowledge_map(random_knowledge(SEEN, classes=3).select(["logits"]))

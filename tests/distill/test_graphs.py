from dataclasses import replace
from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.core.seeds import generator
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.graphs import DistinctNodes, GraphRows, answered, check_inputs, check_of_graphs, node_sets
from gnn2mlp.distill.learner import Learner
from gnn2mlp.inputs import Standardise
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.set_network import SET_POOLINGS
from gnn2mlp.objectives import AdversarialFeatures, HardLabels, LinkLabels, Objective, SoftLabels
from gnn2mlp.students import MLPStudent, SetMLP
from tests.graphs import graph_views, random_graphs

GRAPHS = random_graphs(count=30)
OBSERVED = graph_views(GRAPHS).observed
SMALL = SetMLP(hidden=8)


def table(outputs: int = 2) -> TeacherKnowledge:
    logits = torch.randn(OBSERVED.graph_ids.numel(), outputs, generator=torch.Generator().manual_seed(0))
    return TeacherKnowledge(OBSERVED.graph_ids, {"logits": logits})


def rows(batch_size: int = 8) -> GraphRows:
    tables = {"teacher": table()}
    return GraphRows(OBSERVED, "cpu", batch_size, generator(0, "batches"), SoftLabels(), tables)


def test_sets_are_the_nodes_of_the_graphs_in_their_order() -> None:
    ids = torch.tensor([3, 0])
    batch, sets = GRAPHS.batch(ids), node_sets(GRAPHS, ids)
    assert torch.equal(sets.set_of_row, batch.graph_of_node)
    assert torch.equal(sets.rows.to_dense()[:, :3].argmax(1), batch.node_codes[:, 0])  # type: ignore[union-attr,index]


@pytest.mark.parametrize("pool", SET_POOLINGS)
@pytest.mark.parametrize("features", [0, 2])
def test_equal_nodes_are_read_once_and_counted(pool: Any, features: int) -> None:
    graphs = random_graphs(count=30, features=features)
    assert graphs.node_codes is not None
    graphs.node_codes[:3] = -1  # what no value of a field is
    module, ids = SetMLP(hidden=8, pool=pool).network(5 + features, 2).eval(), torch.tensor([4, 0, 29])
    found, whole = DistinctNodes(graphs).sets(ids), node_sets(graphs, ids)
    torch.testing.assert_close(module(found).logits, module(whole).logits)
    assert (found.rows.shape[0] < whole.rows.shape[0]) == (not features)


def test_an_epoch_visits_every_graph_once_with_the_teachers_row() -> None:
    source, module = rows(), SMALL.network(5, 2)
    batches = list(source.batches("all", module))
    assert len(batches) == source.steps("all")
    assert torch.cat([b.rows for b in batches]).sort().values.tolist() == list(range(len(OBSERVED.graphs)))
    first = batches[0]
    assert torch.equal(first.knowledge("logits"), table()["logits"][first.rows])
    assert torch.equal(first.labels, OBSERVED.train_labels[first.rows])
    assert first.output.logits.shape == (first.rows.numel(), 2)


def test_labels_of_validation_graphs_train_nothing() -> None:
    labelled = torch.cat([b.rows[b.labels >= 0] for b in rows().batches("all", SMALL.network(5, 2))])
    assert sorted(labelled.tolist()) == OBSERVED.train.tolist()


def test_distilling_is_the_same_twice_and_follows_the_teacher() -> None:
    distiller = Distiller(epochs=30, lr=0.02)
    made = [distiller.fit(SetMLP(hidden=32, dropout=0.0), SoftLabels(), OBSERVED, table()) for _ in range(2)]
    said = [answered(one.module, OBSERVED.graphs).logits for one in made]
    assert torch.equal(*said)
    assert made[0].history.loss[-1] < made[0].history.loss[0] / 2
    assert made[0].num_features == 5


def test_batch_normalisation_never_meets_a_graph_alone() -> None:
    odd = replace(OBSERVED, train=OBSERVED.train[:7])
    for batch_size in (1, 2):
        result = Distiller(epochs=1, batch_size=batch_size).fit(SetMLP(hidden=4, norm="batch"), HardLabels(), odd)
        assert len(result.history.loss) == 1


def test_several_tasks_with_gaps() -> None:
    observed = graph_views(random_graphs(count=40, tasks=2)).observed
    found = Distiller(epochs=3).fit(SMALL, HardLabels(), observed)
    assert len(found.history.valid) == 3
    assert answered(found.module, observed.graphs).logits.shape == (len(observed.graphs), 2)


def test_a_student_of_graphs_may_teach_the_next() -> None:
    learner = Learner(Distiller(epochs=2), SMALL, OBSERVED)
    first = learner.fit(HardLabels())
    written = learner.write(first)
    torch.testing.assert_close(written["logits"], answered(first.module, OBSERVED.graphs).logits)
    assert learner.fit(SoftLabels(), tables={"teacher": written}).card["knowledge"] == written.digest


@pytest.mark.parametrize("objective", [LinkLabels(), AdversarialFeatures()], ids=["pairs", "rows"])
def test_what_reads_nodes_or_links_is_refused(objective: Objective) -> None:
    with pytest.raises(DataError, match=r"sets of nodes that nothing links; expected one of .*soft_labels"):
        check_of_graphs(objective, GRAPHS.task, "random")


def test_other_students_inputs_and_tables_are_refused() -> None:
    with pytest.raises(ConfigError, match="take the student set_mlp"):
        Distiller(epochs=1).fit(MLPStudent(hidden=8), HardLabels(), OBSERVED)
    with pytest.raises(ConfigError, match="for whole graphs expected 'features'"):
        check_inputs(Standardise())
    with pytest.raises(MissingKnowledgeError):
        Distiller(epochs=1).fit(SMALL, SoftLabels(), OBSERVED)

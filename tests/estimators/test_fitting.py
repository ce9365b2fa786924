import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import Observed
from gnn2mlp.estimators.bars import stages
from gnn2mlp.estimators.fitting import Fitted, Plan, Read, observe, read_features, train
from gnn2mlp.estimators.linking import Links
from gnn2mlp.estimators.nodes import Nodes, read_nodes
from gnn2mlp.estimators.targets import class_targets
from gnn2mlp.methods.composed import Composed
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.teachers.gcn import GCN
from tests.estimators.conftest import Tiny


def plan(teacher: object = "gcn", method: object = "glnn", student: object = "mlp", **distill: object) -> Plan:
    return Plan.make(teacher, method, student, "features", distill or None, "cpu", 0)


def view(tiny: Tiny, fraction: float = 0.2) -> Observed:
    read = read_features(Nodes(tiny.X, False, tiny.y), None)
    graph = Links(tiny.edges).join(read.x, class_targets(tiny.y, None, None, None))
    return observe(graph, fraction, None, 0)


def trained(made: Plan, observed: Observed) -> Fitted:
    with stages(False) as stage:
        return train(made, observed, Read(observed.graph.features, False), None, stage)


@pytest.mark.parametrize("teacher", ["gcn", Spec("gcn"), {"name": "gcn"}, GCN()])
def test_a_component_by_name_spec_mapping_or_object(teacher: object) -> None:
    assert plan(teacher).teacher == GCN()


@pytest.mark.parametrize(
    ("distill", "message"),
    [
        (5, "distill: expected a mapping of options such as {'epochs': 200}, or None, got 5"),
        ("epochs", "distill: expected a mapping of options.*got 'epochs'"),
        ({1: 2}, "distill 'distill' has no option '1'"),
    ],
)
def test_distill_is_a_mapping_of_options(distill: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Plan.make("gcn", "glnn", "mlp", "features", distill, "cpu", 0)


def test_an_object_is_copied() -> None:
    given = GCN(hidden=7)
    made = plan(given).teacher
    assert made == given
    assert made is not given


def test_an_objective_is_a_method() -> None:
    objective = 0.5 * HardLabels() + 0.5 * SoftLabels()
    assert plan(method=objective).method == Composed(objective)
    assert plan(method=GLNN(hard_weight=0.5)).method == GLNN(hard_weight=0.5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"teacher": "gnc"}, "unknown teacher 'gnc'; did you mean 'gcn'"),
        ({"method": "gln"}, "unknown method 'gln'; did you mean 'glnn'"),
        ({"student": "mpl"}, "unknown student 'mpl'; did you mean 'mlp'"),
        ({"teacher": Spec("gcn", hiden=3)}, "no option 'hiden'; did you mean 'hidden'"),
        ({"epoch": 3}, "no option 'epoch'; did you mean 'epochs'"),
        ({"teacher": 3}, "expected a name or a mapping with the key 'name', got 3"),
    ],
)
def test_settings_that_cannot_work(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plan(**settings)


def test_the_view_divides_the_labelled_nodes(tiny: Tiny) -> None:
    observed = view(tiny)
    assert (observed.train.numel(), observed.valid.numel()) == (24, 6)
    assert torch.cat([observed.train, observed.valid]).sort().values.tolist() == list(range(30))
    assert observed.node_ids.tolist() == list(range(90))


def test_training_reads_single_precision_and_remembers_doubles(tiny: Tiny) -> None:
    for dtype, doubles in ((np.float64, True), (np.float32, False), (np.int64, False)):
        read = read_features(Nodes(tiny.X.astype(dtype), False, tiny.y), None)
        assert (read.x.dtype, read.doubles, read.encoder) == (torch.float32, doubles, None)
    with pytest.raises(ConfigError, match="columns: expected X as a table with named columns"):
        read_features(Nodes(tiny.X, False, tiny.y), {"price": "log"})


def test_tables_are_encoded_by_what_their_columns_hold() -> None:
    nodes = read_nodes({"id": ["a", "b", "c"], "likes": [1, 2, 3], "kind": ["x", "y", "x"]}, id_column="id")
    read = read_features(nodes, {"kind": "drop"})
    assert [column.encoder.name for column in read.encoder.columns] == ["number", "drop"]
    assert read.x.shape == (3, 1)


def test_a_method_without_knowledge_trains_no_teacher(tiny: Tiny) -> None:
    made = trained(plan(method="mlp", epochs=3), view(tiny))
    assert (made.teacher, made.knowledge, list(made.history)) == (None, None, ["student"])
    assert made.predictor.card["teacher"] is None


def test_the_card_says_how_it_came_about(tiny: Tiny) -> None:
    observed = view(tiny)
    made = trained(plan(Spec("gcn", epochs=3), epochs=4), observed)
    card = made.predictor.card
    assert (card["teacher"]["name"], card["teacher"]["epochs"], card["method"]["name"]) == ("gcn", 3, "glnn")
    assert (card["observed"], card["seed"], card["distill"]["epochs"]) == (observed.digest, 0, 4)
    assert card["knowledge"] == made.knowledge.digest
    assert (len(card["history"]["teacher"]["loss"]), len(card["history"]["student"]["loss"])) == (3, 4)


@pytest.mark.parametrize(("method", "teacher"), [("krd", "gcn"), ("vqgraph", "vq")])
def test_codes_and_reliability_are_taught_as_soft_labels_are(tiny: Tiny, method: str, teacher: str) -> None:
    made = plan({"name": "gcn", "hidden": 8, "epochs": 5}, method, epochs=5)
    assert made.teacher.name == teacher
    fitted = trained(made, view(tiny, 0.25))
    assert fitted.knowledge is not None
    assert made.method.teacher_keys <= set(fitted.knowledge.values)
    assert fitted.predictor.predict(tiny.X).shape == tiny.y.shape

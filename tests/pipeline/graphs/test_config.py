from typing import Any

import pytest

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError


def test_what_is_not_named_is_what_predicts_graphs() -> None:
    config = RunConfig(task="graph").resolve()
    assert config.of_graphs
    names = (config.dataset.name, config.teacher.name, config.method.name, config.student.name)
    assert names == ("motif-graphs", "graph_gin", "glnn", "set_mlp")
    assert config.split is not None
    assert config.split.name == "fraction"


def test_students_of_graphs_train_with_settings_of_their_own() -> None:
    config = RunConfig(task="graph").resolve()
    assert (config.distill["batch_size"], config.distill["weight_decay"]) == (64, 0.0)
    assert config.method.options["hard_weight"] == 0.5
    assert config.student.options["dropout"] == 0.0
    own = RunConfig(task="graph", method={"name": "glnn", "hard_weight": 0.0}, distill={"batch_size": 8}).resolve()
    assert own.distill["batch_size"] == 8
    assert own.method.options["hard_weight"] == 0.0
    assert RunConfig(dataset="digits").resolve().distill["batch_size"] == 512


def test_teachers_go_by_their_short_names() -> None:
    named = [RunConfig(task="graph", teacher=name).resolve().teacher.name for name in ("gin", "graph_gcn", "gat")]
    assert named == ["graph_gin", "graph_gcn", "graph_gat"]


def test_a_resolved_configuration_is_a_valid_one() -> None:
    config = RunConfig(task={"name": "graph", "metric": "roc_auc"}, teacher="gcn").resolve()
    again = RunConfig(**config.to_dict())
    assert again.resolve().identity() == config.identity()
    assert not {"setting", "export", "unseen_fraction", "previous"} & config.to_dict().keys()
    assert config.folder().name.startswith("motif-graphs-graph_gcn-glnn-graphs-")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"setting": "inductive"}, "setting: graphs that are tested never exist in training"),
        ({"method": "auto"}, "searches for methods of nodes"),
        ({"refit": True}, "refit"),
        ({"decoder": "dot"}, "decoder: it scores pairs of nodes"),
        ({"teacher": "sage"}, "teacher 'sage' does not answer for whole graphs; expected one of .*gin"),
        ({"teacher": "gni"}, "did you mean 'gin'"),
        ({"student": "mlp"}, "expected one that reads sets of nodes: set_mlp"),
        ({"method": "llp"}, "predicts links, and --task graph predicts whole graphs"),
        ({"inputs": "standardise"}, "for whole graphs expected 'features'"),
        ({"teacher": {"name": "gin", "hidden": 0}}, "hidden"),
    ],
)
def test_what_does_not_apply_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RunConfig(task="graph", **settings).resolve()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dataset": "motif-graphs"}, "is a set of whole graphs: add --task graph"),
        ({"student": "set_mlp"}, "reads the nodes of whole graphs: add --task graph"),
        ({"teacher": "graph_gin"}, "answers for whole graphs: add --task graph"),
    ],
)
def test_graphs_in_a_run_of_nodes_are_told_of_the_task(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RunConfig(**settings).resolve()

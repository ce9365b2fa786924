import pytest

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.pipeline.task_words import parse_task
from gnn2mlp.tasks import LinkPrediction


def test_a_word_a_mapping_and_an_object_say_the_same() -> None:
    forms = ["link", {"name": "link"}, LinkPrediction()]
    assert len({repr(RunConfig(task=form).resolve()) for form in forms}) == 1
    assert RunConfig(task={"name": "link", "metric": "mrr"}).resolve().task == {"name": "link", "metric": "mrr"}


def test_options_of_a_task_of_nodes_stay_what_they_were() -> None:
    assert parse_task({"metric": "macro_f1"}) == {"metric": "macro_f1"}
    assert parse_task(None) is parse_task("node") is None
    assert parse_task({"name": "node", "metric": "macro_f1"}) == {"metric": "macro_f1"}
    assert not RunConfig(task="node").of_links
    assert RunConfig(task="node") == RunConfig()


@pytest.mark.parametrize(
    ("task", "message"),
    [("lnik", "expected 'node', 'link' or 'graph', got 'lnik'; did you mean 'link'"), ("regression", "the data say")],
)
def test_another_word_is_refused(task: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RunConfig(task=task)


def test_what_is_not_named_is_what_predicts_links() -> None:
    config = RunConfig(task="link").resolve()
    assert (config.method.name, config.split.name, config.decoder.name) == ("llp", "edges", "hadamard")
    assert (config.teacher.name, config.teacher.options["encoder"]["name"]) == ("link", "sage")
    assert config.task == {"name": "link", "metric": "auc"}
    assert RunConfig(task="link", teacher="gcn").resolve().teacher.options["encoder"]["name"] == "gcn"
    assert RunConfig(task="link", method="link_mlp").resolve().teacher.name == "link"
    assert RunConfig(task="link", teacher="heuristic").resolve().teacher.name == "heuristic"
    assert RunConfig(task="link", method="ehdm").resolve().teacher.name == "heuristic"


def test_weights_are_those_of_the_data_set_and_the_setting_and_say_who_chose_them() -> None:
    here = RunConfig(task="link", dataset="citeseer").resolve()
    later = RunConfig(task="link", dataset="citeseer", setting="production").resolve()
    assert here.recipe == "links.yaml, chosen by its authors"
    assert later.recipe == "links.yaml, chosen by benchmarks/links_weights.py"
    names = ("distribution_weight", "rank_weight", "label_weight", "margin")
    assert [here.method.options[name] for name in names] == [0.001, 1000.0, 0.001, 0.1]
    assert [later.method.options[name] for name in names] == [0.001, 1.0, 0.1, 0.1]
    assert later.split.options["new_nodes"] == later.split.options["test"] == 0.3
    assert here.split.options["test"] == 0.1
    assert [later.export[f"contexts_{name}"] for name in ("hops", "random", "near")] == [1, 5, 3]
    physics = RunConfig(task="link", dataset="coauthor-physics", setting="production").resolve()
    assert physics.split.options["new_nodes"] == 0.1
    assert physics.distill["lr"] == 0.004  # of large graphs, whose trainings are short


def test_what_is_said_wins_over_a_recipe() -> None:
    config = RunConfig(
        task="link",
        dataset="cora",
        method={"name": "llp", "margin": 0.3},
        teacher="gcn",
        split={"name": "edges", "test": 0.2},
        export={"contexts_near": 5},
    ).resolve()
    assert (config.method.options["margin"], config.method.options["rank_weight"]) == (0.3, 1.0)
    assert config.split.options["test"] == 0.2
    assert (config.export["contexts_near"], config.export["contexts_hops"]) == (5, 2)
    assert RunConfig(task="link", dataset="cora", recipe=False).resolve().student.options["hidden"] == 128


def test_a_resolved_configuration_stays_as_it_is(tmp_path) -> None:
    config = RunConfig(task="link", dataset="cora", setting="production", out=tmp_path).resolve()
    assert config.resolve().to_dict() == config.to_dict()
    assert RunConfig(**config.to_dict()).resolve().to_dict() == config.to_dict()
    config.save(tmp_path / "config.yaml")
    assert RunConfig.from_yaml(tmp_path / "config.yaml").resolve().to_dict() == config.to_dict()
    assert "unseen_fraction" not in config.to_dict()
    assert config.identity() != RunConfig(task="link", dataset="cora", out=tmp_path).resolve().identity()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"task": "link", "setting": "inductive"}, "setting: 'inductive' is of nodes; for links expected"),
        ({"setting": "production"}, r"setting: 'production' is of links \(--task link\)"),
        ({"decoder": "dot"}, "decoder: it scores pairs of nodes"),
        ({"task": "link", "method": "auto"}, "method: 'auto' searches for methods of nodes.*llp"),
        ({"task": "link", "unseen_fraction": 0.5}, "unseen_fraction: it is of nodes.*split.new_nodes"),
        ({"task": "link", "previous": "old"}, "previous: it is of nodes"),
        ({"task": "link", "previous_weight": 0.3}, "previous_weight: it is of nodes"),
        ({"task": "link", "refit": True}, "refit: a student of links is the one that was scored"),
        ({"task": "link", "setting": "prodction"}, "did you mean 'production'"),
    ],
)
def test_settings_that_go_with_the_other_task_are_refused_at_once(settings: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RunConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "llp"}, "method 'llp' predicts links: add --task link .*glnn"),
        ({"task": "link", "method": "glnn"}, "method 'glnn' says what nodes are, and --task link.*llp"),
        ({"task": "link", "teacher": "vq"}, "teacher 'vq' says what nodes are.*heuristic or link, or a network.*sage"),
        ({"task": "link", "teacher": "heuristic", "method": "embedding_match"}, "does not provide 'hidden'"),
        ({"task": "link", "split": {"name": "edges", "new_nodes": 0.3}}, "split.new_nodes: the setting is 'transd"),
        ({"teacher": "link"}, "teacher 'link' scores pairs of nodes: add --task link"),
        ({"task": "link", "inputs": "hops"}, "inputs 'hops' reads more than features.*features, .*standardise"),
        ({"task": {"name": "link", "metrik": "auc"}}, "did you mean 'metric'"),
        ({"task": {"name": "link", "metric": "hits@10"}}, "expected one of auc"),
        ({"task": "link", "split": "per_class"}, "unknown link split 'per_class'"),
        ({"task": "link", "decoder": "hadamad"}, "did you mean 'hadamard'"),
    ],
)
def test_what_cannot_work_is_said_before_any_data_are_read(settings: dict, message: str) -> None:
    with pytest.raises((ConfigError, UnknownNameError), match=message):
        RunConfig(**settings).resolve()

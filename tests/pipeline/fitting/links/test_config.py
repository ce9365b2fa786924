"""Settings of a fit of links."""

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import FitConfig, LinkFitConfig

TABLES: dict[str, Any] = {"nodes": "n.csv", "edges": "e.csv", "id": "page"}


def test_everything_that_is_left_open_is_written_out() -> None:
    found = LinkFitConfig(**TABLES).resolve(100)
    assert (found.setting, found.method.name, found.teacher.name) == ("transductive", "llp", "link")
    assert found.split.options["test"] == 0.1
    assert found.task.to_dict() == {"name": "link", "metric": "auc"}
    assert LinkFitConfig(**found.to_dict()).resolve(100).identity() == found.identity()


def test_a_teacher_that_is_left_open_is_one_that_can_teach_the_method() -> None:
    found = LinkFitConfig(**TABLES, method="ehdm").resolve(100)
    assert found.teacher.name == "heuristic"
    assert LinkFitConfig(**found.to_dict()).resolve(100).identity() == found.identity()
    with pytest.raises(ConfigError, match="teacher 'sage' does not provide .* teachers that do: heuristic"):
        LinkFitConfig(**TABLES, method="ehdm", teacher="sage").resolve(100)
    with pytest.raises(ConfigError, match="'graph_gin' says what whole graphs are, .* expected heuristic or link"):
        LinkFitConfig(**TABLES, teacher="graph_gin").resolve(100)


def test_times_say_that_some_nodes_come_later() -> None:
    assert LinkFitConfig(**TABLES, time="since").resolve(100).setting == "production"
    assert LinkFitConfig(**TABLES, time="since").taken == ("page", "since")
    assert LinkFitConfig(**TABLES, time="since", columns={"since": "date"}).taken == ("page",)
    with pytest.raises(ConfigError, match="split.new_nodes: the setting is 'transductive', in which no node is new"):
        LinkFitConfig(**TABLES, split={"name": "edges", "new_nodes": 0.3}).resolve(100)
    LinkFitConfig(**TABLES, split={"name": "edges", "new_nodes": 0.1}).resolve(100)
    with pytest.raises(ConfigError, match="'transductive' knows no new nodes, and --time since"):
        LinkFitConfig(**TABLES, time="since", setting="transductive").resolve(100)


def test_large_tables_take_fewer_epochs_of_larger_batches() -> None:
    small, large = (LinkFitConfig(**TABLES).resolve(rows, 10 * rows) for rows in (100, 200_000))
    assert large.distill["batch_size"] > small.distill["batch_size"]
    assert large.distill["epochs"] < small.distill["epochs"]
    assert large.teacher.options["epochs"] < small.teacher.options["epochs"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "kind"}, "label: links are learnt from the edges.*leave out --label kind"),
        ({"label": ["a", "b"]}, "leave out --label a,b"),
        ({"method": "glnn"}, "method 'glnn' says what nodes are, and --task link predicts links"),
        ({"method": "link_mlp"}, "'link_mlp' has no teacher"),
        ({"method": "llpp"}, "did you mean 'llp'"),
        ({"method": "auto"}, "'auto' searches for methods of nodes; for links expected one of ehdm"),
        ({"source": "a"}, "expected both columns of the edges, or neither"),
        ({"source": "a", "target": "a"}, "expected two columns of the edges, got 'a' for both ends"),
        ({"inputs": "positions"}, "inputs: 'positions' read more than columns"),
        ({"split": {"name": "edges", "tset": 0.1}}, "did you mean 'test'"),
        ({"decoder": "hadamrd"}, "did you mean 'hadamard'"),
        ({"task": {"name": "link", "metric": "hits@10"}}, "hits@20"),
        ({"task": "classification"}, "task: expected 'link', got 'classification'; for labels take FitConfig"),
        ({"setting": "inductive"}, "transductive"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        LinkFitConfig(**{**TABLES, **changes}).resolve(100)


def test_labels_and_links_name_each_other() -> None:
    with pytest.raises(ConfigError, match="task: 'link' reads no labels; take LinkFitConfig"):
        FitConfig(**TABLES, label="kind", task="link").resolve(100)


def test_a_file_of_settings_is_read(tmp_path: Path) -> None:
    (tmp_path / "fit.yaml").write_text("nodes: n.csv\nedges: e.csv\nid: page\ntask: link\n")
    assert LinkFitConfig.from_yaml(tmp_path / "fit.yaml").seeds == (0,)

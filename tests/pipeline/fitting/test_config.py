from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline.fitting.config import FitConfig


def config(**changes: Any) -> FitConfig:
    return FitConfig(**{"nodes": "n.csv", "edges": "e.csv", "id": "page", "label": "kind", "out": "m", **changes})


def test_a_resolved_configuration_is_a_valid_input() -> None:
    found = config(teacher={"name": "gcn", "hidden": 8}, columns={"price": "log"}).resolve(100)
    assert FitConfig(**found.to_dict()).resolve(100).to_dict() == found.to_dict()
    assert found.teacher.options["epochs"] == 200
    assert found.split == Spec("hash", train=0.5, valid=0.2, every_class=False)
    assert found.task == Spec("classification")


def test_yaml_is_read(tmp_path: Path) -> None:
    path = tmp_path / "fit.yaml"
    path.write_text("nodes: n.csv\nedges: e.parquet\nid: page\nlabel: kind\ndistill: {epochs: 3}\n")
    assert FitConfig.from_yaml(path).distill == {"epochs": 3}


def test_a_column_chooses_the_split() -> None:
    assert config(time="since").resolve(9).split == Spec("time", train=0.6, valid=0.2, later=0.2, every_class=False)
    assert config(group="shop", split={"name": "group", "held": 0.4}).resolve(9).split.options["held"] == 0.4
    assert config(split={"name": "hash", "train": 0.6}).resolve(9).split.options["valid"] == 0.2


def test_what_is_split_by_is_no_feature_unless_it_has_an_encoder() -> None:
    assert config(time="since").taken == ("page", "kind", "since")
    assert config(time="since", columns={"since": "date"}).taken == ("page", "kind")


def test_several_label_columns_are_several_labels() -> None:
    assert config(label=["a", "b"]).resolve(9).task == Spec("multi_label")
    assert config(label=["a", "b"], task="regression").resolve(9).task == Spec("regression")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time": "a", "group": "b"}, "expected a column of times or one of groups, got both"),
        ({"split": "time"}, "split: 'time' goes by a column; name it with --time COLUMN"),
        ({"split": "hash", "time": "a"}, "split: 'hash' does not go by the column --time a"),
        ({"label": ["a", "b"], "task": "classification"}, "label: expected one column of classes, got 2"),
        ({"task": "regresion"}, "unknown task 'regresion'; did you mean 'regression'?"),
        ({"teacher": {"name": "sage", "hiden": 3}}, "did you mean 'hidden'?"),
        ({"method": "glnnn"}, "did you mean 'glnn'?"),
        ({"distill": {"epoch": 3}}, "did you mean 'epochs'?"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_resolved(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        config(**changes).resolve(9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": []}, "label: expected the name of a column, or several, each once"),
        ({"unseen": 1.0}, "unseen: expected a number less than 1, got 1.0"),
        ({"device": "tpu"}, "device: expected auto, cpu, cuda or cuda:N"),
        ({"threads": 0}, "threads: expected 'auto' or a number of at least 1"),
        ({"lable": "x"}, r"unknown setting 'lable'; did you mean 'label'\?"),
    ],
)
def test_what_cannot_work_is_refused_at_once(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config(**changes)


def test_places_decide_nothing() -> None:
    one, other = config().resolve(9), config(out="elsewhere", threads=2, device="cpu").resolve(9)
    assert one.identity() == other.identity()
    assert one.identity() != config(seed=1).resolve(9).identity()

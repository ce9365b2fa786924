from pathlib import Path

import pytest

from gnn2mlp import RunConfig
from gnn2mlp.condensers import DistilledSet
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.pipeline.condense import CondenseConfig, condense
from gnn2mlp.pipeline.graphs.opening import opened_graphs
from gnn2mlp.pipeline.graphs.training_set import condensed_set, taught_view
from gnn2mlp.pipeline.job import label
from tests.graphs import SMALL
from tests.pipeline.graphs.test_seed import silent


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    config = CondenseConfig(dataset=SMALL["dataset"], seeds=[0], out=folder / "small")
    condense(config, {"name": "mirage", "depth": 1, "support": 0.2}, listen=silent)
    return folder / "small"


def config(out: Path, sets: Path, layers: int = 1, seeds: object = (0,)) -> RunConfig:
    teacher = {"name": "gin", "hidden": 8, "layers": layers, "epochs": 2}
    settings = {**SMALL, "teacher": teacher, "seeds": seeds, "train_on": sets}
    return RunConfig(**settings, out=out / "run", cache=out / "cache").resolve()


def test_the_set_takes_the_place_of_the_training_graphs_alone(sets: Path, tmp_path: Path) -> None:
    chosen = config(tmp_path, sets)
    with opened_graphs(chosen, chosen.folder(), silent) as job:
        split = job.split(0)
        small, view = condensed_set(job, 0, split), taught_view(job, 0, split)
    assert small is not None
    assert view.train.numel() == len(small)
    assert view.valid.numel() == split.valid.numel()
    assert view.graphs.roots is not None
    assert view.graphs.roots[view.graphs.node_offsets[len(small)] :].all()


def test_a_set_of_other_graphs_is_refused(sets: Path, tmp_path: Path) -> None:
    own = config(tmp_path, sets)
    other = own.dataset.override(graphs=own.dataset.options["graphs"], seed=9)
    chosen = own.model_copy(update={"dataset": other})
    with (
        pytest.raises(ConfigError, match="graphs or labels have changed since"),
        opened_graphs(chosen, chosen.folder(), silent),
    ):
        pass
    small = DistilledSet.load(sets / f"{label(0)}.safetensors")
    with pytest.raises(ConfigError, match=r"made from motif-graphs, and the graphs of the run are nci1; name a set of"):
        small.check_data("nci1", "abc", "train_on")


def test_a_truncated_file_is_told_as_damaged(sets: Path, tmp_path: Path) -> None:
    whole = (sets / f"{label(0)}.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtefactError, match=r"cut\.safetensors"):
        DistilledSet.load(tmp_path / "cut.safetensors")


def test_depth_and_seed_are_checked_before_training(sets: Path, tmp_path: Path) -> None:
    for wrong, message in (
        (config(tmp_path, sets, layers=2), "trees of depth 1 determine networks of up to 1 layers, got 2"),
        (config(tmp_path, sets, seeds=(1,)), "expected a set for seed 1"),
        (config(tmp_path, sets / f"{label(0)}.safetensors", seeds=(1,)), "made from another split"),
    ):
        with pytest.raises(ConfigError, match=message), opened_graphs(wrong, wrong.folder(), silent):
            pass

import json
from pathlib import Path

import pytest
import yaml

from gnn2mlp.condensers import DistilledSet, Herding
from gnn2mlp.core.errors import ArtefactError, ConfigError, UnknownNameError
from gnn2mlp.data import load_graph_set, split_graphs
from gnn2mlp.pipeline.condense import CondenseConfig, CondenseResult, condense, set_for


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CondenseResult:
    return condense(CondenseConfig(seeds=[0, 4], out=tmp_path_factory.mktemp("sets") / "trees"))


def test_each_seed_has_a_set_of_its_split(made: CondenseResult) -> None:
    graphs = load_graph_set("motif-graphs")
    for seed in (0, 4):
        small = DistilledSet.load(made.out / f"seed-00{seed}.safetensors")
        assert small.digest == made.sets[seed].digest
        small.check_split(split_graphs(graphs, CondenseConfig().resolve().split, seed).digest, "test")
        assert small.card["seed"] == seed
    assert made.sets[0].digest != made.sets[4].digest
    written = json.loads((made.out / "condense.json").read_text())
    assert written == json.loads(json.dumps(made.results))
    assert [one["set"]["nodes"] for one in written["seeds"]] == [one.nodes for one in made.sets.values()]


def test_the_configuration_makes_the_same_again(made: CondenseResult, tmp_path: Path) -> None:
    config = CondenseConfig(**yaml.safe_load((made.out / "condense.yaml").read_text()))
    again = condense(config.model_copy(update={"out": tmp_path / "again"}))
    assert [one.digest for one in again.sets.values()] == [one.digest for one in made.sets.values()]
    assert condense(config).out == made.out  # the same may be there


def test_another_configuration_is_not_written_over(made: CondenseResult) -> None:
    with pytest.raises(ConfigError, match="holds sets with another method; choose another --out"):
        condense(CondenseConfig(seeds=[0, 4], out=made.out), "random")


def test_condensers_are_given_by_name_object_or_options(tmp_path: Path) -> None:
    config = CondenseConfig(seeds=[0])
    found = [
        condense(config.model_copy(update={"out": tmp_path / str(number)}), method, **options).sets[0]
        for number, (method, options) in enumerate(
            [("herding", {"graphs": 2}), (Herding(graphs=2), {}), ({"name": "herding"}, {"graphs": 2})]
        )
    ]
    assert len({one.digest for one in found}) == 1


def test_options_that_are_left_open_are_the_recipes() -> None:
    method = CondenseConfig(method={"name": "mirage", "support": 0.3}).resolve().method
    assert (method.options["depth"], method.options["support"]) == (1, 0.3)
    assert CondenseConfig().resolve().folder().name.startswith("motif-graphs-mirage-")


def test_wrong_settings_are_named_before_anything_is_read() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'mirage'"):
        condense(CondenseConfig(), "mirge")
    with pytest.raises(ConfigError, match="has no option 'suport'; did you mean 'support'"):
        condense(CondenseConfig(), "mirage", suport=0.1)
    with pytest.raises(ConfigError, match="unknown setting 'teacher'"):
        CondenseConfig(teacher="gin")
    with pytest.raises(ConfigError, match="expected at least one seed"):
        CondenseConfig(seeds=[])


def test_a_run_takes_the_set_of_its_seed(made: CondenseResult, tmp_path: Path) -> None:
    assert set_for(made.out, 4).digest == made.sets[4].digest
    assert set_for(made.out / "seed-000.safetensors", 7).digest == made.sets[0].digest
    with pytest.raises(ConfigError, match=r"a set for seed 1 in .*, found seed-000, seed-004"):
        set_for(made.out, 1)
    with pytest.raises(ArtefactError, match="no such file"):
        set_for(tmp_path / "none.safetensors", 0)

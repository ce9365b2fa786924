"""Settings chosen on validation: they fill in what is open, yield to what is said, and say where they come from."""

import json
import math
from pathlib import Path

import pytest
import yaml

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import DATASETS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline import RunConfig
from gnn2mlp.pipeline.recipes import filled, find, recipes
from gnn2mlp.teachers import TEACHERS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("recipe", recipes(), ids=str)
def test_a_recipe_names_what_there_is_and_resolves(recipe) -> None:
    assert set(recipe.when) <= {"dataset", "method", "teacher", "setting"}
    assert set(recipe.when.get("dataset", ())) <= set(DATASETS.names())
    assert set(recipe.when["method"]) <= set(METHODS.names())
    assert set(recipe.when.get("teacher", ())) <= set(TEACHERS.names())
    run = {key: values[0] for key, values in recipe.when.items()}
    task = {"task": "link"} if METHODS.get(run["method"]).unit == "pair" else {}
    assert RunConfig(**run, **task).resolve().recipe == str(recipe)
    for word in recipe.chosen.split():
        if word.startswith("benchmarks/"):
            assert (ROOT / word).exists()


def test_the_short_command_has_the_chosen_settings() -> None:
    config = RunConfig(dataset="cpf-citeseer", method="krd").resolve()
    assert (config.teacher.name, config.teacher.options["weight_decay"]) == ("gcn", 0.01)
    assert config.student.options["dropout"] == 0.3
    assert config.distill["weight_decay"] == 0.005
    assert config.recipe == "cpf-citeseer.yaml, chosen by benchmarks/tuning/krd_cpf-citeseer.yaml"
    unseen = RunConfig(dataset="cpf-cora", method="krd", setting="inductive").resolve()
    assert unseen.method.options["neighbour_weight"] == 0.3


def test_a_teacher_that_is_not_named_is_the_recipes() -> None:
    tokenizer = RunConfig(dataset="cpf-cora", method="vqgraph").resolve().teacher
    assert (tokenizer.name, tokenizer.options["encoder"]["name"], tokenizer.options["codes"]) == ("vq", "gat", 512)
    assert RunConfig(dataset="dblp4k", method="light_hgnn").resolve().teacher.name == "hgnn"
    assert RunConfig(dataset="dblp4k", method="light_hgnn", teacher="unigcn").resolve().teacher.name == "unigcn"


def test_what_is_said_wins() -> None:
    config = RunConfig(
        dataset="cpf-citeseer",
        method="vqgraph",
        teacher={"name": "vq", "encoder": {"name": "gcn", "dropout": 0.1}, "codes": 64},
        student=Spec("mlp", dropout=0.2),
        distill={"lr": 0.5},
    ).resolve()
    encoder = config.teacher.options["encoder"]
    assert (config.teacher.options["codes"], encoder["dropout"], encoder["weight_decay"]) == (64, 0.1, 0.01)
    assert config.student.options["dropout"] == 0.2
    assert (config.distill["lr"], config.distill["weight_decay"]) == (0.5, 0.005)


def test_another_teacher_or_method_has_no_recipe() -> None:
    assert RunConfig(dataset="cpf-citeseer", method="krd", teacher="gat").resolve().recipe is True
    assert RunConfig(dataset="cpf-citeseer", method="glnn", teacher="gcn").resolve().recipe is True
    assert find("digits", "krd", "transductive", None) is None


def test_it_can_be_left_out() -> None:
    config = RunConfig(dataset="cpf-citeseer", method="krd", recipe=False).resolve()
    assert config.distill["weight_decay"] != 0.005


def test_a_resolved_configuration_stays_as_it_is() -> None:
    config = RunConfig(dataset="cpf-citeseer", method="krd").resolve()
    assert config.resolve() == config
    assert RunConfig(**config.to_dict()).resolve().to_dict() == config.to_dict()


def test_components_of_the_same_name_are_filled_in_within() -> None:
    recipe = {"encoder": {"name": "gcn", "dropout": 0.5}, "codes": 512}
    assert filled({}, recipe) == recipe
    assert filled({"encoder": "sage"}, recipe) == {"encoder": "sage", "codes": 512}
    assert filled({"encoder": {"name": "gcn", "hidden": 8}}, recipe)["encoder"] == {
        "name": "gcn",
        "hidden": 8,
        "dropout": 0.5,
    }


@pytest.mark.parametrize("plan", sorted((ROOT / "benchmarks" / "tuning").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_search_behind_a_recipe_can_be_read(plan: Path) -> None:
    searched = yaml.safe_load(plan.read_text())
    lines = [json.loads(line) for line in plan.with_suffix(".jsonl").read_text().splitlines()]
    assert len(lines) == math.prod(map(len, searched["vary"].values()))
    for line in lines:
        assert set(line["options"]) == set(searched["vary"])
        assert len(line["valid"]) == len(line["nll"]) == len(line["epoch"])

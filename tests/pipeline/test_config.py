from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp import RunConfig, Spec
from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.distill import Distiller
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.teachers import Export


def test_python_yaml_and_mapping_build_the_same_object(tmp_path: Path):
    path = tmp_path / "run.yaml"
    path.write_text("dataset: cpf-cora\nmethod: {name: glnn, temperature: 0.8}\nseeds: 3\n")
    from_python = RunConfig(dataset="cpf-cora", method=Spec("glnn", temperature=0.8), seeds=3)
    assert RunConfig.from_yaml(path) == from_python
    assert (
        RunConfig(dataset="cpf-cora", method=GLNN(temperature=0.8), seeds=[0, 1, 2]).resolve() == from_python.resolve()
    )


def test_resolve_takes_the_recipe_then_defaults_and_lets_the_user_win():
    config = RunConfig(dataset="cpf-cora", teacher=Spec("gcn", lr=0.5), distill={"epochs": 7}).resolve()
    assert config.teacher.options["hidden"] == 64  # the recipe of cpf-cora
    assert config.teacher.options["lr"] == 0.5  # the user
    assert config.teacher.options["layers"] == 2  # the default
    assert config.distill == Distiller(lr=0.01, weight_decay=0.005, epochs=7).options()
    assert config.split == Spec("cpf", train_per_class=20, valid_per_class=30)


def test_resolved_form_is_valid_input_and_resolves_to_itself(tmp_path: Path):
    config = RunConfig(dataset="cpf-cora", teacher="sage", setting="inductive", out=tmp_path / "x").resolve()
    config.save(tmp_path / "config.yaml")
    assert RunConfig.from_yaml(tmp_path / "config.yaml").resolve() == config


def test_objective_becomes_a_composed_method():
    config = RunConfig(method=0.5 * HardLabels() + 0.5 * SoftLabels(temperature=2))
    assert config.method.name == "composed"
    written = [
        {"name": "hard_labels", "weight": 0.5},
        {"name": "soft_labels", "weight": 0.5, "temperature": 2.0},
    ]
    assert config.resolve() == RunConfig(method={"name": "composed", "objective": written}).resolve()


def test_folder_tells_the_configuration_apart():
    plain, warm = RunConfig().resolve(), RunConfig(method=Spec("glnn", temperature=2)).resolve()
    assert plain.folder().name.startswith("digits-gcn-glnn-transductive-")
    assert plain.folder() != warm.folder()
    assert plain.folder() == RunConfig(seeds=5, threads=1).resolve().folder()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"teachr": "gcn"}, "unknown setting 'teachr'; did you mean 'teacher'"),
        ({"setting": "productive"}, "setting: .*'transductive', 'inductive' or 'production', got 'productive'"),
        ({"seeds": 0}, "seeds: expected at least one seed"),
        ({"seeds": [1, 1]}, "seeds: .*all different"),
        ({"seeds": "three"}, "seeds: expected a number of seeds"),
        ({"threads": 0}, "threads: expected 'auto' or a number of at least 1"),
        ({"device": "mps"}, "^device: expected auto, cpu, cuda or cuda:N, got 'mps'$"),
        ({"unseen_fraction": 1.0}, "unseen_fraction: .*less than 1"),
        ({"method": 3}, "method: expected a name or a mapping"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigError, match=message):
        RunConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dataset": "cora-cpf"}, "unknown dataset"),
        ({"teacher": "gnc"}, "did you mean 'gcn'"),
        ({"method": {"name": "glnn", "temprature": 1}}, "did you mean 'temperature'"),
        ({"method": {"name": "glnn", "hard_weight": 2}}, "from 0 to 1, got 2"),
        ({"student": {"name": "mlp", "layers": 1}}, "student.layers: expected at least 2"),
        ({"distill": {"learning_rate": 1}}, "distill .*no option 'learning_rate'"),
        ({"split": {"name": "cpf", "train_per_class": "x"}}, "train_per_class: expected a whole number"),
        ({"method": {"name": "krd", "draws": 9}}, r"draws: expected at most the 8 draws .* got 9; .*export\.draws=9"),
        ({"method": {"name": "krd", "draws": 2}, "export": {"draws": 1}}, "draws: expected at most the 1 draws"),
    ],
)
def test_bad_components_are_named_when_resolved(settings: dict[str, Any], message: str):
    with pytest.raises(ConfigError, match=message):
        RunConfig(**settings).resolve()


def test_unknown_name_is_its_own_error():
    with pytest.raises(UnknownNameError, match="available: "):
        RunConfig(teacher="transformer").resolve()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- a\n", "expected a mapping of settings"),
        ("a: b: c", "is not YAML in line 1: mapping values"),
        ("", "which is empty"),
        (None, "expected a YAML file at"),
    ],
)
def test_unreadable_yaml(tmp_path: Path, content: str | None, message: str):
    path = tmp_path / "run.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        RunConfig.from_yaml(path)


def test_a_method_that_reads_codes_gets_a_tokenizer_around_the_teacher():
    resolved = RunConfig(dataset="digits", teacher="gcn", method="vqgraph").resolve()
    assert resolved.teacher.name == "vq"
    encoder = resolved.teacher.options["encoder"]
    assert (encoder["name"], encoder["hidden"]) == ("gcn", 64)  # the recipe of the digits reaches it
    assert resolved.resolve() == resolved
    assert RunConfig(dataset="digits", teacher="gcn", method="krd").resolve().teacher.name == "gcn"


def test_codes_of_a_hypergraph_teacher_come_from_a_tokenizer_around_it():
    resolved = RunConfig(teacher=Spec("hgnn", hidden=8), method="vqgraph").resolve()
    encoder = resolved.teacher.options["encoder"]
    assert (resolved.teacher.name, encoder["name"], encoder["hidden"]) == ("vq", "hgnn", 8)
    assert resolved.resolve() == resolved


def test_options_of_the_export_are_checked():
    defaults = Export().options()
    assert RunConfig().resolve().export == defaults
    assert RunConfig(export={"draws": 3}).resolve().export == {**defaults, "draws": 3}
    released = {"draws": 1, "perturbation": "multiply"}
    assert RunConfig(export=released).resolve().export == {**defaults, **released}
    with pytest.raises(ConfigError, match="export 'export' has no option 'drwas'; did you mean 'draws'"):
        RunConfig(export={"drwas": 3}).resolve()
    with pytest.raises(ConfigError, match=r"export\.top: expected at least 1, got 0"):
        RunConfig(export={"top": 0}).resolve()
    with pytest.raises(ConfigError, match=r"export\.perturbation: expected .*add.*multiply.*got 'divide'"):
        RunConfig(export={"perturbation": "divide"}).resolve()


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_yaml_is_utf8_whatever_the_locale(tmp_path: Path, bom: bytes, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "run.yaml"
    path.write_bytes(bom + "dataset: é.npz\n".encode())
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("read in the locale's encoding"))
    assert RunConfig.from_yaml(path).dataset == Spec("é.npz")


def test_yaml_in_another_encoding_says_so(tmp_path: Path):
    path = tmp_path / "run.yaml"
    path.write_bytes("dataset: é.npz\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"expected text in UTF-8 in .*run\.yaml.* at position 9; save the file as"):
        RunConfig.from_yaml(path)


@pytest.mark.parametrize("setting", ["out", "cache", "data_root"])
def test_paths_of_all_settings_are_read_alike(setting: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for given in ("~/[x] y", Path("~/[x] y")):
        assert getattr(RunConfig(**{setting: given}), setting) == tmp_path / "[x] y"
    with pytest.raises(ConfigError) as error:
        RunConfig(**{setting: "x" * 300})
    expected = "expected names of at most 255 bytes, got one of 300; choose a shorter path"
    assert str(error.value) == f"{setting}: {expected}"


def test_the_folder_of_a_long_name_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    folder = RunConfig(dataset="é" * 120 + ".npz").resolve().folder()
    folder.mkdir(parents=True)
    assert folder.name.startswith("é" * 50)


@pytest.mark.parametrize("given", [3, np.int64(3), np.arange(3), range(3), [np.int32(0), 1, np.int64(2)]])
def test_seeds_are_whole_numbers_of_any_kind(given: Any):
    seeds = RunConfig(seeds=given).seeds
    assert seeds == (0, 1, 2)
    assert all(type(seed) is int for seed in seeds)


@pytest.mark.parametrize("given", [0, True, "3", 1.0, [0.0], [True], [0, 0], [-1], np.array([0.5])])
def test_what_is_no_seed_is_refused(given: Any):
    with pytest.raises(ConfigError, match="seeds: expected"):
        RunConfig(seeds=given)

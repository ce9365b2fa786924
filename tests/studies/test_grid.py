"""A study is the grid of its lists, and a typo in it shows before anything is trained."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.studies import Study
from gnn2mlp.studies.grid import label_of, merged

Make = Callable[..., Study]


def test_cells_are_the_grid_first_splits_first(make_study: Make) -> None:
    study = make_study(settings=["transductive", "inductive"], methods=["glnn", "mlp"], initialisations=2)
    cells = study.cells()
    assert len(cells) == len({cell.identity for cell in cells}) == 2 * 2 * 2 * 2 * 2
    assert [(cell.initialisation, cell.seed) for cell in cells[::8]] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    first = cells[0]
    assert {**first.labels, "dataset": ""} == {
        "dataset": "", "setting": "transductive", "teacher": "gcn", "method": "glnn"
    }  # fmt: skip
    assert first.config.seeds == (0,)
    assert first.config.teacher.options["hidden"] == 8
    assert (first.config.latency, first.config.refit) == (False, False)


def test_overrides_are_laid_over_all_else_and_are_rows_of_their_own(make_study: Make) -> None:
    study = make_study(
        teachers=["gcn"], splits=1, overrides={"plain": {}, "wide": {"student": {"hidden": 16}, "distill": {"lr": 0.1}}}
    )
    plain, wide = study.cells()
    assert (plain.labels["override"], wide.labels["override"]) == ("plain", "wide")
    assert (plain.config.student.options["hidden"], wide.config.student.options["hidden"]) == (8, 16)
    assert wide.config.distill["lr"] == 0.1
    assert wide.config.distill["epochs"] == 6


def test_another_component_takes_no_options_of_the_one_below() -> None:
    below = {"teacher": {"name": "gcn", "hidden": 64}, "export": {"draws": 2}}
    assert merged(below, {"teacher": {"name": "gat"}, "export": {"top": 3}}) == {
        "teacher": {"name": "gat"},
        "export": {"draws": 2, "top": 3},
    }
    assert below == {"teacher": {"name": "gcn", "hidden": 64}, "export": {"draws": 2}}


def test_some_cells_are_skipped(make_study: Make) -> None:
    study = make_study(methods=["glnn", "mlp"], splits=1, skip=[{"teacher": "sage", "method": ["mlp"]}])
    assert [(c.labels["teacher"], c.labels["method"]) for c in study.cells()] == [
        ("gcn", "glnn"), ("gcn", "mlp"), ("sage", "glnn")
    ]  # fmt: skip


def test_a_recipe_chooses_what_is_left_open(make_study: Make) -> None:
    (cell,) = Study(name="open", datasets=["cpf-cora"], methods=["krd"], settings="inductive", splits=1).cells()
    assert "teacher" not in cell.labels
    assert isinstance(cell.config.recipe, str)


GRAPHS = {"run": {"task": "graph"}, "datasets": ["mutag"], "teachers": ["gin"], "settings": ["transductive"]}


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"teachers": ["gcnn"]}, UnknownNameError, "study tiny, .*did you mean 'gcn'"),
        ({"methods": [{"name": "glnn", "temprature": 2}]}, ConfigError, "did you mean 'temperature'"),
        ({"teachers": ["gcn", {"name": "gcn", "layers": 2}]}, ConfigError, "expected cells that differ, got the same"),
        ({"run": {"seeds": 3}}, ConfigError, "'seeds' is no setting of single runs here"),
        ({"skip": [{"teachr": "gcn"}]}, ConfigError, "no axis 'teachr'; did you mean 'teacher'"),
        ({"skip": [{"setting": "inductive"}]}, ConfigError, "expected at least one cell"),
        ({"skip": [{"teacher": "sag"}]}, ConfigError, r"skip: no teacher is called 'sag'.*\(gcn"),
        ({"skip": [{"student": "mlp"}]}, ConfigError, "no student is called 'mlp' .the study names none"),
        ({"skip": [{"method": 3}]}, ConfigError, "no method is called '3'"),
        ({"skip": ["teacher"]}, ConfigError, "skip: expected mappings of axes to labels"),
        ({"skip": [{}]}, ConfigError, "skip: expected mappings of axes to labels"),
        ({"name": "../elsewhere"}, ConfigError, "name: expected a name for a folder"),
        ({"overrides": {"sum": {"method": ["a"]}}}, ConfigError, "^study tiny, .* sum: expected a name or a mapping"),
        ({"overrides": {"wide": 3}}, ConfigError, "overrides.wide: expected a mapping, got 3"),
        ({"splits": 0}, ConfigError, "^splits: expected at least one seed, all different, none negative, got 0$"),
        ({"initialisations": 0}, ConfigError, "initialisations: expected a number greater than or equal to 1, got 0"),
        ({"run": {"task": "link"}, "methods": ["llp"], "settings": ["transductive"]}, ConfigError, "the task 'link'"),
        (GRAPHS, ConfigError, "the task 'graph'"),
        ({"splits": [0, 0]}, ConfigError, "all different"),
        ({"datsets": []}, ConfigError, "unknown setting 'datsets'"),
    ],
)
def test_what_cannot_work_is_refused(
    make_study: Make, changes: dict[str, Any], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        make_study(**changes).cells()


def test_a_file_needs_no_name(tmp_path: Path) -> None:
    path = tmp_path / "pays.yaml"
    path.write_text("datasets: digits\nsplits: [3]\n")
    study = Study.from_yaml(path)
    assert (study.name, str(study.folder)) == ("pays", "studies/pays")
    assert study.cells()[0].seed == 3


def test_labels_tell_options_of_components_within_components() -> None:
    assert label_of(Spec("vq", encoder={"name": "gat", "heads": 2}, codes=8)) == "vq(encoder=gat(heads=2),codes=8)"
    assert label_of(Spec("ensemble", members=["sage", "gcn"])) == "ensemble(members=[sage+gcn])"

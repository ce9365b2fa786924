import io

import pytest
from rich.cells import cell_len

from gnn2mlp.cli import main
from gnn2mlp.cli._catalogue import KINDS, everything
from gnn2mlp.cli._console import Terminal
from gnn2mlp.cli.list import described, entries, show_kind
from gnn2mlp.core.options import options_of


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_entries_with_a_line_and_a_citation(kind: str):
    rows = entries(kind)
    assert rows
    for name, about, citation in rows:
        assert name
        assert about
        assert citation


@pytest.mark.parametrize(
    ("kind", "name", "author"),
    [
        ("teachers", "sage", "Hamilton"),
        ("methods", "glnn", "Zhang"),
        ("datasets", "cpf-cora", "Yang"),
        ("encoders", "text", "Jones"),
        ("text_encoders", "lsa", "Deerwester"),
        ("decoders", "hadamard", "Guo"),
        ("link_splits", "edges", "Guo"),
        ("graph_sets", "ogbg-molhiv", "Hu"),
        ("explainers", "fastdnx", "Pereira"),
    ],
)
def test_prints_names_with_citations(kind: str, name: str, author: str, capsys: pytest.CaptureFixture[str]):
    assert main(["list", kind]) == 0
    printed = capsys.readouterr().out
    assert name in printed
    assert author in printed


def test_the_command_keeps_memory(monkeypatch: pytest.MonkeyPatch):
    kept: list[bool] = []
    monkeypatch.setattr("gnn2mlp.cli.keep_memory", lambda: kept.append(True))
    assert main(["list", "teachers"]) == 0
    assert kept == [True]


@pytest.mark.parametrize(
    ("word", "hint"),
    [("teacher", "did you mean 'teachers'?"), ("vqgrap", "did you mean 'vqgraph'?"), ("cpf-coraa", "'cpf-cora'")],
)
def test_what_is_misspelt_gets_the_nearest_name(word: str, hint: str, capsys: pytest.CaptureFixture[str]):
    assert main(["list", word]) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("glnn", "--method glnn --set method.NAME=VALUE"),
        ("glnn", "method.temperature  number; default 1.0\n"),
        ("glnn", "method.update  joint or alternating; default joint\n"),
        ("auto", "method.trials  whole number or null; default null\n"),
        ("distill", "distill.lr  number; default 0.01\n      learning rate."),
        ("text", "--column COLUMN:text"),
        ("soft_labels", "as a term of the method composed"),
        ("mlp", "student mlp\n"),
        ("cpf-cora", "no options"),
    ],
)
def test_a_name_has_its_options_with_types_defaults_and_meanings(name: str, told: str, capsys):
    assert main(["list", name]) == 0
    assert told in capsys.readouterr().out


def test_every_option_of_every_component_has_a_meaning():
    every = everything()
    assert {"method", "teacher", "settings"} <= {entry.kind for entry in every}
    missing = [f"{e.kind} {e.name}: {o.name}" for e in every for o in options_of(e.cls) if not o.meaning]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("width", [60, 100])
def test_nothing_is_wider_than_the_terminal(width: int):
    console = Terminal(width=width, file=io.StringIO(), force_terminal=True, color_system=None)
    show_kind(console, entries("teachers"))
    for entry in everything():
        console.print(described(entry))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(cell_len, shown.splitlines())) <= width


def test_for_another_program_a_name_is_a_line(capsys: pytest.CaptureFixture[str]):
    assert main(["list", "methods"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[0] == "name"
    assert [line.split()[0] for line in lines[1:]] == [row[0] for row in entries("methods")]

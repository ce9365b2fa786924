import pytest

from gnn2mlp.cli import main
from gnn2mlp.cli.list import KINDS, entries


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


def test_unknown_kind_exits_with_2():
    with pytest.raises(SystemExit) as error:
        main(["list", "teacher"])
    assert error.value.code == 2

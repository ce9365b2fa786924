"""`gnn2mlp serve`: its options, and what it says."""

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.cli import main

pytest.importorskip("fastapi", reason="needs the extra 'serve'")
pytest.importorskip("prometheus_client", reason="needs the extra 'serve'")

from tests.serving import linked, served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return served.saved(tmp_path_factory.mktemp("served") / "model", served.of_numbers())


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be served."""
    found: list[Any] = []

    def note(app: Any, listening: Any, drain: float) -> None:
        found.append((app.state.service, listening.getsockname()[0], drain))

    monkeypatch.setattr("gnn2mlp.serving.server.serve", note)
    monkeypatch.delenv("GNN2MLP_TOKEN", raising=False)
    return found


def test_it_serves_to_this_machine_alone_and_says_where(
    folder: Path, seen: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", str(folder), "--port", "0"]) == 0
    service, host, drain = seen[0]
    assert (host, drain, service.settings.token) == ("127.0.0.1", 0.0, None)
    out = capsys.readouterr()
    assert f"version {service.model.version}" in out.out
    assert "http://127.0.0.1:" in out.out
    assert "whoever reaches" not in out.err


def test_options_become_settings(folder: Path, seen: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("secret")
    monkeypatch.setenv("GNN2MLP_TEACHER_TOKEN", "other")
    words = "--name pages --threads 2 --queue 5 --batch-rows 7 --batch-wait 3 --body-limit 100 --max-rows 9 --timeout 4"
    more = f"--watch 0 --drain 1 --teacher http://127.0.0.1:1/ --teacher-below 0.7 --token-file {tmp_path / 'token'}"
    assert main(["serve", str(folder), "--port", "0", *words.split(), *more.split()]) == 0
    service, _, drain = seen[0]
    found = service.settings
    assert (found.name, found.threads, found.queue, found.batch_rows, found.batch_wait) == ("pages", 2, 5, 7, 0.003)
    assert (found.body_bytes, found.rows, found.seconds, found.watch, drain) == (100, 9, 4.0, 0.0, 1.0)
    assert (found.token, found.teacher_below, found.teacher_token) == ("secret", 0.7, "other")


def test_an_open_door_is_told(folder: Path, seen: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(folder), "--host", "0.0.0.0", "--port", "0"]) == 0
    assert "whoever reaches this machine may ask" in capsys.readouterr().err


def test_nodes_of_links_are_embedded_and_told(seen: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    linked.saved(tmp_path)
    files = linked.files(tmp_path)
    (tmp_path / "some.csv").write_text("page\np1\np2\np9\n")
    more = ["--candidates", str(tmp_path / "some.csv"), "--known", str(tmp_path / "known.csv"), "--shortlist", "7"]
    given = ["serve", str(tmp_path / "pages"), "--port", "0", "--nodes", str(files.nodes), "--id", "page", *more]
    assert main(given) == 0
    found = seen[0][0].settings.nodes
    assert (found.id_column, found.shortlist, len(found.paths)) == ("page", 7, 3)
    said = capsys.readouterr()
    assert "nodes    24, of which 3 may be answered\nrecall   100.0 % of the 3 best" in said.out
    assert "embedding 24 nodes of nodes.parquet" in said.err
    assert main(given[:4]) == 0
    assert "nodes    none: pairs of nodes with their columns are scored" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "expected a model directory"),
        (["MODEL", "--port", "70000"], "from 0 to 65535"),
        (["MODEL", "--queue", "0"], "queue"),
        (["MODEL", "--teacher", "file:///etc/passwd"], "begins with http"),
        (["MODEL", "--token", "secret"], "unknown option '--token'"),
        (["MODEL", "--nodes", "x.parquet"], "are for a model of links (gnn2mlp fit --task link), and the one in"),
        (["MODEL", "--known", "x.parquet"], "--known: expected --nodes FILE with it"),
        (["MODEL", "--nodes", "x.parquet", "--shortlist", "0"], "shortlist: expected at least 1, got 0"),
    ],
)
def test_what_cannot_be_is_said(folder: Path, seen: Any, words: list[str], message: str, capsys: Any) -> None:
    given = ["serve", *(str(folder) if word == "MODEL" else word for word in words)]
    if "--port" not in given:
        given += ["--port", "0"]
    assert _code(given) == 2
    assert message in capsys.readouterr().err
    assert not seen


def _code(words: list[str]) -> Any:
    """Of a program that may end within its parser."""
    try:
        return main(words)
    except SystemExit as error:
        return error.code


def test_its_help_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 60
    assert "examples: gnn2mlp serve" in " ".join(text.split())

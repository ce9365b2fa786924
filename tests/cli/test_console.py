import io
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from gnn2mlp.cli import _console, main
from gnn2mlp.cli._bars import Bars
from gnn2mlp.core.errors import DataWarning
from gnn2mlp.pipeline import RunConfig

KINDS = ("datasets", "splits", "teachers", "methods", "objectives", "students")


@pytest.fixture
def stdout(monkeypatch: pytest.MonkeyPatch):
    """Factory of a standard output in an encoding; returns what reads the bytes that were written."""

    def make(encoding: str, errors: str = "strict"):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, errors=errors))

        def read() -> bytes:
            sys.stdout.flush()
            return raw.getvalue()

        return read

    return make


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])
@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_written_in_any_encoding(kind: str, encoding: str, stdout):
    read = stdout(encoding)
    assert main(["list", kind]) == 0
    assert read().decode(encoding).startswith("name")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])
def test_bars_and_paths_are_written_in_any_encoding(encoding: str, stdout, tmp_path: Path):
    read = stdout(encoding)
    _console.accept_all_characters()
    console = _console.Terminal()
    with Bars(RunConfig(seeds=1), console) as bars:
        bars.listen(0, "teacher")(10, 10, "valid 0.5 ± Größe")
    _console.show_files(console, {"report": tmp_path / "Ω [x]"})
    assert b"[x]" in read()


def test_what_an_encoding_lacks_is_written_in_plain_letters(stdout):
    read = stdout("ascii")
    _console.accept_all_characters()
    sys.stdout.write("82.1 ± 0.4, 5 ×, Größe – ﬁt, 語\n")
    assert read().decode("ascii") == "82.1 +- 0.4, 5 x, Gro?e - fit, ?\n"


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX")
def test_a_name_that_is_no_text_is_written_as_its_bytes(stdout):
    read = stdout("ascii", "surrogateescape")
    _console.accept_all_characters()
    sys.stdout.write(os.fsdecode(b"caf\xe9.npz") + " ±\n")
    assert read() == b"caf\xe9.npz +-\n"


def test_paths_are_shown_in_full_and_as_they_are(capsys: pytest.CaptureFixture[str]):
    path = Path("/data") / "[bold] :smile: two  spaces" / ("x" * 200)
    _console.show_files(_console.Terminal(width=40), {"report": path})
    assert capsys.readouterr().out == f"report   {path}\n"


def shell(words: str, **environment: str) -> subprocess.CompletedProcess:
    """A command line in a shell; `gnn2mlp` in it stands for the command."""
    command = f"gnn2mlp() {{ '{sys.executable}' -m gnn2mlp \"$@\"; }}; {words}"
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.mark.skipif(os.name != "posix", reason="needs bash")
def test_a_command_says_that_it_has_begun_once_and_a_closed_pipe_is_quiet():
    done = shell("gnn2mlp list datasets | true; echo ${PIPESTATUS[0]}")
    assert done.stderr == "gnn2mlp list: loading libraries ...\n"
    assert done.stdout == "141\n"


def test_only_the_first_of_several_processes_speaks(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.delitem(sys.modules, "torch")
    for rank, said in (("0", "gnn2mlp distill: loading libraries ...\n"), ("1", "")):
        monkeypatch.setenv("RANK", rank)
        _console.announce("distill")
        assert capsys.readouterr().err == said
    monkeypatch.setitem(sys.modules, "torch", json)
    monkeypatch.setenv("RANK", "0")
    _console.announce("distill")
    assert capsys.readouterr().err == ""


def test_a_warning_about_data_is_one_line(capsys: pytest.CaptureFixture[str]):
    with _console.plain_warnings():
        warnings.warn("views of the file not used", DataWarning, stacklevel=1)
    assert capsys.readouterr().err == "gnn2mlp: warning: views of the file not used\n"


def test_other_warnings_are_shown_as_ever():
    with pytest.warns(UserWarning, match="of another kind"), _console.plain_warnings():
        warnings.warn("of another kind", UserWarning, stacklevel=1)


def test_a_person_reads_whole_words_and_a_file_gets_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    message = "gnn2mlp: error: expected a file at some/long-folder/with/config.yaml, got none\n  second line"
    _console.complain(message)
    assert capsys.readouterr().err == f"{message}\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    _console.complain(message)
    assert capsys.readouterr().err.splitlines() == [
        "gnn2mlp: error: expected a file at",
        "  some/long-folder/with/config.yaml, got",
        "  none",
        "  second line",
    ]

import argparse

import pytest

from gnn2mlp.cli import main
from gnn2mlp.cli._parser import Parser


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--seed", "4"], "unknown option '--seed'; did you mean '--seeds'? ('gnn2mlp run --help' lists all)"),
        (["run", "--seed=4"], "unknown option '--seed'; did you mean '--seeds'?"),
        (["run", "--datset", "x"], "did you mean '--dataset'?"),
        (["distill", "k", "f", "--out", "o", "--seeds", "4"], "did you mean '--seed'?"),
        (["export", "folder", "--onnx", "--tol", "1"], "unknown option '--tol'; did you mean '--tolerance'?"),
        (["run", "cpf-cora"], "unexpected argument 'cpf-cora'; values come after the name of their option, as in --"),
        (["export", "--onnx", "a", "b"], "unexpected argument 'b'; values come after the name of their option\n"),
        (["rum"], "list, got 'rum'; did you mean 'run'?"),
        (["distill", "--seeds", "4"], "unknown option '--seeds'; did you mean '--seed'?"),
        (["trust", "--method", "glnn"], "unknown option '--method' ('gnn2mlp trust --help' lists all)"),
    ],
)  # fmt: skip
def test_nothing_is_guessed_and_the_nearest_is_named(words, message: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as error:
        main(words)
    assert error.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("width", [40, 60, 100])
def test_help_wraps_between_words_and_keeps_its_lines(width: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", str(width))
    epilog = "codes:\n  2    what was asked for cannot work; the message says what to do\n\nexample: run"
    shown = Parser(prog="x", epilog=epilog).format_help()
    assert max(map(len, shown.splitlines())) <= width
    assert "cannot" in shown
    assert shown.rstrip().endswith("example: run")
    if width == 40:
        assert "\n       " in shown.partition("codes:")[2]  # what is wrapped goes on under its column


def test_what_follows_two_dashes_is_no_option():
    parser = Parser(prog="x")
    parser.add_argument("words", nargs="*")
    assert parser.parse_args(["--", "--unknown"]) == argparse.Namespace(words=["--unknown"])

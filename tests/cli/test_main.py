"""The command as a whole: its exit codes."""

import pytest

from gnn2mlp import cli
from gnn2mlp.cli import main


@pytest.mark.parametrize(
    ("words", "verb", "said"),
    [
        (["run"], "run", "gnn2mlp: interrupted; the same command continues where it stopped\n"),
        (["list", "teachers"], "list", "gnn2mlp: interrupted\n"),
    ],
)
def test_an_interruption_is_a_line_and_130(words, verb: str, said: str, monkeypatch, capsys):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"gnn2mlp.cli.{verb}.execute", interrupted)
    assert main(words) == cli.INTERRUPTED
    assert capsys.readouterr().err == said


def test_an_interruption_while_libraries_load_is_quiet(monkeypatch, capsys):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "command_parser", interrupted)
    assert main(["run"]) == cli.INTERRUPTED
    assert capsys.readouterr().err == "gnn2mlp: interrupted\n"


def test_without_a_command_all_of_them_are_listed(capsys):
    assert main([]) == cli.USER_ERROR
    told = capsys.readouterr().err
    assert "train a teacher, distil a student" in told
    assert "--print-completion" in told


def test_help_states_the_exit_codes(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    for text in (cli.EXIT_CODES, cli.COMPLETION):
        assert " ".join(text.split()) in told

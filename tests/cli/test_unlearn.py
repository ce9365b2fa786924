# ruff: noqa: F811  (fixtures from elsewhere)
from importlib import import_module
from pathlib import Path

import pytest

from gnn2mlp.cli import main
from tests.pipeline.unlearning.conftest import made, people, undrawn  # noqa: F401  (fixtures)


def test_it_forgets_and_says_where_the_files_are(
    people: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = people / "gone.txt"
    gone.write_text("person-0003-quaint\nperson-0017-quaint\n", encoding="utf-8")
    monkeypatch.setattr(import_module("gnn2mlp.pipeline.run"), "write_disagreement", lambda found, folder: {})
    folder = people / "without"
    given = ["unlearn", str(people / "run"), "--nodes", str(gone), "--method", "redistil", "--no-verify"]
    assert main([*given, "--out", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Not verified: no model was retrained without the deleted nodes")
    assert "unlearn.json" in said
    assert (folder / "student" / "config.json").exists()
    assert not (people / "run").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--nodes", "gone.txt"], "nodes: expected a file at gone.txt, found none"),
        (["--nodes", "nobody,person-0003-quaint"], "people has no node nobody"),
        (["--edges", "a-b"], "--edges: expected a file, or pairs of ids such as 17:42,3:5, got 'a-b'"),
        (["--edges", "a:b:c"], "pairs of ids such as 17:42,3:5, got 'a:b:c'"),
        (["--nodes", "nobody, person-0003-quaint"], "people has no node nobody; name"),
        (["--nodes", ""], "--nodes: expected a file, or ids such as 17,42, got ''"),
        ([], "expected nodes or edges to remove, got none; name some with --nodes or --edges"),
    ],
)
def test_wrong_ids_are_one_sentence(
    made: Path,
    options: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["unlearn", str(made / "run"), *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert (made / "run" / "student").is_dir()

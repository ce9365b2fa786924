"""`gnn2mlp monitor`."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.cli import main
from gnn2mlp.deploy import add_files
from gnn2mlp.deploy.monitoring import PROFILE
from tests.deploy.monitoring.watched import table_of, watched_model
from tests.deploy.scored import student_of


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("monitor")
    predictor, profile = watched_model(600)
    predictor.save(folder / "model")
    add_files(folder / "model", {PROFILE: profile.encode()})
    table = table_of(300, 5)
    pq.write_table(table, folder / "same.parquet")
    pq.write_table(table.set_column(0, "likes", pa.array([9.5] * 300)), folder / "other.parquet")
    return folder / "model"


def test_exit_codes_and_text(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", str(model), str(model.parent / "same.parquet")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No drift was found in 7 columns and in the answers")
    assert max(map(len, said.splitlines())) <= 60
    other = str(model.parent / "other.parquet")
    assert main(["monitor", str(model), other]) == 1
    assert "likes, values" in capsys.readouterr().out
    assert main(["monitor", str(model), other, "--ignore", "likes"]) in (0, 1)
    assert main(["monitor", str(model), other, "--psi", "1e6", "--share", "1"]) == 0


def test_json_and_the_page(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["monitor", str(model), str(model.parent / "other.parquet"), "--json", "--out", str(tmp_path / "out")]
    assert main(command) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["drifted"]
    assert told == json.loads((tmp_path / "out" / "monitor.json").read_text())
    assert "likes" in (tmp_path / "out" / "monitor.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--alpha", "0"], "alpha"),
        (["--label", "kind"], "label: the table has no column 'kind'"),
        (["--ignore", "kind"], "ignore: expected a column that the model reads"),
    ],
)
def test_what_cannot_be_is_refused(
    model: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["monitor", str(model), str(model.parent / "same.parquet"), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_model_without_a_profile_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    student_of(["a", "b"]).save(tmp_path / "old")
    assert main(["monitor", str(tmp_path / "old"), "x.parquet"]) == 2
    assert "run the same fit again into another folder, which writes one" in capsys.readouterr().err

"""`gnn2mlp score`."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.cli import main
from tests.deploy.scored import numbers_of, student_of


@pytest.fixture
def model(tmp_path: Path) -> Path:
    student_of(["a", "b"]).save(tmp_path / "model", {"columns": {"id": "id", "kind": "label"}})
    pq.write_table(pa.table(numbers_of(30)), tmp_path / "in.parquet", row_group_size=10)
    return tmp_path / "model"


def test_a_table_is_scored_from_the_command_line(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = model.parent / "in.parquet", model.parent / "out.parquet"
    command = ["score", str(model), str(source), str(out), "--keep", "id", "--probabilities", "--errors", "null"]
    assert main(command) == 0
    assert "30 rows, 0 without an answer" in capsys.readouterr().out
    assert pq.read_table(out).column_names == [
        "id", "prediction", "confidence", "probability_a", "probability_b", "error"
    ]  # fmt: skip
    assert main(command) == 0
    assert "30 rows, 30 of them scored before" in capsys.readouterr().out
    assert main([*command[:4], "--overwrite"]) == 0
    assert main(command) == 2
    assert "replace it with --overwrite" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--coverage", "0.9"], ["--outliers"], ["--keep", "ident"], ["--threads", "0"]])
def test_what_cannot_be_is_refused(model: Path, option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out = model.parent / "out.parquet"
    assert main(["score", str(model), str(model.parent / "in.parquet"), str(out), *option]) == 2
    assert "expected" in (message := capsys.readouterr().err) or "did you mean 'id'" in message
    assert not out.exists()

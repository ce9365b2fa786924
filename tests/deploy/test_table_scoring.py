"""A table is scored part by part, every row once, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.locks import locked
from gnn2mlp.deploy import BatchScorer, Predictor, score_table
from tests.deploy.scored import NAMES, numbers_of, student_of


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A table of 1,000 rows in row groups of 100."""
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table(numbers_of(1000)), path, row_group_size=100)
    return path


@pytest.fixture
def student() -> Predictor:
    return student_of(["a", "b", "c"])


def expected_of(student: Predictor, source: Path) -> list[str]:
    return student.predict(pq.read_table(source).to_pandas()[NAMES]).tolist()  # type: ignore[no-any-return]


def test_every_row_is_answered_in_its_order(source: Path, student: Predictor, tmp_path: Path) -> None:
    out, told = tmp_path / "out.parquet", list[tuple[int, int]]()
    done = score_table(
        BatchScorer(student, keep=["id"]), source, out, lambda done, total, note="": told.append((done, total))
    )
    found = pq.read_table(out)
    assert found["id"].to_pylist() == [f"node-{row}" for row in range(1000)]
    assert found["prediction"].to_pylist() == expected_of(student, source)
    assert done[:4] == (out, 1000, 0, 0)
    assert told[-1] == (1000, 1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


def test_what_is_done_is_not_done_again(source: Path, student: Predictor, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    score_table(BatchScorer(student), source, out)
    content = out.read_bytes()
    assert score_table(BatchScorer(student), source, out).reused == 1000
    assert out.read_bytes() == content
    other = BatchScorer(student, probabilities=True)
    with pytest.raises(ConfigError, match="found something other than these answers"):
        score_table(other, source, out)
    assert score_table(other, source, out, overwrite=True).reused == 0
    assert "probability_a" in pq.read_schema(out).names


def test_an_interrupted_call_goes_on_with_the_parts_that_are_missing(
    source: Path, student: Predictor, tmp_path: Path
) -> None:
    out, calls = tmp_path / "out.parquet", 0

    def interrupt(done: int, total: int, note: str = "") -> None:
        nonlocal calls
        calls += 1
        if done > 450:
            raise KeyboardInterrupt

    scorer = BatchScorer(student, keep=["id"])
    with pytest.raises(KeyboardInterrupt):
        score_table(scorer, source, out, interrupt, part_rows=200)
    assert not out.exists()
    parts = sorted(path.name for path in (tmp_path / "out.parquet.parts").iterdir() if path.suffix == ".parquet")
    assert parts == ["part-000000.parquet", "part-000001.parquet"]
    done = score_table(scorer, source, out, part_rows=200)
    assert done.reused == 400
    assert pq.read_table(out)["prediction"].to_pylist() == expected_of(student, source)
    assert pq.read_table(out)["id"].to_pylist() == [f"node-{row}" for row in range(1000)]


def test_a_call_that_is_killed_as_it_clears_its_parts_leaves_what_the_next_one_clears(
    student: Predictor, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, folder = tmp_path / "out.parquet", tmp_path / "out.parquet.parts"
    remove, removed = Path.unlink, []

    def killed_at_the_second(path: Path, missing_ok: bool = False) -> None:
        if path.name.startswith("part-"):
            removed.append(path)
            if len(removed) == 2:
                raise KeyboardInterrupt
        remove(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            score_table(BatchScorer(student), source, out, part_rows=300)
    left = {path.name for path in folder.iterdir()}
    assert "plan.json" in left
    assert any(name.startswith("part-") for name in left)
    first = out.read_bytes()
    out.unlink()
    score_table(BatchScorer(student), source, out, part_rows=300)
    assert out.read_bytes() == first
    assert not folder.exists()


def test_parts_of_another_student_or_table_are_not_gone_on_with(
    source: Path, student: Predictor, tmp_path: Path
) -> None:
    out = tmp_path / "out.parquet"

    def stop(done: int, total: int, note: str = "") -> None:
        if done > 250:
            raise KeyboardInterrupt

    for change in ("student", "table"):
        with pytest.raises(KeyboardInterrupt):
            score_table(BatchScorer(student), source, out, stop, part_rows=200)
        other = student_of(["x", "y", "z"]) if change == "student" else student
        if change == "table":
            pq.write_table(pa.table(numbers_of(1000, seed=1)), source, row_group_size=100)
        assert score_table(BatchScorer(other), source, out, part_rows=200).reused == 0
        assert pq.read_table(out)["prediction"].to_pylist() == expected_of(other, source)
        out.unlink()


def test_a_killed_process_is_gone_on_with(source: Path, student: Predictor, tmp_path: Path) -> None:
    student.save(tmp_path / "model")
    program = f"""
import time
from gnn2mlp.deploy import BatchScorer, Predictor, score_table
def slowly(done, total, note=""):
    time.sleep(0.05)
score_table(BatchScorer(Predictor.load({str(tmp_path / "model")!r}), keep=["id"]), {str(source)!r},
    {str(tmp_path / "out.parquet")!r}, slowly, part_rows=100)
"""
    process = subprocess.Popen([sys.executable, "-c", program])
    folder, end = tmp_path / "out.parquet.parts", time.monotonic() + 60
    while not (folder / "part-000003.parquet").exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = score_table(BatchScorer(student, keep=["id"]), source, tmp_path / "out.parquet", part_rows=100)
    assert 400 <= done.reused < 1000
    assert pq.read_table(done.out)["id"].to_pylist() == [f"node-{row}" for row in range(1000)]
    assert not folder.exists()


def test_a_folder_is_read_in_the_order_of_names_without_what_others_keep_there(
    student: Predictor, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    for name, seed in (("b", 1), ("a", 0)):
        (folder / name).mkdir(parents=True)
        pq.write_table(pa.table(numbers_of(5, seed)), folder / name / "part.parquet")
    (folder / "_temporary").mkdir()
    (folder / "_temporary" / "x.parquet").write_bytes(b"half a file")
    done = score_table(BatchScorer(student), folder, tmp_path / "out.parquet")
    both = pa.concat_tables([pa.table(numbers_of(5, 0)), pa.table(numbers_of(5, 1))]).to_pandas()[NAMES]
    assert pq.read_table(done.out)["prediction"].to_pylist() == student.predict(both).tolist()


def test_rows_without_an_answer_are_counted(student: Predictor, tmp_path: Path) -> None:
    columns = numbers_of(50)
    columns["age"][[3, 30]] = np.nan
    pq.write_table(pa.table(columns), tmp_path / "in.parquet", row_group_size=20)
    scorer = BatchScorer(student, errors="null")
    assert score_table(scorer, tmp_path / "in.parquet", tmp_path / "out.parquet", part_rows=20).failed == 2
    assert score_table(scorer, tmp_path / "in.parquet", tmp_path / "out.parquet", part_rows=20).failed == 2
    found = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row for row, one in enumerate(found) if one["prediction"] is None] == [3, 30]
    with pytest.raises(DataError, match=r"in\.parquet, rows 0 to 19: .*first: row 3"):
        score_table(BatchScorer(student), tmp_path / "in.parquet", tmp_path / "other.parquet", part_rows=20)
    assert not (tmp_path / "other.parquet").exists()


def test_faults_are_told_before_any_row_is_scored(source: Path, student: Predictor, tmp_path: Path) -> None:
    scorer, out = BatchScorer(student), tmp_path / "out.parquet"
    with pytest.raises(ConfigError, match="expected a Parquet file, or a folder with some"):
        score_table(scorer, tmp_path / "absent.parquet", out)
    with pytest.raises(ConfigError, match="expected another file than the source"):
        score_table(scorer, source, source)
    folder = tmp_path / "in"
    folder.mkdir()
    pq.write_table(pa.table(numbers_of(5)), folder / "a.parquet")
    pq.write_table(pa.table({**numbers_of(5), "age": ["x"] * 5}), folder / "b.parquet")
    with pytest.raises(DataError, match=r"got in .*b\.parquet 'age' \(string, there double\)"):
        score_table(scorer, folder, out)
    (folder / "b.parquet").write_bytes(source.read_bytes()[:-500])
    with pytest.raises(ArtefactError, match=r"expected a Parquet table at .*b\.parquet"):
        score_table(scorer, folder, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "in.parquet"]
    with locked(out), pytest.raises(ArtefactError, match="another process is writing"):
        score_table(scorer, source, out)
    (tmp_path / "out.parquet.parts").mkdir()
    (tmp_path / "out.parquet.parts" / ".0123456789abcdef.tmp").touch()  # of a call that was killed at once
    assert score_table(scorer, source, tmp_path / "out.parquet").rows == 1000
    out.unlink()
    (tmp_path / "out.parquet.parts").mkdir()
    (tmp_path / "out.parquet.parts" / "mine.txt").write_text("precious")
    with pytest.raises(ConfigError, match="is in the way, and holds no parts"):
        score_table(scorer, source, out)


def test_a_page_that_is_damaged_is_noticed(student: Predictor, tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table(numbers_of(2000)), path, write_page_checksum=True, compression=None, use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"expected a Parquet table at .*in\.parquet"):
        score_table(BatchScorer(student), path, tmp_path / "out.parquet")


def test_a_table_without_rows_gives_one(student: Predictor, tmp_path: Path) -> None:
    pq.write_table(pa.table(numbers_of(3)).slice(0, 0), tmp_path / "in.parquet")
    assert score_table(BatchScorer(student), tmp_path / "in.parquet", tmp_path / "out.parquet").rows == 0
    assert pq.read_table(tmp_path / "out.parquet").schema.names == ["prediction", "confidence"]

"""Scoring on Spark, on a cluster of two workers: as here, row for row, whoever is killed meanwhile."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.cli import main
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import BatchScorer, OnnxPredictor, Predictor, score_dataframe, score_files
from gnn2mlp.deploy.spark import _Shipped, _unpacked
from gnn2mlp.tasks.answers import LabelAnswers
from tests.deploy.scored import numbers_of, student_of, student_of_columns

pytestmark = pytest.mark.integration

ROWS = 400


def _table(rows: int = ROWS) -> pa.Table:
    return pa.table(numbers_of(rows))


def _frame(spark: Any, table: pa.Table, partitions: int = 8) -> Any:
    return spark.createDataFrame(table).repartition(partitions)


def _on_onnx(student: Predictor, folder: Path) -> OnnxPredictor:
    return OnnxPredictor.load(student.to_onnx(folder / "model.onnx"))


def _sorted(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas().sort_values("id", ignore_index=True)


def _equal(found: Any, expected: pa.Table) -> None:
    """The same rows, up to the last bits of numbers: batches are cut elsewhere."""
    assert found.columns == expected.schema.names
    pd.testing.assert_frame_equal(_sorted(found.toArrow()), _sorted(expected), check_dtype=False, rtol=1e-5)


def _here(scorer: BatchScorer, table: pa.Table) -> pa.Table:
    return pa.Table.from_batches([scorer(table)])


def test_every_row_is_answered_as_here(spark: Any, tmp_path: Path) -> None:
    table = _table()
    for predictor in (student_of(["a", "b"]), _on_onnx(student_of(["a", "b"]), tmp_path)):
        scorer = BatchScorer(predictor, keep=["id"], probabilities=True)
        _equal(score_dataframe(scorer, _frame(spark, table)), _here(scorer, table))


def test_columns_of_any_type_and_lists_are_read(spark: Any) -> None:
    student, columns = student_of_columns()
    table = pa.table({**columns, "id": [*range(4)], "site.name": ["x", "y", None, "x"]})
    scorer = BatchScorer(student, keep=["id", "site.name"])
    _equal(score_dataframe(scorer, _frame(spark, table, 2)), _here(scorer, table))
    x = np.random.default_rng(0).normal(size=(6, 3)).tolist()
    lists = pa.table({"features": pa.array(x, pa.list_(pa.float32())), "id": [*range(6)]})
    scorer = BatchScorer(student_of(LabelAnswers(np.array(["a", "b", "c"])), names=None), keep=["id"])
    _equal(score_dataframe(scorer, _frame(spark, lists, 2)), _here(scorer, lists))


def test_workers_read_files_themselves(spark: Any, tmp_path: Path) -> None:
    table, scorer = _table(), BatchScorer(_on_onnx(student_of(["a", "b"]), tmp_path), keep=["id"])
    for number, rows in enumerate((range(250), range(250, 250), range(250, ROWS))):
        pq.write_table(table.take(pa.array(rows, pa.int64())), tmp_path / f"{number}.parquet", row_group_size=60)
    answers = score_files(scorer, tmp_path, spark, task_rows=120)
    _equal(answers, _here(scorer, table))
    pq.write_table(table.drop_columns("age"), tmp_path / "3.parquet")
    with pytest.raises(DataError, match="expected the columns of .*0.parquet in every file, got in .*3.parquet 'age'"):
        score_files(scorer, tmp_path, spark)


def test_a_folder_is_scored_from_the_command_line(
    spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    student, table, out = student_of(["a", "b"]), _table(), tmp_path / "answers"
    student.save(tmp_path / "model")
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=100)
    command = ["score", str(tmp_path / "model"), str(tmp_path / "in.parquet"), str(out), "--engine", "spark"]
    command += ["--keep", "id", "--errors", "null"]
    assert main(command) == 0
    assert f"{ROWS} rows, 0 without an answer" in capsys.readouterr().out
    expected = _here(BatchScorer(student, keep=["id"], errors="null"), table)
    pd.testing.assert_frame_equal(_sorted(pq.read_table(out)), _sorted(expected), check_dtype=False, rtol=1e-5)
    assert main(command) == 2
    assert "replace what Spark wrote there with --overwrite" in capsys.readouterr().err
    assert main([*command, "--overwrite"]) == 0
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_few_rows_in_many_partitions_most_of_them_empty(spark: Any) -> None:
    table, scorer = _table(10), BatchScorer(student_of(["a", "b"]), keep=["id"])
    _equal(score_dataframe(scorer, _frame(spark, table, 64)), _here(scorer, table))
    nothing = score_dataframe(scorer, _frame(spark, table.slice(0, 0), 3))
    assert (nothing.columns, nothing.count()) == (["id", "prediction", "confidence"], 0)


def test_a_bad_row_has_no_answer_or_fails_the_job(spark: Any) -> None:
    columns = numbers_of(40)
    columns["age"][7] = np.nan
    table, student = pa.table(columns), student_of(["a", "b"])
    scorer = BatchScorer(student, keep=["id"], errors="null")
    answers = score_dataframe(scorer, _frame(spark, table))
    _equal(answers, _here(scorer, table))
    assert [(row.id, row.prediction) for row in answers.where("error is not null").collect()] == [("node-7", None)]
    with pytest.raises(Exception, match="NaN or infinity in 1 of"):
        score_dataframe(BatchScorer(student), _frame(spark, table)).collect()


def test_a_table_of_another_schema_is_refused_before_any_row_is_read(spark: Any, tmp_path: Path) -> None:
    scorer = BatchScorer(student_of(["a", "b"]), keep=["id"])
    pq.write_table(_table(10), tmp_path / "in.parquet")  # what lies in memory Spark filters when it plans
    frame = spark.read.parquet(str(tmp_path / "in.parquet")).where("assert_true(likes < 0, 'a row was read') is null")
    with pytest.raises(DataError, match="missing 'age'; did you mean 'aged'"):
        score_dataframe(scorer, frame.withColumnRenamed("age", "aged"))
    with pytest.raises(DataError, match="expected numbers, got 'age' .string.; convert"):
        score_dataframe(scorer, frame.selectExpr("id", "likes", "old", "string(age) as age"))
    with pytest.raises(ConfigError, match="the table has no column 'ids'; did you mean 'id'"):
        score_dataframe(BatchScorer(scorer.predictor, keep=["ids"]), frame)
    with pytest.raises(Exception, match="a row was read"):  # which is what it takes to notice
        score_dataframe(scorer, frame).collect()


def _deadly(student: Predictor, mark: Path, victim: str, always: bool = False) -> BatchScorer:
    """A scorer that kills its process after a batch: the first time, or always.

    Its class is made here, so that it travels to workers by value: they need not have these tests.
    """

    class Deadly(BatchScorer):
        def stream(self, batches: Any) -> Iterator[Any]:
            import psutil

            for batch in batches:
                yield self(batch)
                try:
                    if not always:
                        mark.touch(exist_ok=False)
                except FileExistsError:
                    continue
                worker = psutil.Process()
                executor = worker.parent().parent()
                os.kill({"worker": worker, "executor": executor}[victim].pid, signal.SIGKILL)

    return Deadly(student, keep=["id", "day"])


def _days(rows: int) -> pa.Table:
    table = _table(rows)
    return table.append_column("day", pa.array([row % 4 for row in range(rows)]))


@pytest.mark.parametrize("victim", ["worker", "executor"])
def test_what_a_killed_task_had_to_do_is_done_once(spark: Any, tmp_path: Path, victim: str) -> None:
    table, student, mark = _days(4_000), student_of(["a", "b"]), tmp_path / "killed"
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 100)
    try:
        answers = score_dataframe(_deadly(student, mark, victim), _frame(spark, table, 6))
        answers.write.parquet(str(tmp_path / "answers"))
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
    assert mark.exists()
    found = pq.read_table(tmp_path / "answers")
    assert found.num_rows == len(set(found["id"].to_pylist())) == table.num_rows
    expected = _here(BatchScorer(student, keep=["id", "day"]), table)
    pd.testing.assert_frame_equal(_sorted(found), _sorted(expected), check_dtype=False, rtol=1e-5)


def test_partitions_are_replaced_as_a_whole_or_not_at_all(spark: Any, tmp_path: Path) -> None:
    out, table = tmp_path / "answers", _days(80)
    old, new = student_of(["a", "b"]), student_of(["c", "d"])

    def write(scorer: BatchScorer, frame: Any) -> None:
        writer = score_dataframe(scorer, frame).write.mode("overwrite").option("partitionOverwriteMode", "dynamic")
        writer.partitionBy("day").parquet(str(out))

    def answers() -> list[set[str]]:
        found = spark.read.parquet(str(out)).toArrow()
        days = np.array(found["day"].to_pylist())
        assert sorted(found["id"].to_pylist()) == sorted(table["id"].to_pylist())
        return [set(np.array(found["prediction"].to_pylist())[days == day]) for day in range(4)]

    write(BatchScorer(old, keep=["id", "day"]), _frame(spark, table))
    assert set.union(*answers()) <= {"a", "b"}
    later = _frame(spark, table).where("day < 2")
    with pytest.raises(Exception, match="(?s)aborted|crashed"):
        write(_deadly(new, tmp_path / "mark", "worker", always=True), later)
    assert set.union(*answers()) <= {"a", "b"}
    write(BatchScorer(new, keep=["id", "day"]), later)
    assert [found <= {"c", "d"} for found in answers()] == [True, True, False, False]


def test_a_worker_unpacks_the_student_once(spark: Any, tmp_path: Path) -> None:
    class Counted(BatchScorer):
        def __setstate__(self, state: dict[str, Any]) -> None:
            vars(self).update(state)
            with (tmp_path / str(os.getpid())).open("a") as file:
                file.write("x")

    scorer = Counted(student_of(["a", "b"]), keep=["id"])
    answers = score_dataframe(scorer, _frame(spark, _table(64), 16))
    assert answers.count() == answers.count() == 64
    unpacked = [path.read_text() for path in tmp_path.iterdir()]
    assert 1 <= len(unpacked) <= 3  # two workers, and one more if a task was faster than the next
    assert set(unpacked) == {"x"}


def test_what_arrives_altered_is_refused() -> None:
    pytest.importorskip("pyspark")
    shipped = _Shipped(b"a student")
    shipped.content = b"another"
    with pytest.raises(ArtefactError, match="came to a worker other than it was sent"):
        _unpacked(shipped)

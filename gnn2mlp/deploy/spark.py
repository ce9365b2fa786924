"""Answers for a table of any length on a cluster: the scorer of record batches on Spark. Imports no torch."""

import hashlib
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.parquet import open_table, pyarrow_modules
from gnn2mlp.core.spark import spark_session, spark_sql
from gnn2mlp.deploy.batch_scorer import BatchScorer
from gnn2mlp.deploy.table_scoring import Part, common_schema, part_answers, planned_parts, source_files
from gnn2mlp.deploy.written_columns import ERROR

# Spark's mark that all of a folder has been written.
_SUCCESS = "_SUCCESS"
# Rows of a task that reads a part of a file itself.
TASK_ROWS = 250_000


def score_dataframe(scorer: BatchScorer, frame: Any) -> Any:
    """Answers for every row of a Spark DataFrame, as a DataFrame: `mapInArrow` with the columns that are read.

    Nothing is computed until the answers are written or asked for. The scorer travels to the workers by the means by
    which Spark ships functions, is checked there by its digest, and is unpacked once a Python worker, however many
    tasks that is given. A task that is lost is done again by Spark, and a row is answered alike in any task, so that
    what Spark writes has each row once. Workers need gnn2mlp, and ONNX Runtime (or torch, for a `Predictor`).

    Rows keep no order, as in any DataFrame: hand on an id. Spark's settings decide how many rows are scored at once
    (`spark.sql.execution.arrow.maxRecordsPerBatch`), and whether rows of more than 100 columns are read by columns
    (`spark.sql.codegen.maxFields`, which has to be as many as there are columns).

    Args:
        scorer: what `gnn2mlp.deploy.BatchScorer` makes of a student; with `OnnxPredictor` workers need no torch.
        frame: a `pyspark.sql.DataFrame` with the columns that the student reads, by their names, and others.

    Returns:
        A DataFrame with the columns of `BatchScorer.output_schema`.

    Raises:
        ConfigError: if pyspark is not installed, or there is no column to keep of that name.
        DataError: before any row is read, if a column is missing or of a type that the student cannot read. What is
            wrong with a row fails the job that writes, unless the scorer has `errors="null"`.

    Example:
        >>> from gnn2mlp.deploy import BatchScorer, OnnxPredictor, score_dataframe
        >>> scorer = BatchScorer(OnnxPredictor.load("model/"), keep=["page_id"])  # doctest: +SKIP
        >>> answers = score_dataframe(scorer, spark.read.parquet("s3a://lake/pages"))  # doctest: +SKIP
        >>> answers.write.parquet("s3a://lake/answers")  # doctest: +SKIP
    """
    spark_sql()
    arrow, _ = pyarrow_modules()
    asked = dict.fromkeys([*scorer.keep, *scorer.reads])
    chosen = frame.select([_quoted(name) for name in asked if name in frame.columns])
    # Of no rows: it needs no job. Columns that nobody asks for may be of types that Arrow does not have.
    schema = chosen.limit(0).toArrow().schema
    others = [arrow.field(name, arrow.null()) for name in frame.columns if name not in asked]
    answers = scorer.output_schema(arrow.schema([*schema, *others]))
    # mapInArrow takes no column whose name has a dot.
    numbered = chosen.toDF(*(f"c{number}" for number in range(len(asked))))
    return numbered.mapInArrow(_RowReader(_Shipped.of(scorer), [*asked]), _fields(answers, frame.sparkSession))


def score_files(scorer: BatchScorer, source: str | Path, session: Any = None, task_rows: int = TASK_ROWS) -> Any:
    """As `score_dataframe`, for Parquet files that all workers find under one path: each reads its part of them itself.

    Rows then do not go through the JVM, which takes most of the time of `score_dataframe`: only answers do.

    Args:
        scorer: as there.
        source: a Parquet file, or a folder of such files, on a disk that driver and workers share.
        session: a `pyspark.sql.SparkSession`; default: the active one, or a new one.
        task_rows: about so many rows are a task, which is some row groups of one file.

    Returns:
        A DataFrame with the columns of `BatchScorer.output_schema`.

    Raises:
        ConfigError: if pyspark or Java is missing, there is no such source, or no column to keep of that name.
        DataError: before any row is read, if a column is missing, or of a type that the student cannot read.
        ArtefactError: if a file's end is damaged; other damage fails the job.
    """
    session = spark_session() if session is None else session
    files = source_files(user_path(source, "source").absolute())
    tables = [open_table(file) for file in files]
    answers = common_schema(scorer, files, tables)
    reader = _PartReader(_Shipped.of(scorer), files, planned_parts(tables, task_rows))
    # A row a task, which is the number of its part.
    numbers = session.range(0, len(reader.parts), 1, max(1, len(reader.parts)))
    return numbers.mapInArrow(reader, _fields(answers, session))


def write_answers(answers: Any, out: Path, overwrite: bool = False) -> tuple[int, int]:
    """Write a DataFrame of answers as a folder of Parquet files.

    They are written beside it, and moved to `out` once all are there.

    Args:
        answers: as the functions above return them.
        out: the folder, on a disk that driver and workers share.
        overwrite: whether another folder of Parquet files there is replaced.

    Returns:
        How many rows there are, and how many of them have no answer.

    Raises:
        ConfigError: if there is something at `out`, and it is not to be replaced.
    """
    if out.exists() and not (overwrite and (out / _SUCCESS).exists()):
        raise ConfigError(
            f"out: expected nothing at {out}, found something; choose another name, or replace what Spark wrote there "
            "with --overwrite"
        )
    beside = out.absolute().with_name(f".{out.name}.writing")
    answers.write.mode("overwrite").parquet(beside.as_uri())
    shutil.rmtree(out, ignore_errors=True)
    beside.replace(out)
    written = answers.sparkSession.read.schema(answers.schema).parquet(out.absolute().as_uri())
    return written.count(), written.where("error is not null").count() if ERROR in answers.columns else 0


def _fields(schema: Any, session: Any) -> Any:
    """A schema of Arrow as Spark has it."""
    return session.createDataFrame(schema.empty_table()).schema


def _quoted(name: str) -> str:
    """The column of this name, dots and all."""
    return f"`{name.replace('`', '``')}`"


class _Shipped:
    """A scorer on its way to workers, as bytes that cost a task nothing to read."""

    def __init__(self, content: bytes):
        self.content, self.digest = content, hashlib.sha256(content).hexdigest()

    @classmethod
    def of(cls, scorer: BatchScorer) -> "_Shipped":
        from pyspark.serializers import CloudPickleSerializer

        return cls(CloudPickleSerializer().dumps(scorer))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shipped) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class _RowReader(NamedTuple):
    """From rows to their answers."""

    shipped: _Shipped
    names: list[str]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        arrow, _ = pyarrow_modules()
        named = (arrow.RecordBatch.from_arrays(batch.columns, names=self.names) for batch in batches)
        return _unpacked(self.shipped).stream(named)


class _PartReader(NamedTuple):
    """From numbers of parts to the answers of their rows."""

    shipped: _Shipped
    files: list[Path]
    parts: list[Part]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                part = self.parts[number]
                path = self.files[part.file]
                yield from part_answers(_unpacked(self.shipped), path, open_table(path), part)


@lru_cache(maxsize=2)  # a worker may be given tasks of several jobs
def _unpacked(shipped: _Shipped) -> BatchScorer:
    from pyspark.serializers import CloudPickleSerializer

    if hashlib.sha256(shipped.content).hexdigest() != shipped.digest:
        raise ArtefactError("score: the student came to a worker other than it was sent; run the job again")
    return CloudPickleSerializer().loads(shipped.content)  # type: ignore[no-any-return]

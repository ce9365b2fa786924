from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy.monitoring import profile_of, table_batches
from tests.deploy.scored import numbers_of, student_of

PROFILE = profile_of(student_of(["a", "b"]), numbers_of(100))


def test_parquet_is_read_in_batches_with_the_needed_columns(tmp_path: Path) -> None:
    for name in ("a", "b"):
        pq.write_table(pa.table(numbers_of(40)), tmp_path / f"{name}.parquet")
    found = table_batches(tmp_path, PROFILE)
    assert (found.extra, found.rows) == (["id"], 80)
    batches = list(found.batches)
    assert sum(batch.num_rows for batch in batches) == 80
    assert set(batches[0].schema.names) == {"likes", "age", "old"}
    assert table_batches(tmp_path / "a.parquet", PROFILE, ["id"]).extra == []


def test_text_is_read_in_a_stream(tmp_path: Path) -> None:
    pa.csv.write_csv(pa.table(numbers_of(40)), tmp_path / "a.csv")
    found = table_batches(tmp_path / "a.csv", PROFILE)
    assert (found.extra, found.rows) == (["id"], None)
    assert sum(batch.num_rows for batch in found.batches) == 40


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a Parquet file"):
        table_batches(tmp_path / "none.parquet", PROFILE)
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(ArtefactError, match="expected a Parquet table"):
        table_batches(tmp_path / "x.parquet", PROFILE)
    (tmp_path / "x.csv").write_text("")
    with pytest.raises(ArtefactError, match="expected a table of text"):
        table_batches(tmp_path / "x.csv", PROFILE)
    (tmp_path / "late.csv").write_text("likes,age\n" + "1,2\n" * 400_000 + "many,2\n")
    with pytest.raises(ArtefactError, match="write it as Parquet"):
        list(table_batches(tmp_path / "late.csv", PROFILE).batches)


def test_files_of_other_columns_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"likes": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"age": [1]}), tmp_path / "b.parquet")
    with pytest.raises(ConfigError, match="expected the columns of"):
        table_batches(tmp_path, PROFILE)

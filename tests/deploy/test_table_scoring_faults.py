"""What is wrong with a disk or a table is told, loses nothing, and is gone on with once it is mended."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.deploy import BatchScorer, Predictor, score_table
from tests.deploy.scored import numbers_of, student_of, student_of_columns
from tests.helpers import full_disk

ROWS = 4000


@pytest.fixture
def student(tmp_path: Path) -> Predictor:
    made = student_of(["a", "b", "c"])
    made.save(tmp_path / "model")
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table(numbers_of(ROWS)), path, row_group_size=500)
    return path


@pytest.mark.parametrize(("limit", "reused"), [(5_000, 0), (60_000, ROWS)], ids=["at the first part", "at the end"])
def test_a_full_disk_loses_nothing(student: Predictor, source: Path, tmp_path: Path, limit: int, reused: int) -> None:
    scorer = BatchScorer(student, keep=["id"], probabilities=True)
    with full_disk(limit), pytest.raises(ArtefactError, match="could not write.*free some space or choose another"):
        score_table(scorer, source, tmp_path / "out.parquet", part_rows=500)
    assert not (tmp_path / "out.parquet").exists()
    written = [path.name for path in (tmp_path / "out.parquet.parts").iterdir()]
    assert len([name for name in written if name.startswith("part-")]) == reused // 500
    assert not [name for name in written if "tmp" in name]
    done = score_table(scorer, source, tmp_path / "out.parquet", part_rows=500)
    assert done.reused == reused
    assert pq.read_table(done.out)["id"].to_pylist() == [f"node-{row}" for row in range(ROWS)]


def test_a_file_that_was_cut_short_is_refused_wherever_it_was_cut(student: Predictor, source: Path) -> None:
    content = source.read_bytes()
    for share in (0.0, 0.3, 0.9, 0.999):
        source.write_bytes(content[: int(share * len(content))])
        with pytest.raises(ArtefactError, match=r"expected a Parquet table at .*in\.parquet"):
            score_table(BatchScorer(student), source, source.with_name("out.parquet"))
    assert not source.with_name("out.parquet").exists()


def test_a_hole_in_a_file_is_told_and_what_was_written_before_is_kept(student: Predictor, source: Path) -> None:
    content, out = bytearray(source.read_bytes()), source.with_name("out.parquet")
    middle = pq.read_metadata(source).row_group(4).column(1).data_page_offset
    whole = bytes(content)
    content[middle : middle + 40] = bytes(40)
    source.write_bytes(content)
    scorer = BatchScorer(student, keep=["id"])
    with pytest.raises((ArtefactError, DataError), match=r"in\.parquet"):
        score_table(scorer, source, out, part_rows=500)
    source.write_bytes(whole)
    done = score_table(scorer, source, out, part_rows=500)
    assert done.reused == 2000
    assert pq.read_table(out)["id"].to_pylist() == [f"node-{row}" for row in range(ROWS)]


def test_gaps_are_told_by_the_row(student: Predictor, source: Path, tmp_path: Path) -> None:
    table = pq.read_table(source)
    age = table["age"].to_numpy().copy()
    age[[7, 3999]] = np.nan
    gaps = pa.array(age, from_pandas=True)
    pq.write_table(table.set_column(table.column_names.index("age"), "age", gaps), source, row_group_size=500)
    with pytest.raises(DataError, match=r"rows 0 to 499: .*row 7"):
        score_table(BatchScorer(student), source, tmp_path / "out.parquet", part_rows=500)
    done = score_table(BatchScorer(student, errors="null"), source, tmp_path / "out.parquet", part_rows=500)
    assert (done.rows, done.failed) == (ROWS, 2)


def test_ids_are_handed_on_as_they_are(student: Predictor, tmp_path: Path) -> None:
    ids = [None, "a", "a", None, "b", ""]
    pq.write_table(pa.table({**numbers_of(6), "id": ids}), tmp_path / "in.parquet")
    done = score_table(BatchScorer(student, keep=["id"]), tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pq.read_table(done.out)["id"].to_pylist() == ids


def test_one_row_group_is_read_some_rows_at_a_time(student: Predictor, tmp_path: Path) -> None:
    rows, told = 50_000, list[int]()
    pq.write_table(pa.table(numbers_of(rows)), tmp_path / "in.parquet", row_group_size=rows)
    done = score_table(
        BatchScorer(student), tmp_path / "in.parquet", tmp_path / "out.parquet", lambda done, *_: told.append(done)
    )
    assert done.rows == rows
    assert len(told) >= 4
    assert pq.read_metadata(done.out).num_rows == rows


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_texts_of_any_type_of_arrow(tmp_path: Path, kind: pa.DataType) -> None:
    student, table = student_of_columns()
    texts = (
        pa.array(table["kind"]).cast(kind)
        if not pa.types.is_dictionary(kind)
        else pa.array(table["kind"]).dictionary_encode()
    )
    pq.write_table(pa.table({"likes": table["likes"], "kind": texts, "id": texts}), tmp_path / "in.parquet")
    done = score_table(BatchScorer(student, keep=["id"]), tmp_path / "in.parquet", tmp_path / "out.parquet")
    found = pq.read_table(done.out)
    assert found["prediction"].to_pylist() == student.predict(table).tolist()
    assert found["id"].to_pylist() == table["kind"]


def test_long_texts_are_read_few_rows_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    student, _ = student_of_columns()
    monkeypatch.setattr("gnn2mlp.deploy.table_scoring.BATCH_BYTES", 100_000)
    scorer, most, answer = BatchScorer(student, keep=["id"]), 0, student.outputs
    monkeypatch.setattr(student, "outputs", lambda X: answer(record(X)))

    def record(X: pa.Table) -> pa.Table:
        nonlocal most
        most = max(most, X.nbytes)
        return X

    kinds = [f"{'shop' * 500} {row}" if row % 2 else "bar" * 600 for row in range(600)]
    columns = {"likes": np.arange(600.0), "kind": kinds, "id": np.arange(600)}
    pq.write_table(pa.table(columns), tmp_path / "in.parquet", use_dictionary=False)
    done = score_table(scorer, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pq.read_table(done.out)["id"].to_pylist() == [*range(600)]
    assert most < 200_000
    expected = student.predict({"likes": columns["likes"], "kind": kinds}).tolist()
    assert pq.read_table(done.out)["prediction"].to_pylist() == expected


def test_a_text_that_repeats_is_held_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    student, _ = student_of_columns()
    sizes, answer = list[int](), student.outputs
    monkeypatch.setattr(student, "outputs", lambda X: (sizes.append(X.nbytes), answer(X))[1])
    texts = pa.DictionaryArray.from_arrays(pa.array(np.arange(10_000) % 2), pa.array(["shop" * 25_000, "bar"]))
    columns = {"likes": np.arange(10_000.0), "kind": texts}
    pq.write_table(pa.table(columns), tmp_path / "in.parquet", store_schema=False)
    assert pq.read_schema(tmp_path / "in.parquet").field("kind").type == pa.string()
    done = score_table(BatchScorer(student), tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert max(sizes) < 1_000_000  # 500 MB as texts of their own
    expected = student.predict({"likes": [0.0, 1.0], "kind": ["shop" * 25_000, "bar"]}).tolist()
    assert pq.read_table(done.out)["prediction"].to_pylist()[:2] == expected

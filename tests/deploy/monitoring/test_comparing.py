"""A table beside that of training: false alarms are as rare as stated, and what shifted is found."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.monitoring import Limits, Monitored, compare
from tests.deploy.monitoring.watched import table_of, watched_model

PREDICTOR, PROFILE = watched_model()


def compared(table: pa.Table, **options: object) -> Monitored:
    return compare(PROFILE, table.to_batches(max_chunksize=301), PREDICTOR, **options)  # type: ignore[arg-type]


def test_false_alarms_are_as_rare_as_stated() -> None:
    """200 tables like that of training: with limits of nothing, so that chance alone decides, 1 % may be wrong."""
    chance = Limits(psi=1e-9, share=1e-9, shift=1e-9, accuracy=1e-9, alpha=0.01)
    sizes = [20, 50, 120, 300]
    wrong = [compared(table_of(sizes[k % 4], 100 + k), limits=chance).drifted for k in range(200)]
    assert sum(wrong) <= 6  # more have a probability below 0.5 % where the rate is 1 %


def test_with_the_usual_limits_no_table_of_many_rows_is_called_drifted() -> None:
    assert not any(compared(table_of(4000, 900 + k)).drifted for k in range(3))


def shifted(name: str, table: pa.Table) -> pa.Table:
    place, column = table.schema.names.index(name), table[name]
    rows = table.num_rows
    made = {
        "likes": lambda: pc.multiply(column, 4.0),
        "city": lambda: pa.array(["Rome", "Kyiv"] * (rows // 2)),
        "open": lambda: pa.array([True] * rows),
        "text": lambda: pa.array([f"quite another subject {k % 7}" for k in range(rows)]),
        "tags": lambda: pa.array([["c"]] * rows),
        "since": lambda: pa.array(np.datetime64("2026-01-01") + np.arange(rows) % 90),
        "vector": lambda: pa.FixedSizeListArray.from_arrays(pa.array(np.ones(4 * rows, np.float32)), 4),
    }[name]()
    return table.set_column(place, name, made)


@pytest.mark.parametrize("name", PROFILE.columns and [column.name for column in PROFILE.columns])
def test_a_shifted_column_is_found_and_named(name: str) -> None:
    found = compared(shifted(name, table_of(400, 7)))
    assert [column.name for column in found.columns if column.drifted] == [name]
    assert found.exit_code == 1
    ignored = compare(PROFILE, [shifted(name, table_of(400, 7))], ignore=[name])
    assert not ignored.drifted


def test_gaps_are_found() -> None:
    table = table_of(400, 8)
    found = compared(table.set_column(0, "likes", pa.array([None, *[1.0, None, 9.0] * 133])))
    gaps = next(check for where, check in found.checks if (where, check.what) == ("likes", "gaps"))
    assert gaps.drifted


def test_how_a_table_is_cut_does_not_matter() -> None:
    table = table_of(500, 9)
    assert compare(PROFILE, [table], PREDICTOR).to_dict() == compared(table).to_dict()


def test_columns_that_are_missing_extra_or_of_another_type() -> None:
    table = table_of(200, 10).append_column("new", pa.array(range(200)))
    found = compared(table.drop_columns(["city"]))
    assert (list(found.missing), list(found.extra)) == (["city"], ["new"])
    assert found.drifted
    assert not found.answers
    wrong = compared(table.set_column(0, "likes", pa.array(["many"] * 200)), ignore=["likes"])
    assert "expected" in wrong.problem
    assert "got 'likes' (string)" in wrong.sentence
    assert repr(wrong) == "Monitored(rows=200, drifted=True)"
    assert wrong.exit_code == 1


def test_rows_that_cannot_be_read_are_counted() -> None:
    likes = pa.array([1e39, *[3.0] * 199])
    found = compared(table_of(200, 11).set_column(0, "likes", likes))
    assert found.unanswered == 1


def test_true_labels_tell_how_accuracy_fared() -> None:
    table = table_of(300, 12)
    said = PREDICTOR.predict(table)
    right = compared(table.append_column("kind", pa.array(said.tolist())), label="kind")
    accuracy = next(check for check in right.answers if check.what == "accuracy")
    assert accuracy.now == 1.0
    assert not accuracy.drifted
    other = next(name for name in PREDICTOR.classes_.tolist() if name != said[0])
    wrong = compared(table.append_column("kind", pa.array([other, *["nothing"] * 299])), label="kind")
    accuracy = next(check for check in wrong.answers if check.what == "accuracy")
    assert accuracy.now == 0.0
    assert accuracy.drifted
    assert "accuracy" in wrong.sentence


def test_codes_are_compared_where_something_tells_them() -> None:
    from dataclasses import replace

    frame, counts = PROFILE.answers  # type: ignore[misc]
    profile = replace(
        PROFILE, answers=(replace(frame, num_codes=4), {**counts, "codes": np.array([500, 500, 500, 500])})
    )
    table = table_of(400, 13)
    even = compare(profile, [table], PREDICTOR, codes=lambda rows: np.arange(rows.num_rows) % 4)
    assert not next(check for check in even.answers if check.what == "codes").drifted
    one = compare(profile, [table], PREDICTOR, codes=lambda rows: np.zeros(rows.num_rows, np.int64))
    assert next(check for check in one.answers if check.what == "codes").drifted


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="ignore: expected a column that the model reads, got 'citi'"):
        compared(table_of(10, 0), ignore=["citi"])
    with pytest.raises(ConfigError, match="label: the table has no column 'kind'"):
        compared(table_of(10, 0), label="kind")
    for labels, said in [
        ([None] * 10, "expected labels in some rows, got none in 'kind'"),
        (["nothing"] * 10, "got others in all 10 rows that have one, such as 'nothing'; write them as in training"),
    ]:
        with pytest.raises(DataError, match=said):
            compared(table_of(10, 0).append_column("kind", pa.array(labels, pa.string())), label="kind")
    with pytest.raises(DataError, match="expected a table with rows"):
        compare(PROFILE, [])

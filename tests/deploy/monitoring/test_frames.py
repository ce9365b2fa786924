import numpy as np

from gnn2mlp.deploy.monitoring.frames import added
from gnn2mlp.deploy.monitoring.profile import FRAMES
from tests.deploy.monitoring.watched import table_of, watched_model


def test_counts_of_parts_add_up_to_those_of_all() -> None:
    _, profile = watched_model(400)
    table = table_of(500, 3)
    for column in profile.columns:
        frame, whole = column.frame, column.frame.count(_values(column, table))
        first, second = (frame.count(_values(column, part)) for part in (table.slice(0, 137), table.slice(137)))
        together = added(added(None, first), second)
        assert whole.keys() == together.keys() >= {"rows", "gaps"}
        for name in whole:
            np.testing.assert_allclose(whole[name], together[name], rtol=1e-9, err_msg=f"{column.name} {name}")


def test_a_frame_is_made_again_from_its_facts() -> None:
    _, profile = watched_model(400)
    assert {column.frame.form for column in profile.columns} == set(FRAMES)
    table = table_of(100, 4)
    for column in profile.columns:
        again = FRAMES[column.frame.form].of(column.frame.facts())
        values = _values(column, table)
        for name, counts in column.frame.count(values).items():
            np.testing.assert_array_equal(counts, again.count(values)[name])
        assert len(again.labels()) == len(column.counts[column.frame.drawn])


def _values(column, table):
    from gnn2mlp.encoders.raw_table import RawTable

    return column.read(RawTable(table))

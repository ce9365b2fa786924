from pathlib import Path

import duckdb
import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.tables.hops import links
from gnn2mlp.tables.hops.links import Keys, degrees_of, in_blocks, key_sql, read_links, unique_links, write_links
from gnn2mlp.tables.hops.plan import HopPlan

PLAN = HopPlan(rows=20, width=2, part_bits=2, block_bits=3)


def keys_of(pairs: list[tuple[int, int]]) -> np.ndarray:
    """What the expression of SQL gives, ascending."""
    database = duckdb.connect()
    values = ", ".join(f"({r}::UBIGINT, {s}::UBIGINT)" for r, s in pairs)
    found = database.sql(f"SELECT {key_sql('r', 's', PLAN)} AS key FROM (VALUES {values}) AS t(r, s) ORDER BY key")
    return np.array([key for (key,) in found.fetchall()], dtype=np.uint64)


def test_links_come_by_blocks_of_receivers_then_of_senders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "GROUP", 2)
    pairs = [(17, 3), (0, 9), (0, 1), (1, 0), (0, 10), (1, 8), (2, 17)]
    found = list(in_blocks([Keys(keys_of(pairs))], PLAN))
    assert [(each.receiver_block, each.sender_block) for each in found] == [(0, 0), (0, 1), (0, 1), (0, 2), (2, 0)]
    told = [
        (8 * each.receiver_block + receiver, 8 * each.sender_block + sender)
        for each in found
        for receiver, sender in zip(each.receiver.tolist(), each.sender.tolist(), strict=True)
    ]
    assert told == [(0, 1), (1, 0), (0, 9), (0, 10), (1, 8), (2, 17), (17, 3)]


def test_repeated_links_are_one_across_batches() -> None:
    batches = [Keys(np.array(part, dtype=np.uint64)) for part in ([1, 1, 2], [], [2, 2], [2, 5], [7])]
    assert [key for batch in unique_links(batches) for key in batch.key.tolist()] == [1, 2, 5, 7]


def test_what_is_written_is_read_with_the_degrees(tmp_path: Path) -> None:
    pairs = [(0, 1), (1, 0), (0, 9), (17, 3)]
    found = write_links(tmp_path, in_blocks([Keys(keys_of(pairs))], PLAN), PLAN)
    assert found == {"links": 4, "blocks": [[0, 1], [], [0]]}
    assert [each.sender.tolist() for each in read_links(tmp_path, 0, [0, 1])] == [[1, 0], [1]]
    assert list(read_links(tmp_path, 1, [])) == []
    assert degrees_of(tmp_path, 0).tolist() == [3, 2, 1, 1, 1, 1, 1, 1]
    assert degrees_of(tmp_path, 1).tolist() == [1] * 8
    assert degrees_of(tmp_path, 2).tolist() == [1, 2, 1, 1]


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    write_links(tmp_path, in_blocks([Keys(keys_of([(0, 1)]))], PLAN), PLAN)
    path = tmp_path / "links-000000.parquet"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ArtefactError, match="links-000000"):
        list(read_links(tmp_path, 0, [0]))

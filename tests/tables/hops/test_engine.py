from pathlib import Path

import numpy as np

from gnn2mlp.tables.hops import ENGINES, Engine
from gnn2mlp.tables.hops.engine import Counts, without_loops
from gnn2mlp.tables.hops.links import Keys
from gnn2mlp.tables.hops.plan import HopPlan
from gnn2mlp.tables.hops.propagate import _engine


def test_every_engine_is_found_by_its_name(tmp_path: Path) -> None:
    for name in ENGINES:
        kind = _engine(name)
        assert issubclass(kind, Engine)
        assert kind.name == name


def test_loops_are_left_out_and_counted() -> None:
    plan = HopPlan(rows=8, width=1, part_bits=1, block_bits=2)
    key = {(r, s): (((r >> 2) << 30 | s >> 2) << 4) | (r & 3) << 2 | s & 3 for r in range(8) for s in range(8)}
    pairs = [(0, 1), (1, 0), (1, 5), (5, 1), (6, 6), (6, 6), (6, 2), (2, 6)]
    counts = Counts(given=5)
    batches = [Keys(np.array([key[pair] for pair in part], dtype=np.uint64)) for part in (pairs[:3], pairs[3:])]
    left = [value for batch in without_loops(batches, plan, counts, directed=False) for value in batch.key.tolist()]
    assert left == [key[pair] for pair in pairs if pair != (6, 6)]
    assert counts.to_dict() == {"edges": 5, "dangling": 1, "self_loops": 1}

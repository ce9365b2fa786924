from pathlib import Path

import numpy as np
import pyarrow as pa
import torch

from gnn2mlp.tables.hops.links import Links, write_links
from gnn2mlp.tables.hops.parts import HopParts
from gnn2mlp.tables.hops.plan import HopPlan
from gnn2mlp.tables.hops.product import _add_product, multiply_block


def test_a_block_worked_by_hand(tmp_path: Path) -> None:
    """Nodes 0 and 1 are linked, node 2, in the other block, receives from 1 with weight 3, node 3 from nobody."""
    plan = HopPlan(rows=4, width=1, part_bits=1, block_bits=1)
    source, target = HopParts(tmp_path, 0, plan, "id"), HopParts(tmp_path, 1, plan, "id")
    for part, values in enumerate(([[1.0], [2.0]], [[4.0], [8.0]])):
        source.write(part, pa.array([2 * part, 2 * part + 1]), np.array(values, dtype=np.float32))
    one, three = np.ones(2, dtype=np.float32), np.full(1, 3, dtype=np.float32)
    ints = [np.array(values, dtype=np.int32) for values in ([0, 1], [1, 0], [0], [1])]
    found = write_links(
        tmp_path / "links", [Links(0, 0, ints[0], ints[1], one), Links(1, 0, ints[2], ints[3], three)], plan
    )
    for block in range(2):
        digests = multiply_block(tmp_path / "links", found["blocks"][block], block, source, target, "symmetric")
        assert len(digests) == 1
    rows = [value for part in range(2) for (value,) in target.rows(part).tolist()]
    assert np.allclose(rows, [1.5, 1.5, 4 / 4 + 3 * 2 / np.sqrt(8), 8])
    multiply_block(tmp_path / "links", found["blocks"][1], 1, source, target, "row")
    assert np.allclose(target.rows(1)[:, 0], [(4 + 3 * 2) / 4, 8])


def test_sums_leave_other_receivers_alone() -> None:
    total, rows = torch.zeros(10, 2), torch.arange(8.0).reshape(4, 2)
    receiver, sender = (np.array(values, dtype=np.int32) for values in ([3, 3, 7], [0, 3, 1]))
    _add_product(total, Links(0, 0, receiver, sender, None), rows)
    assert total[3].tolist() == [6, 8]
    assert total[7].tolist() == [2, 3]
    assert total.abs().sum() == 19

from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.deploy import NodeRouter
from gnn2mlp.evaluate.routing import Router

ROUTER = Router((0.1, 1.5), (0.2, 1.0, 0.7))


@pytest.mark.parametrize("ids", [["a", "b", "ü"], [7, 3, 900]])
def test_it_is_read_as_it_was_written(ids: list[str] | list[int], tmp_path: Path) -> None:
    made = NodeRouter(ROUTER, ids, [0.5, -2.0, 0.0])
    read = NodeRouter.load(made.save(tmp_path / "router.safetensors"))
    assert read.router == ROUTER
    assert len(read) == 3
    confidence = np.array([0.3, 0.6, 0.9])
    assert (read(confidence, ids[::-1]) == made(confidence, ids[::-1])).all()


def test_ids_that_are_not_in_the_table_go_by_confidence() -> None:
    made = NodeRouter(ROUTER, [1, 2], [5.0, -5.0])
    assert made([0.7, 0.7], [3, 4]).tolist() == ROUTER([0.7, 0.7]).tolist() == made([0.7, 0.7]).tolist()
    assert made([0.7], [1]) > made([0.7], [2])


def test_without_a_joint_part_no_id_is_looked_up() -> None:
    made = NodeRouter(Router((0.0, 1.0), None), ["a"], [1.0])
    assert made([0.4], [object()]).tolist() == pytest.approx([0.4])


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="an own margin for each of 2 ids"):
        NodeRouter(ROUTER, [1, 2], [0.0])
    with pytest.raises(DataError, match="once"):
        NodeRouter(ROUTER, [1, 1], [0.0, 1.0])
    with pytest.raises(DataError, match="an id for each of 2 rows, got 1"):
        NodeRouter(ROUTER, [1, 2], [0.0, 1.0])([0.5, 0.5], [1])
    with pytest.raises(ArtefactError):
        NodeRouter.load(tmp_path / "absent.safetensors")


def test_it_says_what_it_reads() -> None:
    assert repr(NodeRouter(ROUTER, [1], [0.0])) == "NodeRouter(1 nodes, reads the own margin beside the confidence)"
    assert "confidence alone" in repr(NodeRouter(Router((0.0, 1.0), None), [1], [0.0]))

"""A router with the own margins of the nodes that are known: a table that was made where the graph is.

What ships knows no graph, and an own margin is made of one. So margins are written down beside the teacher, node by
node, and a cascade looks them up by id; of nodes that are not in the table the student's confidence alone decides.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.routing import Router
from gnn2mlp.tables.lookup import NodeIds

KIND = "router"


class NodeRouter:
    """How likely a student is to answer as its teacher, for nodes by their ids; what `Cascade` takes as `router`.

    Args:
        router: chosen on validation nodes.
        ids: (nodes,) whole numbers or texts, each once.
        own_margin: (nodes,), see `gnn2mlp.explainers.own_margins`.

    Raises:
        DataError: for ids that are not one for each margin, or given twice.

    Example:
        >>> router = NodeRouter(Router((0.0, 1.0), (0.0, 1.0, 2.0)), ["a", "b"], [1.0, -1.0])
        >>> router([0.5, 0.5, 0.5], ["b", "a", "new"]).round(2).tolist()
        [0.12, 0.88, 0.5]
    """

    def __init__(self, router: Router, ids: Any, own_margin: ArrayLike):
        self.router = router
        self.ids = np.asarray(ids)
        self.own_margin = np.asarray(own_margin, np.float64)
        if self.own_margin.shape != (len(self.ids),):
            raise DataError(
                f"router: expected an own margin for each of {len(self.ids)} ids, got shape {self.own_margin.shape}"
            )
        self._rows = NodeIds(self.ids, "ids of the router")

    def __repr__(self) -> str:
        reads = "the confidence alone" if self.router.joint is None else "the own margin beside the confidence"
        return f"NodeRouter({len(self):,} nodes, reads {reads})"

    def __len__(self) -> int:
        return len(self.ids)

    def __call__(self, confidence: ArrayLike, ids: Any = None) -> np.ndarray:
        """Float64 (rows,), in 0..1.

        Args:
            confidence: (rows,), the student's greatest probability.
            ids: (rows,) of the nodes, of the kind of the table's; without them the confidence alone decides.

        Raises:
            DataError: for ids of another kind, or not one for each row.
        """
        sure = np.asarray(confidence, np.float64)
        if ids is None or self.router.joint is None:
            return self.router(sure)
        rows = self._rows.rows(ids, "ids")
        if rows.shape != sure.shape:
            raise DataError(f"router: expected an id for each of {len(sure)} rows, got {len(rows)}")
        return self.router(sure, np.where(rows < 0, np.nan, self.own_margin[rows]))

    def save(self, path: str | Path) -> Path:
        """Write it as one file.

        Raises:
            ArtefactError: if the file cannot be written.
            DataError: for ids that are neither whole numbers nor texts.
        """
        tensors = {"own_margin": torch.from_numpy(self.own_margin)}
        card: dict[str, Any] = {"plain": list(self.router.plain)}
        card["joint"] = None if self.router.joint is None else list(self.router.joint)
        if self.ids.dtype.kind in "iu":
            tensors["ids"] = torch.from_numpy(self.ids.astype(np.int64))
        elif all(isinstance(one, str) for one in self.ids.tolist()):
            card["ids"] = self.ids.tolist()
        else:
            raise DataError("router: expected ids that are whole numbers or texts, as a file holds no others")
        artefact.save(path, KIND, tensors, card)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> "NodeRouter":
        """What `save` wrote.

        Raises:
            ArtefactError: if the file is missing, damaged, or another thing.
        """
        tensors, card = artefact.load(path, KIND)
        joint = card["joint"]
        router = Router(tuple(card["plain"]), None if joint is None else tuple(joint))
        ids = tensors["ids"].numpy() if "ids" in tensors else np.array(card["ids"], dtype=object)
        return cls(router, ids, tensors["own_margin"].numpy())

"""The file in which a run keeps what its models answered: checksummed, read without pickle, data set or teacher."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.evaluate.conditions import Conditions
from gnn2mlp.explore.answered import Answered
from gnn2mlp.explore.grouping import Grouped

FILE, PAGE = "disagreement.safetensors", "disagreement.html"
_KIND = "disagreement"


def save_answered(path: Path, table: Answered) -> None:
    """Write the table.

    Raises:
        ArtefactError: if it cannot be written.
    """
    holds = table.conditions.holds
    arrays: dict[str, Any] = {
        "node": table.node,
        "seed": table.seed,
        "population": table.population,
        "label": table.label,
        "holds/indptr": holds.indptr.astype(np.int64),
        "holds/indices": holds.indices.astype(np.int32),
        "ids": _bytes(list(table.ids)),
        "texts": _bytes(list(table.texts)),
        **{f"errors/{name}": each.astype(np.float32) for name, each in table.errors.items()},
        **{f"answers/{name}": each for name, each in table.answers.items()},
        **{f"groups/{name}": each.group for name, each in table.groups.items()},
        **({} if table.confidence is None else {"confidence": table.confidence.astype(np.float32)}),
    }
    card = {
        "populations": table.populations,
        "classes": table.classes,
        "measure": table.measure,
        "subject": table.subject,
        "models": {"errors": list(table.errors), "answers": list(table.answers)},
        "groups": {name: each.texts for name, each in table.groups.items()},
        "conditions": [table.conditions.texts, table.conditions.attributes, table.conditions.kinds],
        "shape": list(holds.shape),
    }
    artefact.save(path, _KIND, {name: torch.from_numpy(np.array(each)) for name, each in arrays.items()}, card)


def load_answered(path: Path) -> Answered:
    """Read what `save_answered` wrote.

    Raises:
        ArtefactError: if there is none, or it was altered.
    """
    if not path.exists():
        raise ArtefactError(
            f"expected {path}, which a run or a fit writes, found no such file; make it: gnn2mlp disagree {path.parent}"
        )
    tensors, card = artefact.load(path, _KIND)
    arrays = {name: each.numpy() for name, each in tensors.items()}
    indices = arrays["holds/indices"]
    parts = (np.ones(indices.size, dtype=np.float32), indices, arrays["holds/indptr"])
    holds = sp.csr_matrix(parts, shape=tuple(card["shape"]))
    texts, attributes, kinds = map(tuple, card["conditions"])
    return Answered(
        **{name: arrays[name] for name in ("node", "seed", "population", "label")},
        populations=tuple(card["populations"]),
        errors={name: arrays[f"errors/{name}"].astype(np.float64) for name in card["models"]["errors"]},
        answers={name: arrays[f"answers/{name}"] for name in card["models"]["answers"]},
        ids=json.loads(arrays["ids"].tobytes()),
        texts=json.loads(arrays["texts"].tobytes()),
        classes=tuple(card["classes"]),
        confidence=arrays.get("confidence"),
        groups={name: Grouped(arrays[f"groups/{name}"], tuple(each)) for name, each in card["groups"].items()},
        measure=card["measure"],
        subject=card["subject"],
        conditions=Conditions(texts, attributes, kinds, holds),
    )


def _bytes(values: list[str]) -> np.ndarray:
    return np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)

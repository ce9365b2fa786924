"""The stage `teacher`: a graph neural network is trained on what is observed."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.data.view import Observed
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.teachers import Teacher


def fit_teacher(
    teacher: Teacher,
    observed: Observed | ObservedGraphs,
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> Teacher:
    """A trained copy of `teacher`.

    Args:
        teacher: with its options, untrained.
        observed: all that it sees.
        seed: of initialisation and sampling.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
        progress: told after every epoch.
        listeners: told of every training.
    """
    more = {"listeners": listeners} if listeners else {}  # a teacher of a user's own may know no such thing
    fitted = copy.deepcopy(teacher)
    # The teacher of a run reads what the run is of.
    fitted.fit(observed, seed=seed, device=device, progress=progress, **more)  # type: ignore[arg-type]
    return fitted


def save_teacher(path: Path, teacher: Teacher, origin: Origin) -> None:
    """Write the teacher and how it came about."""
    teacher.save(path, origin.to_dict())


def load_teacher(path: Path) -> tuple[Teacher, Any]:
    """The teacher and what its card says of how it came about."""
    try:
        return Teacher.load(path), artefact.read_card(path, "teacher")["about"]
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        raise ArtefactError(f"{path} holds no teacher of this release ({error})") from error

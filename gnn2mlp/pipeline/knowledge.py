"""The stage `knowledge`: the teacher writes down what it knows of the observed nodes or graphs."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.teachers import Export, Teacher


def export_knowledge(
    teacher: Teacher,
    observed: Observed | ObservedGraphs,
    needs: Sequence[str],
    how: Export,
    seed: int,
    execution: Execution,
    classes: Sequence[Any],
    dataset: str,
    *,
    device: torch.device,
) -> TeacherKnowledge:
    """The table of what `teacher` knows.

    Args:
        teacher: trained.
        observed: the nodes and the only links that are looked at.
        needs: keys to write.
        how: sizes of what is written.
        seed: of feature noise.
        execution: how torch computes; it is so already.
        classes: what the teacher's columns mean, for the card.
        dataset: its name, for the card.
        device: which device of the kind that `execution` names.
    """
    start = time.perf_counter()
    card = {"dataset": dataset, "classes": list(classes)}
    made = teacher.export(observed, needs, how=how, seed=seed, card=card, device=device)  # type: ignore[arg-type]
    return made.described(seconds=time.perf_counter() - start)


def save_knowledge(path: Path, knowledge: TeacherKnowledge, origin: Origin) -> None:
    """Write the table, and into its card how it came about."""
    knowledge.described(made=origin.to_dict()).save(path)


def load_knowledge(path: Path) -> tuple[TeacherKnowledge, Any]:
    """The table and what its card says of how it came about."""
    knowledge = TeacherKnowledge.load(path)
    return knowledge, knowledge.card.get("made")

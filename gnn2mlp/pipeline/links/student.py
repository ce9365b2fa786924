"""The stages `student` and `mlp` of links: an embedder and a decoder learn from a teacher, or from links alone."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.data.links import ObservedLinks
from gnn2mlp.decoders import Decoder
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.methods._base import Method
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.objectives._base import Objective
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.students._base import Student
from gnn2mlp.students._link import LinkStudent


def distil_link_student(
    student: Student,
    decoder: Decoder,
    method: Method,
    objective: Objective,
    inputs: Inputs,
    distiller: Distiller,
    observed: ObservedLinks,
    knowledge: TeacherKnowledge | None,
    seed: int,
    execution: Execution,
    feature_names: Sequence[str] | None,
    dataset: str,
    stage: str,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> LinkPredictor:
    """A trained student that scores pairs of rows.

    Args:
        student: recipe of the embedder.
        decoder: recipe of what makes a score of two embeddings.
        method: how both learn; it builds the objective itself.
        objective: what it will build, so that the code of every term decides.
        inputs: what makes the embedder's rows, not yet fitted.
        distiller: how training goes.
        observed: features, message edges, and the pairs that train and validate.
        knowledge: what the teacher knows; `None` for a method that reads nothing of it.
        seed: of initialisation, batches, negatives and dropout.
        execution: how torch computes; it is so already.
        feature_names: of the columns, if they have names.
        dataset: its name, for the card.
        stage: which of the run's students this is, for listeners and messages.
        device: which device of the kind that `execution` names.
        progress: told after every epoch.
        listeners: told of every training.
    """
    recipe = LinkStudent(student, decoder)
    learner = Learner(
        distiller,
        recipe,
        observed,
        knowledge,
        inputs=copy.deepcopy(inputs),
        seed=seed,
        device=device,
        progress=progress,
        listeners=listeners,
        stage=stage,
    )
    result = method.learn(learner)
    card = {**result.card, "history": result.history.to_dict(), "dataset": dataset}
    width = observed.graph.num_features
    assert isinstance(result.module, LinkNetwork), "methods of links ship nothing else"
    return LinkPredictor(result.student or recipe, result.module, width, card, feature_names, result.inputs)


def save_link_student(path: Path, student: LinkPredictor, origin: Origin) -> None:
    """Write the student alone, and into its card how it came about, as the file `path`."""
    student.card["made"] = origin.to_dict()
    student.save_file(path)


def load_link_student(path: Path) -> tuple[LinkPredictor, Any]:
    """The student and what its card says of how it came about."""
    student = LinkPredictor.load(path.parent)
    return student, student.card.get("made")

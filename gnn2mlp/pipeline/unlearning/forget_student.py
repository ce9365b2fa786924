"""A student forgets some of the rows that it learnt from, held to itself on the others (D2DGN)."""

import copy
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.start import Start
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import Features, compute_form, gather
from gnn2mlp.objectives.retain_and_forget import RetainAndForget
from gnn2mlp.objectives.soft_labels import SoftLabels
from gnn2mlp.pipeline.unlearning.forgetting_table import (
    Destroyer,
    check_destroyer,
    forgetting_table,
    kept_rows,
    without_labels,
)
from gnn2mlp.pipeline.unlearning.going_on import check_rows
from gnn2mlp.students import STUDENTS, Student


def forget_student(
    student: Predictor,
    observed: Observed,
    forgotten: Tensor,
    objective: RetainAndForget,
    destroyer: Destroyer,
    epochs: int,
    distiller: Distiller,
    seed: int = 0,
    ignorant_epochs: int = 15,
    *,
    device: torch.device | str = "cpu",
    progress: Progress = silent,
    listeners: Sequence[Listener] = (),
) -> Predictor:
    """A copy of `student`, trained on to be on rows that are kept what it was, and on the others what a destroyer is.

    Training starts from the student's weights and goes on for so many epochs, the last of which is kept: validation
    would choose one of the first, when nothing is forgotten yet. No label is read. There is no dropout, so that what is
    kept stays where it is: with α = 1 the student is a fixed point.

    Args:
        student: that is to forget; of rows of features, which no graph makes.
        observed: the rows that it learnt from, those that are to be forgotten among them.
        forgotten: bool (observed nodes,).
        objective: what is minimised.
        destroyer: what forgotten rows are held to: `"random"` as in the paper, a network of the same architecture that
            was never trained; `"ignorant"`, one that learnt for a few epochs what the student says of the rows that
            are kept; `"uniform"`, the same odds for all answers.
        epochs: of forgetting.
        distiller: learning rate, weight decay and size of batches, as the student was trained with.
        seed: of the destroyer, batches and dropout.
        ignorant_epochs: of the ignorant destroyer.
        device: where to train.
        progress: told after every epoch.
        listeners: told of the training.

    Raises:
        ConfigError: if the student's rows take the graph, or its activations are not those of the destroyer.
        DataError: if there is nothing to forget, or nothing left.
    """
    started = time.perf_counter()
    check_destroyer(destroyer, objective.feature)
    check_rows(student, "d2dgn")
    blanked = without_labels(observed, forgotten)
    rows = compute_form(student.inputs.rows(observed.graph)).to(dtype=torch.get_default_dtype())
    own = _said(student.module, rows, objective)
    given = _Given(student, blanked, forgotten, distiller, seed, torch.device(device))
    told = _destroyer_outputs(
        destroyer, given, own, gather(rows, forgotten.nonzero()[:, 0]), objective, ignorant_epochs
    )
    last = copy.deepcopy(objective)
    last.starts_at = epochs
    result = _for(distiller, epochs).fit(
        _undropped(student.student),
        last,
        blanked,
        forgetting_table(observed.node_ids, own, told, forgotten),
        inputs=student.inputs,
        seed=seed,
        device=device,
        progress=progress,
        listeners=listeners,
        start=Start(dict(student.module.state_dict()), torch.arange(rows.shape[1])),
    )
    result.history.seconds = time.perf_counter() - started  # with those of the destroyer
    card = {**student.card, **result.card, "history": result.history.to_dict()}
    facts = student.num_features, student.answers, card, student.feature_names, student.inputs
    return Predictor(student.student, result.module, *facts)


class _Given(NamedTuple):
    """What a destroyer is made with."""

    student: Predictor
    blanked: Observed
    forgotten: Tensor
    distiller: Distiller
    seed: int
    device: torch.device


def _destroyer_outputs(
    name: Destroyer,
    given: _Given,
    own: Mapping[str, Tensor],
    gone: Features,
    objective: RetainAndForget,
    ignorant_epochs: int,
) -> Mapping[str, Tensor]:
    """What a destroyer says of the rows `gone`, whose outputs are of the form of the student's `own`."""
    outputs = own["logits"].shape[1]
    if name == "uniform":
        return {"logits": own["logits"].new_zeros(len(gone), outputs)}
    recipe = given.student.student
    if name == "random":
        with seeded(given.seed, "destroyer"):
            return _said(recipe.network(gone.shape[1], outputs), gone, objective)
    left = kept_rows(given.blanked, ~given.forgotten)
    table = TeacherKnowledge(left.node_ids, {"logits": own["logits"][~given.forgotten]}, {"teacher": "preserver"})
    brief, inputs = _for(given.distiller, ignorant_epochs), given.student.inputs
    made = brief.fit(recipe, SoftLabels(), left, table, inputs=inputs, seed=given.seed, device=given.device)
    return _said(made.module, gone, objective)


@torch.no_grad()
def _said(module: nn.Module, rows: Features, objective: RetainAndForget) -> dict[str, Tensor]:
    """What the objective reads of a network's answers."""
    said = module.eval()(rows)
    return {key: getattr(said, key).float() for key in ("logits", "hidden") if key in objective.needs}


def _undropped(recipe: Student) -> Student:
    """The same network without dropout, with which it would not agree with itself: what is kept would move as well."""
    drops = {key: 0.0 for key in recipe.constructor_options() if key.endswith("dropout")}
    return recipe.spec().override(**drops).build(STUDENTS)


def _for(distiller: Distiller, epochs: int) -> Distiller:
    """The same settings for so many epochs, of which the last is kept as it is."""
    return Distiller(**{**distiller.options(), "epochs": epochs, "patience": epochs, "averaging": "none"})

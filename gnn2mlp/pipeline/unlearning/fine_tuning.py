"""The stage in which a trained teacher is trained on, on what is left of its graph."""

import copy
from collections.abc import Sequence

import torch

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data.view import Observed
from gnn2mlp.nn import loop
from gnn2mlp.nn.optim import adam
from gnn2mlp.nn.selection import Selection, tolerance_for
from gnn2mlp.nn.training_state import TrainingState
from gnn2mlp.pipeline.unlearning.going_on import network_teacher
from gnn2mlp.teachers import GNNTraining, NetworkTeacher, Teacher, input_features


def fine_tune_teacher(
    teacher: Teacher,
    observed: Observed,
    epochs: int,
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> NetworkTeacher:
    """A copy of `teacher` that was trained for more epochs, from its own weights, with its own loss and settings.

    Args:
        teacher: trained, a network over a graph.
        observed: what is left.
        epochs: at most so many; validation chooses among them.
        seed: of neighbours and dropout.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
        progress: told after every epoch.
        listeners: told of the training.

    Raises:
        ConfigError: if it is no network over a graph.
    """
    made, device, graph = copy.deepcopy(network_teacher(teacher, "finetune")), resolve_device(device), observed.graph
    with seeded(seed, f"fine-tuning {made.name}"):
        module = made.module_.to(device)
        selection = Selection(module, made.patience, tolerance=tolerance_for(observed.valid.numel()))
        state = TrainingState(module, adam(module.parameters(), made.fit_lr, made.weight_decay), selection)
        training = GNNTraining(made, observed, made.sampler(graph), input_features(graph, device), seed)
        made.history_ = loop.fit(training, state, epochs, stage="teacher", progress=progress, listeners=listeners)
    return made

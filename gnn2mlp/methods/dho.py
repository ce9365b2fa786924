"""Dual-head optimisation: labels and soft labels have a head each, and the student answers with both."""

import copy
from dataclasses import replace

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_positive
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.methods._base import Method, check_hard_weight
from gnn2mlp.methods._chain import observed_of
from gnn2mlp.nn.csr import compute_form, gather
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.label_head import LabelHead
from gnn2mlp.objectives.soft_labels import SoftLabels
from gnn2mlp.tasks import Task

# What validation chooses from, as in the released code.
_SHARES = [step / 20 for step in range(21)]
_TEMPERATURES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 4.0)
# Steps in which the label head is fitted to the layers that are kept.
_STEPS, _RATE = 200, 0.01


class DHO(Method):
    """Dual-Head Optimization (Kang et al., 2025, https://arxiv.org/abs/2505.07675).

    L = λ · CE(labels, label head) + (1 - λ) · τ² KL(teacher ‖ other head). The student answers with
    a · softmax(other head / β) + (1 - a) · softmax(label head); a and β are those of 21 x 7 values with the best score,
    then the least loss, on the validation nodes. It ships as two networks that share their layers but for the last.

    Args:
        hard_weight: λ in 0..1.
        temperature: τ.
        update: `"joint"` or `"alternating"`.

    Example:
        >>> sorted(DHO().teacher_keys)
        ['logits']
    """

    name = "dho"
    citation = (
        "Kang et al., Simple yet Effective Semi-supervised Knowledge Distillation from Vision-Language Models via "
        "Dual-Head Optimization, 2025, arXiv 2505.07675"
    )
    idea = (
        "Labels and a teacher may pull one last layer in different directions. DHO gives the student two last layers "
        "over shared ones, one for the labels and one for the teacher. Its answer is a mixture of both. How much of "
        "each, and how sharp, is chosen on validation nodes after training."
    )
    departures = (
        "The epoch is chosen by the distilled head (paper: by both, with a and β of each epoch), whose weights are "
        "averaged over epochs; the label head is then fitted to the layers that are kept, from where training left it. "
        "Where no node validates, a = 1/2 and β = 1."
    )
    streams = False

    def __init__(self, hard_weight: float = 0.5, temperature: float = 2.0, update: UpdateRule = "joint"):
        check_hard_weight(hard_weight)
        check_positive("method", temperature=temperature)
        self.hard_weight = hard_weight
        self.temperature = temperature
        self.update = update

    def build_objective(self) -> Objective:
        """λ · label head + (1 - λ) · soft labels."""
        return self.hard_weight * LabelHead() + (1 - self.hard_weight) * SoftLabels(self.temperature)

    def learn(self, learner: Learner) -> DistillationResult:
        """Train both heads; choose how they are averaged; ship the average.

        Raises:
            ConfigError: for a table of rows, or a student whose last layer is not an affine `head`.
        """
        observed = observed_of(learner, self.name)
        if not observed.task.exclusive:
            raise ConfigError(f"method {self.name!r} averages probabilities of classes, and the task has none")
        result = learner.fit(self.build_objective(), update=self.update)
        module = result.module
        if not isinstance(module, MLP):
            raise ConfigError(f"method {self.name!r} takes a student whose last layer is a head, such as 'mlp'")
        if not self.hard_weight:
            return result
        rows = compute_form(result.inputs.rows(observed.graph)).to(dtype=torch.get_default_dtype())
        with torch.no_grad():
            labelled = module(gather(rows, observed.train)).hidden
            judged = module(gather(rows, observed.valid))
        head = _fitted(_label_head(result), labelled, observed)
        with torch.no_grad():
            share, beta = chosen(
                head(judged.hidden), judged.logits, observed.graph.labels[observed.valid], observed.task
            )
        own = replace(result, module=_with_head(module, head))
        other = replace(result, module=_with_head(module, _divided(module.head, beta)))
        both = learner.average([own, other], [1 - share, share])
        # Both were one training.
        return replace(both, history=replace(both.history, seconds=result.history.seconds))


def chosen(own: Tensor, distilled: Tensor, labels: Tensor, task: Task) -> tuple[float, float]:
    """The share a of the distilled head and its temperature β with the best score, then the least loss.

    Args:
        own: logits (rows, classes) of the label head.
        distilled: logits of the other one.
        labels: of these rows; none: (1/2, 1).
        task: by whose metric they are judged.

    Example:
        >>> from gnn2mlp.tasks import NodeClassification
        >>> right, wrong = torch.tensor([[9.0, 0.0]]), torch.tensor([[0.0, 9.0]])
        >>> chosen(wrong, right, torch.tensor([0]), NodeClassification(["a", "b"]))
        (1.0, 0.5)
    """
    if not len(labels):
        return 0.5, 1.0
    tried = []
    for beta in _TEMPERATURES:
        for share in _SHARES:
            mixed = (share * (distilled / beta).softmax(-1) + (1 - share) * own.softmax(-1)).log()
            tried.append((-task.score(mixed, labels), task.loss(mixed, labels).mean().item(), share, beta))
    return min(tried)[2:]


def _label_head(result: DistillationResult) -> Linear:
    terms = [] if result.objective is None else [term for _, term in result.objective.terms()]
    return copy.deepcopy(next(term.head for term in terms if isinstance(term, LabelHead)))


@torch.enable_grad()
def _fitted(head: Linear, hidden: Tensor, observed: Observed) -> Linear:
    """The head, trained on for the hidden activations (labelled, width) that ship."""
    labels = observed.graph.labels[observed.train]
    optimiser = torch.optim.Adam(head.parameters(), lr=_RATE, weight_decay=5e-4)
    for _ in range(_STEPS):
        optimiser.zero_grad()
        observed.task.loss(head(hidden), labels).mean().backward()
        optimiser.step()
    return head


def _divided(head: nn.Module, beta: float) -> nn.Module:
    divided = copy.deepcopy(head)
    with torch.no_grad():
        for parameter in divided.parameters():
            parameter.div_(beta)
    return divided


def _with_head(module: MLP, head: nn.Module) -> MLP:
    made = copy.deepcopy(module)
    made.head = head  # type: ignore[assignment]
    return made.eval()

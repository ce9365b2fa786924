"""A run's student beside the explanations of its teacher: what its answers are made of, and where it will differ."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.view import Full
from gnn2mlp.deploy.node_router import NodeRouter
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.evaluate.routing import Routing, fit_router
from gnn2mlp.explainers import Blank, Contributions, Surrogate, blank_row, contributions
from gnn2mlp.nn.csr import gather
from gnn2mlp.pipeline.backends import student_input
from gnn2mlp.pipeline.explain_figures import Pair, agreement_scores, routing_record
from gnn2mlp.pipeline.scoring import student_logits
from gnn2mlp.pipeline.trust_figures import DEFERRED


@dataclass(frozen=True, eq=False)
class ExplainedStudent:
    """What is found of a student.

    Args:
        nodes: int64 (explained,).
        logits: (nodes, classes), of every node, divided by its temperature if it is calibrated.
        contributions: what each of its inputs did for its answers to the explained nodes.
        names: of its inputs.
        blank: what the blank row is that contributions start from.
        pair: student and teacher, on all nodes.
        routing: what a router is to read, chosen on validation nodes.
        router: the same with the own margins of all nodes, for `gnn2mlp.deploy.Cascade`.
        full: the graph, and who is tested.
        teacher: int64 (nodes,), its answers.
    """

    nodes: np.ndarray
    logits: Tensor
    contributions: Contributions
    names: tuple[str, ...]
    blank: Blank
    pair: Pair
    routing: Routing
    router: NodeRouter
    full: Full
    teacher: np.ndarray

    __repr__ = short_repr

    @classmethod
    def of(
        cls, student: Predictor, full: Full, surrogate: Surrogate, teacher: Tensor, nodes: np.ndarray
    ) -> "ExplainedStudent":
        """Explain a student's answers to some nodes.

        Args:
            student: with classes.
            full: the graph.
            surrogate: of the teacher.
            teacher: its logits (all nodes, classes).
            nodes: int64 (explained,).
        """
        student = student.to("cpu")
        logits = student_logits(student, full)
        if student.calibration is not None:
            logits = logits / torch.as_tensor(student.calibration.temperature, dtype=logits.dtype)
        rows = student_input(student, full.graph)
        blank, start = blank_row(rows)
        pair = Pair.of(surrogate, teacher, logits)
        chosen = pair.on(full.split.valid.numpy())
        routing = fit_router(*_floats(chosen))
        names = full.graph.node_names
        ids = np.arange(full.graph.num_nodes) if names is None else names
        return cls(
            nodes,
            logits,
            contributions(lambda x: student.module(x).logits, gather(rows, torch.from_numpy(nodes)), start),
            _input_names(student, full, rows.shape[1]),
            blank,
            pair,
            routing,
            NodeRouter(routing.router, ids, pair.own_margin),
            full,
            teacher.argmax(-1).numpy(),
        )

    def node(self, position: int, top: int) -> dict[str, Any]:
        """Of one explained node, in plain types."""
        node = int(self.nodes[position])
        inputs, parts = self.contributions.ranked(position)
        return {
            "answer": int(self.logits[node].argmax()),
            "confidence": float(self.pair.confidence[node]),
            "agrees": bool(self.pair.alike[node]),
            "margin": float(self.contributions.margin[position]),
            "blank_margin": float(self.contributions.blank_margin[position]),
            "features": [[self.names[k], float(part)] for k, part in zip(inputs[:top], parts[:top], strict=True)],
        }

    def record(self) -> dict[str, Any]:
        """Of all test nodes, in plain types; populations as in `gnn2mlp.evaluate.scores.populations`."""
        split, labels = self.full.split, self.full.labels.numpy()
        unseen = split.setting != "transductive"
        test = (split.unseen if unseen else split.test).numpy()
        found = {"population": "unseen" if unseen else "test", **agreement_scores(self.pair.on(test))}
        known = test[labels[test] >= 0]
        if known.size:
            answers = {"teacher": self.teacher, "student": self.logits.argmax(-1).numpy()}
            right = {name: answer[known] == labels[known] for name, answer in answers.items()}
            found["router"] = routing_record(self.routing, self.pair.on(known), right, DEFERRED)
        return {**found, "blank": self.blank, "gap": self.contributions.gap}


def _floats(pair: Pair) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return pair.confidence, pair.own_margin, pair.alike


def _input_names(student: Predictor, full: Full, width: int) -> tuple[str, ...]:
    """What the student's inputs are called; by their numbers where nobody named them."""
    for names in (student.feature_names, full.graph.feature_names):
        if names is not None and len(names) == width:
            return tuple(map(str, names))
    return tuple(map(str, range(width)))

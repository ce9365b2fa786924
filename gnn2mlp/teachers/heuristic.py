"""Heuristics of link prediction as a teacher: what two neighbourhoods have in common, as a probability of a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.nn.training import History
from gnn2mlp.teachers._links import CONTEXT_KEYS, LinkTeacher, PairScores, scores_of
from gnn2mlp.teachers._pair_heuristics import HEURISTICS, PairHeuristics
from gnn2mlp.teachers._pair_predictor import checked_pairs

Transform = Literal["log1p", "none"]
# Training edges from which the logistic regressions are learnt, at most; they have a handful of numbers to learn.
_LEARNT_FROM = 200_000


class Heuristic(LinkTeacher):
    """Common neighbours, Adamic-Adar, resource allocation, short paths: they teach students as well as networks do.

    So EHDM found (Qin et al., https://arxiv.org/abs/2504.06193), whose students each learn one heuristic. Nothing but
    logistic regressions of the heuristics is trained, on training edges against as many random pairs: one of all
    together, whose logits are `context_scores`, and one of each by itself, whose logits are `member_context_scores`. So
    that σ of a score is a probability, and margins between scores mean the same as those of a network's.

    The edge between two nodes never enters the heuristics of the two, so that training edges are scored as others are.
    Edges count once, whatever they weigh; features are not read.

    Args:
        scores: heuristics: `"cn"` is how many neighbours two nodes have in common, `"aa"` the sum over these of
            1 / log degree, `"ra"` that of 1 / degree; `"csp"` is 1 / the length of the shortest path between the two,
            which looks further and takes a search from every node.
        transform: what the regressions read of a heuristic x: `"log1p"`, log(1 + x), or `"none"`, x itself.
        cap: longest path that `"csp"` knows; of nodes further apart it is 0. 6 in the released code.

    Attributes:
        weight_: float64 (1 + heuristics, heuristics), of the regression of all, then of each one by itself.
        bias_: float64 (1 + heuristics,), likewise.

    Example:
        >>> from gnn2mlp.data import LinkViews, RandomEdges, graph_from_arrays
        >>> from gnn2mlp.tasks import LinkPrediction
        >>> ends = torch.combinations(torch.arange(10))
        >>> cliques = torch.cat([ends, ends + 10, ends + 20]).T
        >>> graph = graph_from_arrays(torch.rand(30, 4), None, cliques, task=LinkPrediction())
        >>> observed, full = LinkViews.of(graph, RandomEdges().split(graph, 0), LinkPrediction())
        >>> teacher = Heuristic()
        >>> history = teacher.fit(observed)
        >>> teacher.score_pairs(full.graph, torch.tensor([[0, 1], [0, 15]])).sigmoid().round().tolist()
        [1.0, 0.0]
        >>> teacher.score_members(full.graph, torch.tensor([[0, 1], [0, 15]])).shape
        torch.Size([2, 3])
    """

    name = "heuristic"
    citation = "Qin et al., Heuristic Methods are Good Teachers to Distill MLPs for Graph Link Prediction, 2025"
    provides = CONTEXT_KEYS | {"member_context_scores"}
    weight_: Tensor
    bias_: Tensor

    def __init__(self, scores: tuple[str, ...] = ("cn", "aa", "ra"), transform: Transform = "log1p", cap: int = 6):
        self.scores = tuple(scores)
        self.transform: Transform = transform
        self.cap = cap
        if not self.scores or set(self.scores) - set(HEURISTICS) or len(set(self.scores)) < len(self.scores):
            known = ", ".join(HEURISTICS)
            raise ConfigError(f"teacher.scores: expected some of {known}, each once, got {list(scores)}")
        check_at_least("teacher", 2, cap=cap)

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Learn the regressions; there are no epochs. It computes on the CPU.

        Raises:
            DataError: if the view is not one of links, or no training edge has ends with a common neighbour.
        """
        links, random = self.view(observed), generator(seed, f"pairs of {self.name}")
        chosen = torch.randperm(links.pairs.size(0), generator=random)[:_LEARNT_FROM]
        others = links.non_edges.sample(chosen.numel(), random)
        rows = self.rows_of(links.graph)(torch.cat([links.pairs[chosen], others]))
        if not rows.any():
            raise DataError(
                f"teacher {self.name!r}: no two linked nodes of {links.graph.name}, nor any drawn beside them, have a "
                "common neighbour, or a short path where scores has 'csp', which is all that it goes by; take the "
                "teacher 'link'"
            )
        linked = torch.arange(len(rows)) < chosen.numel()
        self.weight_, self.bias_ = _regressions(rows, linked)
        self.history_ = History()
        return self.history_

    def rows_of(self, graph: GraphData) -> "Rows":
        """A function from pairs int64 (pairs, 2) to what the regressions read of each, float64 (pairs, heuristics)."""
        return Rows(PairHeuristics(graph.adjacency, self.scores, self.cap), self.transform)

    def scorer(self, graph: GraphData, device: torch.device | str = "cpu") -> "Regressed":
        """As in `LinkTeacher`, on the CPU."""
        return Regressed(self.rows_of(graph), self.weight_, self.bias_)

    def score_members(self, graph: NodeData, pairs: Tensor) -> Tensor:
        """Logits (pairs, heuristics) of each heuristic by itself, in the order of `scores`.

        Args:
            graph: the nodes, and the edges that may be read.
            pairs: int64 (pairs, 2), rows of `graph`.

        Raises:
            DataError: for ids outside of the graph, or data that it cannot read.
        """
        score = self.scorer(self.links_of(graph))
        return score.of_all(checked_pairs(pairs, graph.num_nodes))[:, 1:]

    def write(self, score: PairScores, contexts: Tensor | None, needs: frozenset[str]) -> dict[str, Tensor]:
        """As in `LinkTeacher`, and the scores of each heuristic by itself."""
        assert isinstance(score, Regressed), "made by `scorer`"
        if contexts is None or not needs & {"context_scores", "member_context_scores"}:
            return {}
        found = scores_of(score.of_all, contexts)
        members = found[:, :, 1:].transpose(1, 2).contiguous()
        return {"context_scores": found[:, :, 0].contiguous(), "member_context_scores": members}


@dataclass(frozen=True, eq=False)
class Rows:
    """What regressions read of pairs: heuristics, transformed.

    Args:
        heuristics: of pairs.
        transform: of each number.
    """

    heuristics: PairHeuristics
    transform: Transform

    __repr__ = short_repr

    def __call__(self, pairs: Tensor) -> Tensor:
        """float64 (pairs, heuristics)."""
        found = self.heuristics(pairs)
        return found.log1p() if self.transform == "log1p" else found


@dataclass(frozen=True, eq=False)
class Regressed:
    """A function from pairs int64 (pairs, 2) to logits (pairs,) of the regression of all heuristics.

    Args:
        rows: what is read of pairs.
        weight: (1 + heuristics, heuristics).
        bias: (1 + heuristics,).
    """

    rows: Rows
    weight: Tensor
    bias: Tensor

    __repr__ = short_repr

    def of_all(self, pairs: Tensor) -> Tensor:
        """Logits (pairs, 1 + heuristics): of all together, then of each one by itself."""
        return torch.addmm(self.bias, self.rows(pairs), self.weight.T).float()

    def __call__(self, pairs: Tensor) -> Tensor:
        """Logits (pairs,)."""
        return self.of_all(pairs)[:, 0]


def _regressions(rows: Tensor, linked: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (1 + heuristics, heuristics) and biases of logistic regressions of all columns, and of each by itself."""
    width = rows.size(1)
    scale = rows.std(0, unbiased=False)
    scaled = (rows / scale.where(scale > 0, 1)).numpy()  # so that the penalty means the same for every heuristic
    weight, bias = torch.zeros(1 + width, width, dtype=torch.float64), torch.zeros(1 + width, dtype=torch.float64)
    for number, columns in enumerate([list(range(width)), *([column] for column in range(width))]):
        weight[number, columns], bias[number] = _logistic(scaled[:, columns], linked.numpy())
    return weight / scale.where(scale > 0, 1), bias


def _logistic(rows: np.ndarray, linked: np.ndarray) -> tuple[Tensor, float]:
    """Coefficients (columns,) and intercept."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(max_iter=1000).fit(rows, linked)
    return torch.from_numpy(fitted.coef_[0]), float(fitted.intercept_[0])

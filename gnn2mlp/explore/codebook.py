"""A codebook in numbers: how much of it is used, what its codes stand for, which are alike, what was cut off.

Each function reads the knowledge of a teacher with codes and returns arrays; `plots_codes` draws them.
"""

from numbers import Integral
from typing import NamedTuple

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.codes import usage
from gnn2mlp.knowledge import TeacherKnowledge

Array = np.ndarray | Tensor


class CodeUsage(NamedTuple):
    """How many nodes each code has: `nodes` (codes,), the share of codes with any, and the perplexity.

    The perplexity exp(H(usage)) is the number of codes that would spread the nodes as evenly if all had equally many.
    """

    nodes: np.ndarray
    utilisation: float
    perplexity: float

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def used(self) -> int:
        """Number of codes with at least one node."""
        return int((self.nodes > 0).sum())


class CodesByClass(NamedTuple):
    """How the nodes of known class spread over codes and classes.

    Args:
        table: int64 (codes, classes), number of nodes.
        purity: (codes,), share of a code's largest class; NaN for a code without nodes of known class.
        mean_purity: mean over codes weighted by their nodes: the accuracy of answering each code's largest class.
        mutual_information: of code and class, divided by the mean of their entropies: 0 if the code tells nothing of
            the class, 1 if each tells the other.
    """

    table: np.ndarray
    purity: np.ndarray
    mean_purity: float
    mutual_information: float

    def __repr__(self) -> str:
        return short_repr(self)


class NearestCodes(NamedTuple):
    """Codes from near to far, and their Euclidean distances in the geometry of the codebook."""

    codes: np.ndarray
    distances: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


class Truncation(NamedTuple):
    """The probability that each node had on the codes that were not stored: (nodes,), its mean and its maximum."""

    lost: np.ndarray
    mean: float
    worst: float

    def __repr__(self) -> str:
        return short_repr(self)


def code_usage(knowledge: TeacherKnowledge) -> CodeUsage:
    """How many nodes each code has, and how evenly the codes are used.

    Raises:
        MissingKnowledgeError: if the knowledge lacks `code` or `codebook`.

    Example:
        >>> import torch
        >>> code, codebook = torch.tensor([0, 0, 2, 2]), torch.zeros(4, 8)
        >>> found = code_usage(TeacherKnowledge(torch.arange(4), {"code": code, "codebook": codebook}))
        >>> found.nodes.tolist(), found.used, round(found.perplexity, 3)
        ([2, 0, 2, 0], 2, 2.0)
    """
    knowledge.require(["code", "codebook"])
    code, codes = knowledge["code"], knowledge["codebook"].size(0)
    found = usage(code, codes)
    return CodeUsage(np.bincount(code.numpy(), minlength=codes), found.utilisation, found.perplexity)


def code_by_class(knowledge: TeacherKnowledge, labels: Array) -> CodesByClass:
    """How well codes separate classes.

    Args:
        knowledge: with `code` and `codebook`.
        labels: class of every node of the full graph, -1 where unknown; those nodes do not count.

    Raises:
        MissingKnowledgeError: if the knowledge lacks codes.
        DataError: if there are fewer labels than nodes, or no node has a known class.

    Example:
        >>> import torch
        >>> code, codebook = torch.tensor([0, 0, 0, 1]), torch.zeros(2, 8)
        >>> knowledge = TeacherKnowledge(torch.arange(4), {"code": code, "codebook": codebook})
        >>> found = code_by_class(knowledge, torch.tensor([0, 0, 1, 1]))
        >>> found.table.tolist(), found.mean_purity
        ([[2, 1], [0, 1]], 0.75)
    """
    from sklearn.metrics import normalized_mutual_info_score

    knowledge.require(["code", "codebook"])
    every = np.asarray(labels)
    own, code = of_nodes(knowledge, every, "labels"), knowledge["code"].numpy()
    known = own >= 0
    if not known.any():
        raise DataError("code_by_class: expected nodes with a known class, got none; hand over the labels of the graph")
    table = np.zeros((knowledge["codebook"].size(0), int(every.max()) + 1), dtype=np.int64)
    np.add.at(table, (code[known], own[known]), 1)
    size, largest = table.sum(axis=1), table.max(axis=1)
    purity = np.where(size > 0, largest / np.maximum(size, 1), np.nan)
    information = normalized_mutual_info_score(own[known], code[known])
    return CodesByClass(table, purity, float(largest.sum() / size.sum()), float(information))


def nearest_codes(knowledge: TeacherKnowledge, code: int, most: int = 5) -> NearestCodes:
    """The `most` codes whose vectors lie nearest to that of `code`, itself left out.

    Raises:
        MissingKnowledgeError: if the knowledge lacks `codebook` or `code_unit_length`.
        DataError: if there is no such code.

    Example:
        >>> import torch
        >>> values = {"codebook": torch.tensor([[0.0], [3.0], [1.0]]), "code_unit_length": torch.tensor(False)}
        >>> found = nearest_codes(TeacherKnowledge(torch.arange(0), values), code=0)
        >>> found.codes.tolist(), found.distances.tolist()
        ([2, 1], [1.0, 3.0])
    """
    vectors = code_vectors(knowledge)
    check_code(code, vectors.shape[0])
    distances = np.sqrt(((vectors - vectors[code]) ** 2).sum(axis=1))
    order = np.argsort(distances, kind="stable")
    order = order[order != code][:most]
    return NearestCodes(order, distances[order])


def truncation(knowledge: TeacherKnowledge) -> Truncation:
    """What is lost by storing the most probable codes only.

    Raises:
        MissingKnowledgeError: if the knowledge lacks `code_probabilities`.
    """
    kept = knowledge["code_probabilities"].double().sum(dim=1).numpy()
    lost = np.clip(1 - kept, 0, 1)  # rounding may take a full row slightly above 1
    return Truncation(lost, float(lost.mean()) if lost.size else 0.0, float(lost.max(initial=0)))


def code_vectors(knowledge: TeacherKnowledge) -> np.ndarray:
    """The code vectors, float64 (codes, code_dim), in the space in which distances to codes are taken."""
    knowledge.require(["codebook", "code_unit_length"])
    vectors = knowledge["codebook"].double()
    return (F.normalize(vectors, dim=-1) if bool(knowledge["code_unit_length"]) else vectors).numpy()


def with_codes(knowledge: TeacherKnowledge) -> TeacherKnowledge:
    """The same knowledge with the nearest `code` of each node, which is the most probable one.

    Methods that read probabilities alone have it left out.

    Raises:
        MissingKnowledgeError: if there are no codes.

    Example:
        >>> import torch
        >>> values = {
        ...     "codebook": torch.zeros(4, 8),
        ...     "code_unit_length": torch.tensor(False),
        ...     "code_indices": torch.tensor([[3, 1]], dtype=torch.int32),
        ... }
        >>> with_codes(TeacherKnowledge(torch.arange(1), values))["code"].tolist()
        [3]
    """
    knowledge.require(["codebook", "code_unit_length"])
    if "code" in knowledge.values:
        return knowledge
    code = knowledge["code_indices"][:, 0].long()
    return TeacherKnowledge(knowledge.node_ids, {**knowledge.values, "code": code}, knowledge.card)


def of_nodes(knowledge: TeacherKnowledge, values: Array, what: str) -> np.ndarray:
    """The entries of `values`, one for each node of the full graph, at the nodes of the knowledge.

    Raises:
        DataError: if there are too few; the message calls them `what`.
    """
    array, ids = np.asarray(values), knowledge.node_ids.numpy()
    if array.ndim != 1 or array.size <= ids.max(initial=-1):
        raise DataError(
            f"{what}: expected one for each node of the full graph, at least {ids.max(initial=-1) + 1}, got the shape "
            f"{array.shape}; rows are found by the ids of the knowledge, so hand over those of the whole graph"
        )
    found: np.ndarray = array[ids]
    return found


def check_code(code: int, codes: int) -> None:
    """Raise `DataError` unless `code` is one of 0 .. codes - 1."""
    if not isinstance(code, Integral) or isinstance(code, bool) or not 0 <= code < codes:
        raise DataError(f"code: expected one of 0..{codes - 1}, got {code}")

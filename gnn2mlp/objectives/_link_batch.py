"""What a training step may see of pairs of nodes."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER


@dataclass(frozen=True, eq=False)
class LinkBatch(Batch):
    """All that an objective with `"pairs"` among its needs may see: labelled pairs, anchors and their contexts.

    `rows` are all nodes that the step speaks of, each once; `output` embeds each of them once, and a pair is scored by
    two of these embeddings. Here `labels` belong to pairs: 1 for a link, 0 for a pair that was drawn as none.

    Args:
        pairs: int64 (pairs, 2), positions among `rows`.
        anchors: int64 (anchors,), positions among `rows`; over an epoch every node is one once.
        contexts: int64 (anchors, contexts), positions among `rows`: with which nodes the teacher compared each anchor;
            `None` where no objective asks.
        teacher_scores: float (anchors, contexts), the teacher's logits of a link between the two.

    Example:
        >>> from gnn2mlp.decoders import Dot
        >>> from gnn2mlp.nn.link_network import LinkNetwork
        >>> from gnn2mlp.nn.mlp import MLP
        >>> student = LinkNetwork(MLP(3, 8, 4), Dot().build(4))
        >>> rows, pairs = torch.arange(3), torch.tensor([[0, 1], [1, 2]])
        >>> batch = LinkBatch(rows, torch.tensor([1.0, 0.0]), torch.eye(3), student, pairs=pairs)
        >>> batch.pair_logits.shape
        torch.Size([2])
    """

    pairs: Tensor | None = None
    anchors: Tensor | None = None
    contexts: Tensor | None = None
    teacher_scores: Tensor | None = None

    __repr__ = short_repr

    def score(self, one: Tensor, other: Tensor) -> Tensor:
        """The student's logits (pairs,) of links between positions (pairs,) among `rows`."""
        embeddings = self.output.hidden
        return self._score(embeddings.index_select(0, one), embeddings.index_select(0, other))

    def _score(self, one: Tensor, other: Tensor) -> Tensor:
        if self.student is None:
            raise ConfigError("batch: expected a student that scores two embeddings, got none")
        logits: Tensor = self.student.score(one, other)  # type: ignore[operator]  # a LinkNetwork, or one like it
        return logits

    @cached_property
    def pair_logits(self) -> Tensor:
        """The student's logits (pairs,) of the labelled pairs."""
        if self.pairs is None:
            raise ConfigError("batch: expected pairs of nodes, got none; declare 'pairs' in needs, and predict links")
        return self.score(self.pairs[:, 0], self.pairs[:, 1])

    @cached_property
    def context_logits(self) -> Tensor:
        """The student's logits (anchors, contexts) of a link between each anchor and each of its contexts.

        Raises:
            MissingKnowledgeError: if the teacher wrote down no contexts.
        """
        anchors, contexts = self.anchor_rows, self._said("context_ids", self.contexts)
        # An anchor is looked up once, not with each of its contexts: its gradient is a sum over neighbours in memory.
        own = self.output.hidden.index_select(0, anchors)[:, None].expand(-1, contexts.size(1), -1).flatten(0, 1)
        other = self.output.hidden.index_select(0, contexts.flatten())
        return self._score(own, other).view_as(contexts)

    @property
    def context_scores(self) -> Tensor:
        """The teacher's logits (anchors, contexts), without gradient.

        Raises:
            MissingKnowledgeError: if the teacher wrote down none.
        """
        return self._said("context_scores", self.teacher_scores).detach().to(torch.get_default_dtype())

    @property
    def anchor_rows(self) -> Tensor:
        """The anchors' positions (anchors,) among `rows`."""
        if self.anchors is None:
            raise ConfigError("batch: expected anchors, got none; declare 'pairs' in needs, and predict links")
        return self.anchors

    def _said(self, key: str, value: Tensor | None) -> Tensor:
        if value is not None:
            return value
        table = self.tables.get(TEACHER) or TeacherKnowledge(self.rows.new_zeros(0), {}, {"teacher": TEACHER})
        table.require([key])
        raise MissingKnowledgeError(f"batch: expected {key!r} of the anchors, got none; declare it in needs")

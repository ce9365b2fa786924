"""What a training step may see of some rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn.block_network import BlockRows
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.nn.node_sets import NodeSets
from gnn2mlp.objectives._needs import TEACHER
from gnn2mlp.tasks import Task
from gnn2mlp.tasks.classification import NodeClassification

# Where no task is given. Its loss and divergence read the number of classes from the outputs.
_CLASSES = NodeClassification((0, 1))


@dataclass(frozen=True, eq=False)
class Batch:
    """All that an objective may see of some rows: it declares in `needs` what it reads beside labels and output.

    Args:
        rows: int64 (rows,), which rows of the tables of knowledge these are.
        labels: (rows, ...) of the task, blank where it is not a training label: of classes int64 (rows,), else -1.
        features: (rows, features), what the student reads; dense or `CSR`. Of whole graphs the sets of their nodes; of
            a student that reads the graph what its layers read of these rows' neighbourhoods.
        student: maps such rows to `MLPOutput`. May be called on other rows too, as adversarial terms do.
        tables: knowledge over all training rows by name; the teacher's is `"teacher"`.
        links: by kind, as `needs` names them. `"neighbours"`: pattern (rows, rows of the table) without self-loops,
            every neighbour that each of these nodes has in the observed graph, whether it is in the batch or not.
            `"hyperedges"`: pattern (hyperedges, rows of the table), the members of every observed hyperedge; and
            `"adjacency"`: (rows of the table, rows of the table), the observed graph with the weights of its edges,
            without self-loops: each the same object in every batch.
        weights: float (rows,), how much each row counts in the means of objectives; `None`: all alike.
        epoch: which epoch of training this is, counted from 1.
        answer: what the student says of the rows, where it is known already; else `output` asks it.
        task: what the outputs stand for: its loss and divergence are those of objectives. Default: classes.
        table_features: (rows of the table, features), what the student reads of every row, for those who need
            `"all_features"`.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn import MLP
        >>> batch = Batch(torch.arange(2), torch.tensor([0, -1]), torch.eye(2), MLP(2, 4, 3))
        >>> batch.output.logits.shape
        torch.Size([2, 3])
        >>> batch.mean(torch.tensor([1.0, 3.0]), batch.labels >= 0).item()
        1.0
    """

    rows: Tensor
    labels: Tensor
    features: Features | NodeSets | BlockRows | None = None
    student: nn.Module | None = None
    tables: Mapping[str, TeacherKnowledge] = field(default_factory=dict)
    links: Mapping[str, CSR] = field(default_factory=dict)
    weights: Tensor | None = None
    epoch: int = 1
    answer: MLPOutput | None = None
    task: Task = _CLASSES
    table_features: Features | None = None

    __repr__ = short_repr

    @cached_property
    def output(self) -> MLPOutput:
        """What the student says of the rows: logits (rows, classes), hidden (rows, hidden). Asked once."""
        if self.answer is not None:
            return self.answer
        if self.student is None or self.features is None:
            raise ConfigError("batch: expected features and a student to ask, or its answer; got neither")
        said: MLPOutput = self.student(self.features)
        return said

    @property
    def own_rows(self) -> Features | None:
        """(rows, features), what the student reads, where each row is one of numbers, no set of nodes and no graph."""
        return self.features if isinstance(self.features, Tensor | CSR) else None

    def ask_again(self) -> MLPOutput:
        """What the student says of the rows when it is asked once more: dropout draws anew.

        An objective that asks says how often in `further_answers`. Where the answer was given and there is no student,
        it stays the same.
        """
        if self.student is None or self.features is None:
            return self.output
        said: MLPOutput = self.student(self.features)
        return said

    def knowledge(self, key: str, table: str = TEACHER) -> Tensor:
        """The array `key` of a table for these rows (all of it, if nodes share it), without gradient.

        Raises:
            MissingKnowledgeError: if the table does not hold it.
        """
        value = self._array(key, table)
        return _computed_in(value.index_select(0, self.rows) if KEYS[key].per_node else value)

    def all_knowledge(self, key: str, table: str = TEACHER) -> Tensor:
        """The array `key` of a table for every row of it, to be looked up by links; without gradient.

        Raises:
            MissingKnowledgeError: if the table does not hold it.
        """
        return _computed_in(self._array(key, table))

    def _array(self, key: str, table: str) -> Tensor:
        found = self.tables.get(table)
        if found is None:
            found = TeacherKnowledge(self.rows.new_zeros(0), {}, {"teacher": table})
        return found[key].to(self.rows.device).detach()

    def links_of(self, kind: str, reader: str) -> CSR:
        """The links of a kind.

        Raises:
            ConfigError: if the batch has none; `reader` is the name of the objective that asks.
        """
        if kind not in self.links:
            raise ConfigError(
                f"{reader}: expected a batch with {kind}, got none; declare {kind!r} in needs, and distil on data that "
                "have them"
            )
        return self.links[kind]

    def all_features(self, reader: str) -> Features:
        """What the student reads of every row of the table, (rows of the table, features).

        Raises:
            ConfigError: if the batch does not have it; `reader` is the name of the objective that asks.
        """
        if self.table_features is None:
            raise ConfigError(
                f"{reader}: expected a batch with the features of all rows, got none; declare 'all_features' in needs"
            )
        return self.table_features

    def mean(self, values: Tensor, where: Tensor | None = None) -> Tensor:
        """The weighted mean of values (rows,), or of those `where` a mask (rows,) says; 0 of none.

        Objectives reduce with it, so that sample weights reach each of them.
        """
        if where is None and self.weights is None:
            return values.mean()
        if where is not None:
            values = values.where(where, 0.0)  # so that what is not finite there leaves no trace
        if self.weights is None:
            return values.sum() / where.sum().clamp(min=1)  # type: ignore[union-attr]  # both None: above
        weights = self.weights.to(values.dtype)
        weights = weights if where is None else weights * where
        total = weights.sum()
        return (values * weights).sum() / total.where(total > 0, 1.0)


def _computed_in(value: Tensor) -> Tensor:
    """Knowledge is kept in float32; students are computed in torch's default dtype, as their features are."""
    return value.to(torch.get_default_dtype()) if value.is_floating_point() else value

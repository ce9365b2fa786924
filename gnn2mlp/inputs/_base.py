"""What a student's inputs are: a function from nodes to rows, fitted on what training may see and shipped with it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol

from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable
from gnn2mlp.nn.csr import Features


class NodeRows(Protocol):
    """Nodes with features, such as a graph."""

    @property
    def features(self) -> Features:
        """(nodes, features), dense or `CSR`."""


class Affine(NamedTuple):
    """The map x -> (x - shift) * scale, both (features,)."""

    shift: Tensor
    scale: Tensor


class Inputs(Configurable, ABC):
    """Turns a node into the row that the student reads.

    It is fitted on the observed view alone, saved with the student, and applied again wherever the student answers.

    Attributes:
        needs_graph: whether a row is made of more than the node's own features. Then `rows` is the only way to it, the
            student answers rows that were made before, and its card says so.
        reads_texts: whether a row is made of what the node says. Then `asked_rows` makes it of raw texts.
        rescales: whether columns come out on one scale, whatever their units.

    Example:
        >>> import torch
        >>> from gnn2mlp.core.spec import Spec
        >>> inputs = Spec("standardise").build(INPUTS)
        >>> inputs.fit([torch.tensor([[1.0, 0.0], [3.0, 4000.0]])])
        >>> inputs.transform(torch.tensor([[2.0, 2000.0]]))
        tensor([[0., 0.]])
    """

    needs_graph: ClassVar[bool] = False
    reads_texts: ClassVar[bool] = False
    rescales: ClassVar[bool] = False

    def fit(self, chunks: Iterable[Features]) -> None:
        """Learn what depends on data from the feature rows that training reads, some at a time. Default: nothing.

        Args:
            chunks: (rows, features) each, together every row that training reads, once.
        """

    def fit_graph(self, graph: Any) -> None:
        """Learn from the observed graph or hypergraph; default: `fit` on its features."""
        self.fit([graph.features])

    def fit_observed(self, observed: Any) -> None:
        """Learn from an observed view, which also knows the ids that its nodes have in the full graph.

        What training calls; default: `fit_graph` on its graph.
        """
        self.fit_graph(observed.graph)

    @property
    def of_features(self) -> bool:
        """Whether a row is made of the node's own features alone, by `transform`."""
        return not (self.needs_graph or self.reads_texts)

    def named(self, feature_names: Sequence[str] | None) -> "Inputs":
        """The same, knowing what the features are called that it is asked about beside others; default: itself."""
        return self

    def prepare(self, graph: Any, progress: Progress = silent) -> None:
        """Do what takes long and depends on no split, for all nodes of a graph; default: nothing."""

    def asked(self, graph: Any) -> Any:
        """What a student is asked about all nodes of a graph: their features, or rows where these take the graph."""
        return self.rows(graph) if self.needs_graph else graph.features

    def rows(self, graph: Any) -> Features:
        """The rows (nodes, width) of all nodes of a graph; default: `transform` of their features."""
        return self.transform(graph.features)

    def training_rows(self, graph: Any) -> Features:
        """The rows (observed nodes, width) that a student is trained and validated on; default: `rows`.

        They differ where a row of a node that these inputs were fitted on tells more than that of a new one will.
        """
        return self.rows(graph)

    def observed_rows(self, observed: Any) -> Features:
        """The rows (nodes, width) as when it answers, of the view that these inputs were fitted on; default: `rows`."""
        return self.rows(observed.graph)

    @abstractmethod
    def transform(self, features: Features) -> Features:
        """Rows (rows, width) from the nodes' own features (rows, features).

        Raises:
            ConfigError: if a row takes more than these.
        """

    def affine(self) -> Affine | None:
        """The same as an affine map of each column, where it is one: it is then folded into the student."""
        return None

    def appended(self) -> Tensor | None:
        """M (features, more), where rows are [x, x M]: it is then folded into the student."""
        return None

    def state(self) -> dict[str, Tensor]:
        """What was fitted, by name."""
        return {}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take on what `state` of an equal object gave."""

    def _refuse_alone(self) -> ConfigError:
        """What to raise in `transform` where a row takes the graph."""
        return ConfigError(
            f"inputs {self.name!r}: a row is made of a node's place in the graph, got features alone; make the rows "
            "with inputs.rows(graph) and hand these over"
        )


INPUTS: Registry[Inputs] = Registry("inputs", "gnn2mlp.inputs", Inputs)  # type: ignore[type-abstract]

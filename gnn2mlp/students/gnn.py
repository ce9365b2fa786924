"""A smaller graph neural network as the student: it needs the graph when it answers, and is ranked apart."""

import functools
from collections.abc import Mapping
from typing import Any

from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.nn.block_network import BlockNetwork, BlockRows
from gnn2mlp.nn.dropout import dropout_rows
from gnn2mlp.students._base import Student

# A registry of its own: students import no teacher, whose modules are scanned when somebody names one.
ENCODERS: Registry[Any] = Registry("teacher", "gnn2mlp.teachers", Configurable)
# Options of a teacher's training, in place of which a student has those of `distill`.
_TRAINING = frozenset({"lr", "weight_decay", "epochs", "patience", "batch_size"})


class GNNStudent(Student):
    """The network of a registered teacher as the student of another one: GNN to GNN, as in GKEDM and LinguGKD.

    It is trained over the observed graph with the objective of any method that trains once, and scored as teachers
    are: seen nodes with observed links, unseen ones with all. It needs the graph when it answers: reports mark it and
    rank it apart, and what exports or serves students does not take it.

    Args:
        encoder: the network: `"gcn"`, `"sage"`, `"gat"`, `"appnp"` or any other teacher that trains one, or a mapping
            with its options, `{"name": "gcn", "hidden": 8}`. With `fanouts` neighbours are sampled in training. How it
            is trained (lr, weight_decay, epochs, patience, batch_size) is said by `distill`.
        input_dropout: share of the values of a node's features that each training step drops; see `Student`.

    Raises:
        ConfigError: for a teacher that trains no network, or one that learns by a loss of its own alone; for options of
            its training.

    Example:
        >>> student = GNNStudent(encoder={"name": "gcn", "hidden": 8})
        >>> student.hidden, student.needs_graph
        (8, True)
        >>> GNNStudent(encoder="vq")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: student.encoder: expected one of appnp, gat, gcn, ..., got 'vq', which ...
    """

    name = "gnn"
    citation = "Wu, GKEDM, 2024, arXiv 2403.15419; Hu et al., LinguGKD, AAAI 2025, arXiv 2402.05894 (GNN students)"
    needs_graph = True
    reads_sparse = True

    def __init__(self, encoder: Any = "gcn", input_dropout: float = 0.0):
        super().__init__(input_dropout)
        given = Spec.parse(encoder)
        if told := sorted(_TRAINING & given.options.keys()):
            raise ConfigError(
                f"student.encoder: expected no {', '.join(told)}, as a student is trained as distill says; set distill."
                f"{told[0]}"
            )
        self.teacher = _teacher(given)
        self.encoder = untrained(self.teacher.spec().to_dict())
        self.hidden: int = self.teacher.hidden

    @classmethod
    def with_recipe(cls, spec: Spec, recipe: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Spec:
        """As in `Student`, and for the encoder what the recipe has for a teacher of its name."""
        merged = super().with_recipe(spec, recipe)
        encoder = Spec.parse(merged.options.get("encoder", "gcn"))
        filled = ENCODERS.get(encoder.name).with_recipe(encoder, recipe.get("teacher", {}))
        return merged.override(encoder={**untrained(filled.to_dict()), **encoder.to_dict()})

    def check_reads(self, data: Any) -> None:
        """Raise `DataError` if its layers cannot go along what links these nodes."""
        self.teacher.check_reads(data)

    def build(self, num_features: int, num_classes: int) -> BlockNetwork:
        """An untrained network for these sizes, which reads `BlockRows`."""
        return BlockNetwork(self.teacher.build(num_features, num_classes), num_classes)

    def network(self, num_features: int, num_classes: int) -> BlockNetwork:
        """What is trained; values are dropped of features before they travel."""
        module = self.build(num_features, num_classes)
        if self.input_dropout:
            module.register_forward_pre_hook(functools.partial(_dropped, self.input_dropout))
        return module


def _dropped(share: float, module: nn.Module, given: tuple[BlockRows]) -> tuple[BlockRows]:
    """A hook before a module: in training, the share of the values of a node's features that is dropped."""
    (x,) = given
    return (x._replace(features=dropout_rows(x.features, share, module.training)),)


def _teacher(spec: Spec) -> Any:
    """The teacher whose network is trained."""
    if not getattr(ENCODERS.get(spec.name), "distillable", False):
        able = [name for name, kind in ENCODERS.classes.items() if getattr(kind, "distillable", False)]
        raise ConfigError(
            f"student.encoder: expected one of {', '.join(able)}, got {spec.name!r}, which trains no network, or one "
            "that learns by a loss of its own"
        )
    return spec.build(ENCODERS)


def untrained(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a network without those of its training, those of networks within it too."""
    kept = {key: value for key, value in options.items() if key not in _TRAINING}
    return {key: untrained(value) if isinstance(value, Mapping) else value for key, value in kept.items()}

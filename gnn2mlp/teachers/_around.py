"""Teachers around the network of another teacher: they put something between its layers, and train it anew."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import BlockSampler
from gnn2mlp.teachers._base import TEACHERS, Teacher
from gnn2mlp.teachers._gnn import GNNTeacher


class AroundNetwork(GNNTeacher):
    """A stack of layers that is that of another teacher, its sizes and training included.

    Args:
        encoder: name of a teacher, or a mapping with its options, which are also those of the training.

    Raises:
        ConfigError: for one that it cannot be around.
    """

    reads = NodeData  # that of the encoder is known of an object alone

    def __init__(self, encoder: Any):
        spec = Spec.parse(encoder)
        if not self.takes(TEACHERS.get(spec.name)):
            able = [name for name, kind in TEACHERS.classes.items() if self.takes(kind)]
            raise ConfigError(f"teacher.encoder: expected one of {', '.join(able)}, got {spec.name!r}")
        network = spec.build(TEACHERS)
        assert isinstance(network, GNNTeacher), "what it takes is one"
        self.network = network
        super().__init__(**{option: getattr(network, option) for option in GNNTeacher.constructor_options()})
        self.encoder = network.spec().to_dict()
        self.reads = network.reads

    @classmethod
    @abstractmethod
    def takes(cls, kind: type[Teacher]) -> bool:
        """Whether it can be around the network of such a teacher."""

    @classmethod
    def with_recipe(cls, spec: Spec, recipe: Mapping[str, Mapping[str, Any]]) -> Spec:
        """As in `Teacher`, for the encoder as well."""
        merged = super().with_recipe(spec, recipe)
        encoder = Spec.parse(merged.options.get("encoder", cls.constructor_options()["encoder"].default))
        return merged.override(encoder=TEACHERS.get(encoder.name).with_recipe(encoder, recipe).to_dict())

    @classmethod
    def for_epochs(cls, spec: Spec, epochs: int | Sequence[int]) -> Spec:
        """As in `Teacher`; the epochs are an option of the encoder."""
        encoder = Spec.parse(spec.options.get("encoder", cls.constructor_options()["encoder"].default))
        return spec.override(encoder=TEACHERS.get(encoder.name).for_epochs(encoder, epochs).to_dict())

    @classmethod
    def wrapping(cls, spec: Spec) -> Spec | None:
        """One whose encoder is the network of `spec`."""
        return Spec(cls.name, encoder=spec.to_dict()) if cls.takes(TEACHERS.get(spec.name)) else None

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """The encoder's."""
        return self.network.conv(in_features, out_features, last)

    @property
    def hidden_dropout(self) -> float:
        """The encoder's."""
        return self.network.hidden_dropout

    def sampler(self, graph: NodeData) -> BlockSampler[Any]:
        """The encoder's."""
        return self.network.sampler(graph)

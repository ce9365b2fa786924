"""A student of links: any student as the embedder of nodes, and a decoder of pairs."""

from typing import Any

from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.decoders import DECODERS
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.students._base import STUDENTS, Student, check_graph_free


class LinkStudent(Student):
    """Embeds a node from its features by any student, and scores pairs of embeddings by a decoder.

    The outputs of `student`, which are logits of classes elsewhere, are the embedding. Whatever that student does in
    training, such as `input_dropout`, it does here. It is no student of its own in the registry, as it goes with links
    alone; a spec names it by its import path.

    Args:
        student: recipe of the embedder: a name, a mapping or a `Student`.
        decoder: recipe of what scores two embeddings: a name, a mapping or a `Decoder`.
        width: of the embeddings.
        input_dropout: see `Student`; that of `student` acts beside it.

    Raises:
        ConfigError: for a recipe that there is not, or embeddings without width.

    Example:
        >>> import torch
        >>> student = LinkStudent({"name": "mlp", "hidden": 16}, "dot", width=8)
        >>> network = student.network(num_features=5, num_classes=1)
        >>> z = network(torch.rand(3, 5)).hidden
        >>> z.shape, network.score(z[:2], z[1:]).shape
        (torch.Size([3, 8]), torch.Size([2]))
        >>> Spec.parse(student.spec().to_dict()).build(STUDENTS) == student
        True
    """

    # By its import path, as registries leave modules with an underscore out.
    name = "gnn2mlp.students._link:LinkStudent"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023"
    reads_sparse = True

    def __init__(self, student: Any = "mlp", decoder: Any = "hadamard", width: int = 256, input_dropout: float = 0.0):
        super().__init__(input_dropout)
        self._student = Spec.parse(student).build(STUDENTS)
        check_graph_free(self._student.spec().name, f"student {self.name!r}")
        self._decoder = Spec.parse(decoder).build(DECODERS)
        # In their plain forms, with every option, so that the recipe in a file stays what it was.
        self.student = self._student.spec().to_dict()
        self.decoder = self._decoder.spec().to_dict()
        self.width = width
        check_at_least("student", 1, width=width)

    @property
    def hidden(self) -> int:  # type: ignore[override]
        """Width of the embeddings."""
        return self.width

    @property
    def one_process(self) -> bool:  # type: ignore[override]
        """Whether the embedder asks for it."""
        return self._student.one_process

    @classmethod
    def expect(cls, student: Student) -> "LinkStudent":
        """The same student, as one of links.

        Raises:
            ConfigError: if it is none.
        """
        if isinstance(student, cls):
            return student
        raise ConfigError(
            f"links are predicted by a student that scores two embeddings, got {student.name!r}; take "
            "LinkStudent(student, decoder)"
        )

    def build(self, num_features: int, num_classes: int) -> LinkNetwork:
        """An untrained network for rows of this width; how many outputs a pair has, one, is the decoder's matter."""
        embed: nn.Module = self._student.network(num_features, self.width)
        return LinkNetwork(embed, self._decoder.build(self.width))

"""TINED's student: an MLP that follows the layers of its teacher."""

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.layered import LayeredMLP, Start
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.students._base import Student


class LayerwiseMLP(Student):
    """An MLP with two maps for each layer of the teacher (Zhou et al., TINED, ICML 2025, https://arxiv.org/abs/2412.11180).

    One stands for the layer's map and may begin as it (`injected`), one for its propagation. The method `tined` makes
    this student from the teacher at hand, with dropout and norm of the student that it is given.

    Args:
        hidden: width of the teacher's hidden layers.
        layers: of the teacher.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        start: what the maps of propagations begin as, `"identity"` or `"random"`.
        slow: learning rate of the maps that stand for the teacher's, as a share of that of the rest.

    Example:
        >>> import torch
        >>> LayerwiseMLP(hidden=16).build(num_features=4, num_classes=3)(torch.zeros(2, 4)).logits.shape
        torch.Size([2, 3])
    """

    name = "layerwise"
    citation = "Zhou et al., TINED: GNNs-to-MLPs by Teacher Injection and Dirichlet Energy Distillation, ICML 2025"
    reads_sparse = True

    def __init__(
        self,
        hidden: int = 128,
        layers: int = 2,
        dropout: float = 0.3,
        norm: Norm = "none",
        start: Start = "identity",
        slow: float = 1.0,
    ):
        self.hidden = hidden
        self.layers = layers
        self.dropout = dropout
        self.norm = norm
        self.start = start
        self.slow = slow
        self._teacher: TeacherKnowledge | None = None
        check_at_least("student", 2, layers=layers)
        check_at_least("student", 1, hidden=hidden)
        check_share("student", dropout=dropout)
        check_positive("student", slow=slow)

    def injected(self, teacher: TeacherKnowledge) -> "LayerwiseMLP":
        """The same, whose networks begin with the teacher's maps.

        Args:
            teacher: knowledge with `transformations` and `transformation_sizes`.

        Raises:
            MissingKnowledgeError: if it lacks them.
            ConfigError: if its widths are not those of this student.
        """
        teacher.require({"transformations", "transformation_sizes"})
        ends = teacher["transformation_sizes"].tolist()
        widths = [width for _, width in ends[:-1]]
        if len(ends) != self.layers or any(width != self.hidden for width in widths):
            raise ConfigError(
                f"student: expected layers={len(ends)} and hidden={widths[0] if widths else 0}, as the teacher has, "
                f"whose maps it begins with, got layers={self.layers} and hidden={self.hidden}"
            )
        made = LayerwiseMLP(**self.spec().options)
        made._teacher = teacher
        return made

    def build(self, num_features: int, num_classes: int) -> LayeredMLP:
        """An untrained network for these sizes; its maps are the teacher's, where it has one."""
        sizes = num_features, self.hidden, num_classes, self.layers
        module = LayeredMLP(*sizes, self.dropout, self.norm, self.start, self.slow)
        if self._teacher is not None:
            ends = self._teacher["transformation_sizes"].tolist()
            if ends[0][0] > num_features:
                raise ConfigError(
                    f"student: expected rows of at least the {ends[0][0]} features that the teacher reads, got "
                    f"{num_features}; its maps cannot be begun with (method.inject=false)"
                )
            parts = self._teacher["transformations"].split([size for a, b in ends for size in (a * b, b)])
            weights = [part.view(a, b) for part, (a, b) in zip(parts[::2], ends, strict=True)]
            module.inject(weights, list(parts[1::2]))
        return module

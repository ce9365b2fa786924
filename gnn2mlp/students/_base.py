"""What a student is: a recipe for a module that maps feature rows to logits, and to nothing else."""

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_share
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.dropout import dropout_rows


class Student(Configurable, ABC):
    """Builds a graph-free network: `module(x)` takes feature rows alone and returns `MLPOutput(logits, hidden)`.

    Args:
        input_dropout: share of a row's values that each training step drops, those that are left growing in turn. It is
            an option of every student, of one whose constructor does not name it too. Verdict: .5 beside plain GLNN on
            unseen nodes, 10 published splits of cpf-cora / cpf-citeseer: +1.4 / +2.1 points with a SAGE teacher (95 %
            intervals over splits off 0), +0.1 / +0.7 with GRAND (not off 0); transductive cpf-cora -0.4 (not off 0).
            The test that corrects for overlapping splits tells none from chance, of thirteen options looked at
            (`benchmarks/results/students.json`).

    Attributes:
        unit: what a row of its answers speaks of: a `"node"`, or a whole `"graph"`, whose nodes it reads as a set.
        hidden: width of `MLPOutput.hidden`.
        reads_sparse: whether the network takes rows as `CSR` too; if not, such rows reach it dense, as any
            `torch.nn.Linear` expects them.
        one_process: whether its network keeps a state of batches that processes which share them would not agree on.
        needs_graph: whether it answers with the graph, as no graph-free one does: what ships does not take it then.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> class Shallow(Student):
        ...     name, hidden = "shallow", 16
        ...
        ...     def build(self, num_features, num_classes):
        ...         return Net(num_features, self.hidden, num_classes)
        >>> class Net(nn.Module):
        ...     def __init__(self, num_features, hidden, num_classes):
        ...         super().__init__()
        ...         self.first, self.last = nn.Linear(num_features, hidden), nn.Linear(hidden, num_classes)
        ...
        ...     def forward(self, x):
        ...         hidden = self.first(x).tanh()
        ...         return MLPOutput(self.last(hidden), hidden)
        >>> network = Shallow().network(num_features=100, num_classes=3)
        >>> network(CSR.from_dense(torch.eye(100))).logits.shape
        torch.Size([100, 3])
        >>> Shallow(input_dropout=0.5)
        Spec('shallow', input_dropout=0.5)
    """

    unit: ClassVar[str] = "node"
    hidden: int
    reads_sparse: ClassVar[bool] = False
    one_process: bool = False
    needs_graph: ClassVar[bool] = False
    input_dropout: float = 0.0

    def __init__(self, input_dropout: float = 0.0):
        self.input_dropout = input_dropout
        check_share("student", input_dropout=input_dropout)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__init__" in vars(cls):
            cls.__init__ = _with_option(cls.__init__)  # type: ignore[method-assign]

    @classmethod
    def with_recipe(cls, spec: Spec, recipe: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Spec:
        """`spec` with the options that a data set's recipe (`Dataset.recipe`) has for it, where it is silent."""
        return Spec(spec.name, **{**recipe.get("student", {}).get(spec.name, {}), **spec.options})

    def check_reads(self, data: Any) -> None:
        """Raise an error if it cannot read such data. Default: it reads rows, whatever links them."""

    @abstractmethod
    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """An untrained network for these sizes, initialised from torch's global generator."""

    def network(self, num_features: int, num_classes: int) -> nn.Module:
        """What is trained and shipped: what `build` gives, made to take sparse rows in any case, and to drop values."""
        module = self.build(num_features, num_classes)
        if self.input_dropout:
            module.register_forward_pre_hook(functools.partial(dropped, self.input_dropout))
        if not self.reads_sparse:
            module.register_forward_pre_hook(_as_dense)
        return module


def _with_option(constructor: Callable[..., None]) -> Callable[..., None]:
    """The same constructor, which knows `input_dropout` too, unless it does already."""
    signature = inspect.signature(constructor)
    *known, last = signature.parameters.values()
    if "input_dropout" in signature.parameters or last.kind is last.VAR_KEYWORD:
        return constructor

    @functools.wraps(constructor)
    def taking(self: Student, *args: Any, **options: Any) -> None:
        chosen = {key: options.pop(key) for key in ("input_dropout",) if key in options}
        constructor(self, *args, **options)
        if chosen:  # last, as the constructor of a class between may have set its own default
            Student.__init__(self, **chosen)

    option = inspect.Parameter("input_dropout", inspect.Parameter.KEYWORD_ONLY, default=0.0, annotation=float)
    taking.__signature__ = signature.replace(parameters=[*known, last, option])  # type: ignore[attr-defined]
    return taking


def dropped(share: float, module: nn.Module, rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """A hook before a module: in training, the share of the values of its rows that is dropped."""
    return tuple(dropout_rows(each, share, module.training) for each in rows)


def _as_dense(module: nn.Module, rows: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(each.to_dense() if isinstance(each, CSR) else each for each in rows)


def check_graph_free(name: str, what: str) -> None:
    """Raise `ConfigError` if the student of a name needs the graph; `what` does not take such a one."""
    if STUDENTS.get(name).needs_graph:
        able = [other for other, kind in STUDENTS.classes.items() if not kind.needs_graph and kind.unit == "node"]
        raise ConfigError(
            f"student {name!r} needs the graph when it answers, and {what} takes graph-free ones alone; "
            f"expected one of {', '.join(able)}"
        )


STUDENTS: Registry[Student] = Registry("student", "gnn2mlp.students", Student)  # type: ignore[type-abstract]

"""The distiller: rows of knowledge in, a student out."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.identity import Execution, fingerprint
from gnn2mlp.core.limits import check_at_least, check_part, check_positive, check_share
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import generator, seeded
from gnn2mlp.core.source import code_of
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.data.links import ObservedLinks
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.graphs import GraphRows, check_inputs
from gnn2mlp.distill.in_memory import InMemory, Tables
from gnn2mlp.distill.links import LinkRows
from gnn2mlp.distill.networks import NetworkRows, check_read
from gnn2mlp.distill.process_group import ALONE, ProcessGroup
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.shipping import check_foldable, folded_inputs, shipped_width
from gnn2mlp.distill.source import Source
from gnn2mlp.distill.start import Start
from gnn2mlp.distill.streamed import Streamed, feature_chunks
from gnn2mlp.distill.student_training import StudentTraining
from gnn2mlp.distill.sync_batch_norm import convert_batch_norms
from gnn2mlp.distill.updates import UpdateRule, passes
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn import loop
from gnn2mlp.nn.optim import adam, with_rates
from gnn2mlp.nn.selection import DECAY, Averaging, Selection, first_kept
from gnn2mlp.nn.training_state import Checkpoint, TrainingState
from gnn2mlp.objectives import TEACHER, Objective, Term
from gnn2mlp.objectives.hard_labels import HardLabels
from gnn2mlp.objectives.link_labels import LinkLabels
from gnn2mlp.students import Student
from gnn2mlp.students.gnn import GNNStudent
from gnn2mlp.tables.table import RowTable
from gnn2mlp.tasks import Task

Learnt = Observed | ObservedGraphs | RowTable
"""What students are trained on: the nodes of a graph, whole graphs, or the rows of a table."""


class Distiller(Configurable):
    """Minimises a method's objective with Adam and keeps the epoch that `nn.selection.Selection` chooses on validation.

    What is validated and kept are weights averaged over about the last quarter of the epochs, or as `averaging` says.

    Args:
        lr: learning rate.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept; it does not run before all that the
            method does is in force (KRD: its warm-up).
        batch_size: rows per step, nearly: n rows make round(n / batch_size) batches of equal size, at least one, so
            that every epoch visits every row once and no step rests on a small remainder; with batch normalisation
            of at least two rows each. Of links these are anchors; see `distill.links.LinkRows`.
        averaging: of the student's weights over epochs: `"tail"`, the mean of about the last quarter of those so far;
            `"ema"`, an exponential moving average of all; `"none"`, the weights of an epoch as they are. See
            `nn.selection.Selection.averaged`. Verdict, on unseen nodes of cpf-cora and cpf-citeseer
            (`benchmarks/results/students.json`): `"ema"` is within chance of `"tail"`, and `"none"` 0.1 to 0.6 points
            below it with teachers SAGE and GRAND, never clearly.
        averaging_decay: what `"ema"` keeps of the average in each epoch: .97 spans about 33 epochs. Others ignore it.
        rows_fraction: visit this share of the rows only, others in every epoch, which are so much shorter (Ben-Baruch
            et al., Distilling the Knowledge in Data Pruning, ICML 2025: rows left out at random, as good as any choice
            of them). A pass over labelled rows alone is always whole.

    Example:
        >>> Distiller(epochs=20, averaging="ema").options()["averaging_decay"]
        0.97
        >>> from gnn2mlp.data import PerClass, Views, graph_from_arrays
        >>> from gnn2mlp.objectives import HardLabels
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> graph = graph_from_arrays(torch.eye(10), [0, 1] * 5, [[0], [1]])
        >>> views = Views.of(graph, PerClass(train=1, valid=1).split(graph, seed=0, setting="transductive"))
        >>> result = Distiller(epochs=20).fit(MLPStudent(hidden=8), HardLabels(), views.observed)
        >>> len(result.history.loss), result.module(graph.features).logits.shape
        (20, torch.Size([10, 2]))
    """

    name = "distill"
    citation = "Zhang et al., Graph-less Neural Networks, ICLR 2022, released configuration"

    def __init__(
        self,
        lr: float = 0.01,
        weight_decay: float = 5e-4,
        epochs: int = 200,
        patience: int = 50,
        batch_size: int = 512,
        averaging: Averaging = "tail",
        averaging_decay: float = DECAY,
        rows_fraction: float = 1.0,
    ):
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        self.averaging: Averaging = averaging
        self.averaging_decay = averaging_decay
        self.rows_fraction = rows_fraction
        check_part("distill", rows_fraction=rows_fraction)
        check_at_least("distill", 1, epochs=epochs, patience=patience, batch_size=batch_size)
        check_at_least("distill", 0, weight_decay=weight_decay)
        check_positive("distill", lr=lr)
        check_share("distill", averaging_decay=averaging_decay)

    def fit(
        self,
        student: Student,
        objective: Objective,
        data: Learnt,
        knowledge: TeacherKnowledge | Tables | None = None,
        *,
        inputs: Inputs | None = None,
        update: UpdateRule = "joint",
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
        checkpoint: Checkpoint | None = None,
        group: ProcessGroup = ALONE,
        stage: str = "student",
        start: Start | None = None,
    ) -> DistillationResult:
        """Train `student` on the observed nodes of a graph, on whole graphs, or on the rows of a table.

        Args:
            student: what to build.
            objective: what to minimise; it is copied, so that the same call twice gives the same student.
            data: features, training labels and validation nodes, in memory; or an `ObservedLinks`, whose pairs take the
                place of labels, with a `LinkStudent`; or an `ObservedGraphs`, with a student of sets; or a table, which
                is streamed.
            knowledge: the teacher's table, or several by name, of which the teacher's is `"teacher"`; each is joined to
                the observed nodes by id. A table of rows has its own.
            inputs: what makes the student's rows; it is copied and fitted on what training may see. Default: the
                features themselves.
            update: which terms share an optimiser pass.
            seed: of initialisation, batches and dropout.
            device: where to train, `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
            progress: told after every epoch.
            listeners: told at the beginning, after every epoch and at the end.
            checkpoint: where to keep the training state. If there is one of the same training, it is taken up there,
                and ends with the same bits as if it had not been interrupted. It is left there.
            group: the processes among which the rows of a table are shared. Losses are means over all of a batch, so
                that the student is that of one process but for rounding, and for dropout, whose masks are drawn by
                each process.
            stage: what listeners and messages call it.
            start: weights of an earlier student, from which training starts; default: it starts afresh.

        Raises:
            MissingKnowledgeError: before the first step, if the objective needs a key that the tables do not hold.
            DataError: if a table lacks an observed node, or the objective speaks of links that the data do not have.
            ConfigError: if there is no such device; if a table of rows, or several processes, cannot do what is asked;
                or if the checkpoint is that of another training.
            ProcessError: if another process of the group is gone, or starts from other rows or another state.
            DivergenceError: at the first epoch with a loss that is not finite.
        """
        objective, inputs = copy.deepcopy(objective), copy.deepcopy(inputs) or OwnFeatures()
        device = resolve_device(device)
        if group.connected and student.one_process:
            raise ConfigError(
                f"student {student.name!r} keeps what it saw of batches, which one process has to see whole"
            )
        check_read(student, data, inputs)
        with seeded(seed, "student"):
            _fit_inputs(inputs, data)
            source = self._source(data, _by_name(knowledge), device, seed, objective, inputs, group, student)
            module = student.network(source.num_features, source.num_classes).to(device)
            source.check(module)
            check_foldable(module, inputs)
            if start is not None:
                start.apply(module)
            if group.connected:
                convert_batch_norms(module)
            objective.prepare_features(source.num_features)
            objective.prepare(source.tables, student.hidden)
            optimiser = adam(with_rates(module, objective.to(device).parameters(), self.lr), self.lr, self.weight_decay)
            begin = max(objective.starts_at, first_kept(self.epochs))
            kept = self.averaging, self.averaging_decay
            selection = Selection(module, self.patience, begin, source.tolerance, *kept)
            state = TrainingState(module, optimiser, selection, objective, source.random)
            training = StudentTraining(source, module, objective, passes(objective, update))
            keeping = self._checkpointing(state, checkpoint, student, inputs, source, update, seed, start)
            _check_alike(state, source)
            history = loop.fit(
                training, state, self.epochs, stage=stage, progress=progress, listeners=listeners, checkpoint=keeping
            )
        task = source.settled(module)
        shipped = folded_inputs(module.cpu(), inputs)
        card = self.card(student, inputs, seed, source.knowledge_digest)
        width = shipped_width(source.num_features, inputs)
        recipe = student if student.needs_graph else None
        return DistillationResult(module, width, history, card, shipped, task, objective.cpu(), recipe)

    def judge(
        self,
        module: nn.Module,
        data: Learnt,
        inputs: Inputs,
        *,
        device: torch.device | str = "cpu",
        group: ProcessGroup = ALONE,
    ) -> tuple[loop.Validation | None, Task]:
        """How a trained network does on the validation rows, and the task with the threshold that these choose.

        Args:
            module: is in evaluation mode and on the CPU afterwards.
            data: as in `fit`.
            inputs: what makes its rows, fitted.
            device: where to compute.
            group: the processes that share the rows of a table.
        """
        labels = LinkLabels() if isinstance(data, ObservedLinks) else HardLabels()
        source = self._source(data, {}, resolve_device(device), 0, labels, inputs, group)
        module.to(device)
        found, task = source.validate(module), source.settled(module)
        module.cpu()
        return found, task

    def options(self) -> dict[str, Any]:
        """The settings without the name."""
        return dict(self.spec().options)

    def card(self, student: Student, inputs: Inputs, seed: int, knowledge: str | None) -> dict[str, Any]:
        """Where a student comes from: its spec, these settings, the seed, and the digest of the knowledge read."""
        return {
            "student": student.spec().to_dict(),
            "inputs": inputs.spec().to_dict(),
            "distill": self.options(),
            "seed": seed,
            "knowledge": knowledge,
        }

    def _source(
        self,
        data: Learnt,
        tables: Tables,
        device: torch.device | str,
        seed: int,
        objective: Objective,
        inputs: Inputs,
        group: ProcessGroup,
        student: Student | None = None,
    ) -> Source:
        """The rows that `inputs`, which are fitted, make, or those of a `student` that reads the graph."""
        if isinstance(data, RowTable):
            if tables:
                raise ConfigError(
                    "expected no knowledge beside a table of rows, which has its own; join it into the table"
                )
            own = None if isinstance(inputs, OwnFeatures) else inputs
            return Streamed(data, device, self.batch_size, seed, objective, own, group, fraction=self.rows_fraction)
        if group.connected:
            raise ConfigError("processes share the rows of a table, not those of a graph; start one, or join a table")
        random = generator(seed, "batches")
        if isinstance(data, ObservedGraphs):
            return GraphRows(data, device, self.batch_size, random, objective, tables, self.rows_fraction)
        if isinstance(student, GNNStudent):
            assert isinstance(data, Observed), "checked before"
            return NetworkRows(data, student, device, self.batch_size, random, objective, tables, self.rows_fraction)
        rows = inputs.training_rows(data.graph)
        if isinstance(data, ObservedLinks):
            return LinkRows(data, rows, device, self.batch_size, random, objective, tables, self.rows_fraction)
        return InMemory(data, rows, device, self.batch_size, random, objective, tables, self.rows_fraction)

    def _checkpointing(
        self,
        state: TrainingState,
        checkpoint: Checkpoint | None,
        student: Student,
        inputs: Inputs,
        source: Source,
        update: UpdateRule,
        seed: int,
        start: Start | None = None,
    ) -> loop.Checkpointing | None:
        """Take up the checkpoint, if there is one; what is returned writes the next."""
        if checkpoint is None:
            return None
        terms: Sequence[Term] = state.objective.terms()  # type: ignore[operator]  # an Objective, which torch forgets
        kinds = [type(part) for part in (self, student, inputs, *(term for _, term in terms))]
        identity = {
            "student": student.spec().to_dict(),
            "inputs": inputs.spec().to_dict(),
            "objective": [[weight, term.spec().to_dict()] for weight, term in terms],
            "distill": self.options(),
            "update": update,
            "seed": seed,
            "data": source.digest,
            # Of other code or another machine's kind, a checkpoint is none.
            "code": code_of(*kinds),
            "execution": fingerprint(Execution.on(next(state.module.parameters()).device)),
            **({} if start is None else {"start": fingerprint([dict(start.weights), start.features])}),
        }
        state.restore(checkpoint.path, identity)

        def save() -> None:
            if source.group.rank == 0:
                state.save(checkpoint.path, identity)

        return loop.Checkpointing(save, checkpoint.every if source.random is None else None)


def _check_alike(state: TrainingState, source: Source) -> None:
    """Raise `ProcessError` if the processes are not about to train the same student on the same rows."""
    if source.group.connected:
        start = {"position": list(state.position), "student": digest_tensors(state.module.state_dict())}
        source.group.agree({"table": source.digest}, "give every machine the same tables")
        source.group.agree(
            start, "a checkpoint lies on the disk of some machines alone: copy it to the others, or remove it"
        )


def _by_name(knowledge: TeacherKnowledge | Tables | None) -> Tables:
    if isinstance(knowledge, Mapping):
        return knowledge
    return {} if knowledge is None else {TEACHER: knowledge}


def _fit_inputs(inputs: Inputs, data: Learnt) -> None:
    """Fit on the rows that training reads."""
    if isinstance(data, ObservedGraphs):
        check_inputs(inputs)
        return
    if not isinstance(data, RowTable):
        inputs.fit_observed(data)
        return
    if not inputs.of_features:
        raise ConfigError(f"inputs {inputs.name!r} read more than features, and a table of rows has none: gnn2mlp run")
    inputs.fit(feature_chunks(data))

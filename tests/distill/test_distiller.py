"""The distiller: passes, stopping, reproducibility, and knowledge joined by id."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError, DivergenceError, MissingKnowledgeError
from gnn2mlp.core.listeners import EpochEnd, Listener, Staged
from gnn2mlp.data import Observed
from gnn2mlp.distill import DistillationResult, Distiller
from gnn2mlp.evaluate import accuracy
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.methods.krd import KRD
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.divergence import kl_divergence
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training_state import Checkpoint
from gnn2mlp.objectives import Batch, HardLabels, Objective, SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from tests.cuda import on_each_device
from tests.tiny import random_knowledge, tiny_views

STUDENT = MLPStudent(hidden=16, dropout=0.1)
OBSERVED = tiny_views().observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids).select(["logits"])


def fit(
    objective: Objective | None = None,
    observed: Observed = OBSERVED,
    knowledge: TeacherKnowledge | None = KNOWLEDGE,
    student: MLPStudent = STUDENT,
    fit: dict[str, Any] | None = None,
    **options: Any,
) -> DistillationResult:
    distiller = Distiller(**{"epochs": 5, **options})
    return distiller.fit(
        student, objective or 0.5 * HardLabels() + 0.5 * SoftLabels(), observed, knowledge, **(fit or {})
    )


def weights(result: DistillationResult) -> Tensor:
    return torch.cat([p.detach().flatten() for p in result.module.parameters()])


class Recorder(Objective):
    """Keeps the batches that it sees, on a list that copies of it share."""

    name = "recorder"
    citation = "none, 2000"
    needs = frozenset({"all_rows"})

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Batch] = []
        self.epochs: list[Batch] = []

    def __deepcopy__(self, memo: object) -> "Recorder":
        return self

    def forward(self, batch: Batch) -> Tensor:
        self.steps.append(batch)
        return batch.output.logits.square().mean()

    def after_epoch(self, batch: Batch) -> None:
        _ = batch.output  # asked now, while the student is what it was
        self.epochs.append(batch)


def test_one_step_by_hand() -> None:
    """One epoch of one batch is one Adam step from the seeded initialisation on the documented loss."""
    student = MLPStudent(hidden=16, dropout=0.0)
    untouched = fit(student=student, lr=1e-30, epochs=1, weight_decay=0.0)
    module = untouched.module.train()
    logits, train = module(OBSERVED.graph.features).logits, OBSERVED.train
    hard = F.cross_entropy(logits[train], OBSERVED.graph.labels[train])
    p, q = KNOWLEDGE["logits"].softmax(-1), logits.log_softmax(-1)
    soft = (p * (p.log() - q)).sum(1).mean()
    loss = 0.5 * hard + 0.5 * soft
    assert untouched.history.loss == [pytest.approx(loss.item(), rel=1e-5)]
    optimiser = torch.optim.Adam(module.parameters(), lr=0.01, weight_decay=5e-4)
    loss.backward()
    optimiser.step()
    torch.testing.assert_close(weights(fit(student=student, epochs=1)), weights(untouched), rtol=1e-3, atol=1e-5)


def test_every_row_is_seen_once_per_epoch() -> None:
    recorder = Recorder()
    fit(recorder, epochs=3, batch_size=16)
    assert [batch.rows.numel() for batch in recorder.steps] == [15] * 12
    for epoch in range(3):
        seen = torch.cat([batch.rows for batch in recorder.steps[4 * epoch : 4 * epoch + 4]])
        assert torch.equal(seen.sort().values, torch.arange(60))


def test_objective_sees_labels_of_training_nodes_only() -> None:
    recorder = Recorder()
    fit(recorder, epochs=1, batch_size=16)
    for batch in recorder.steps:
        labelled = batch.rows[batch.labels >= 0]
        assert set(labelled.tolist()) <= set(OBSERVED.train.tolist())
    assert sum(int((batch.labels >= 0).sum()) for batch in recorder.steps) == 12


def test_labels_of_other_nodes_do_not_enter_the_loss() -> None:
    labels = OBSERVED.graph.labels.clone()
    labels[OBSERVED.valid] = (labels[OBSERVED.valid] + 1) % 3
    changed = replace(OBSERVED, graph=replace(OBSERVED.graph, labels=labels))
    first, second = fit(), fit(observed=changed)
    assert first.history.loss == second.history.loss
    assert first.history.valid != second.history.valid


def test_training_labels_do_enter_the_loss() -> None:
    labels = OBSERVED.graph.labels.clone()
    labels[OBSERVED.train] = (labels[OBSERVED.train] + 1) % 3
    changed = replace(OBSERVED, graph=replace(OBSERVED.graph, labels=labels))
    assert fit().history.loss[0] != fit(observed=changed).history.loss[0]


def test_alternating_takes_a_step_per_term() -> None:
    options = {"weight_decay": 0.0, "epochs": 1, "student": MLPStudent(hidden=16, dropout=0.0)}
    mixed = 1.0 * HardLabels() + 1.0 * SoftLabels()
    joint, alternating = (fit(mixed, fit={"update": rule}, **options) for rule in ("joint", "alternating"))
    start = weights(fit(mixed, **{**options, "lr": 1e-30}))
    moved = [(weights(r) - start).abs().max().item() for r in (joint, alternating)]
    # Adam's first step moves each weight by lr; two steps move some by nearly twice as much.
    assert moved[0] == pytest.approx(0.01, rel=1e-3)
    assert 0.015 < moved[1] <= 0.0201


def test_a_pass_without_weight_still_decays_the_weights() -> None:
    """GLNN's released code with λ = 0: the idle hard-label pass shrinks what the soft-label pass leaves."""
    student = MLPStudent(hidden=16, dropout=0.0)
    method = GLNN(hard_weight=0.0, update="alternating")
    ends = {
        (decay, rule): weights(
            fit(method.build_objective(), fit={"update": rule}, weight_decay=decay, epochs=30, student=student)
        )
        for decay in (0.0, 0.1)
        for rule in ("joint", "alternating")
    }
    assert not torch.equal(ends[0.1, "joint"], ends[0.1, "alternating"])
    assert ends[0.1, "alternating"].norm() < ends[0.0, "alternating"].norm()
    # Without decay the idle pass moves on by momentum, so it is no copy of the joint rule either.
    assert not torch.equal(ends[0.0, "joint"], ends[0.0, "alternating"])


def test_idle_pass_decays_by_hand() -> None:
    """With nothing but an idle pass, Adam's first step moves every weight by lr towards zero."""
    options = {"epochs": 1, "student": MLPStudent(hidden=16, dropout=0.0), "weight_decay": 0.1}
    start = weights(fit(0.0 * HardLabels(), knowledge=None, lr=1e-30, **options))
    moved = weights(fit(0.0 * HardLabels(), knowledge=None, lr=1e-4, **options))
    clear = start.abs() > 1e-3
    torch.testing.assert_close((start - moved)[clear], 1e-4 * start[clear].sign(), rtol=1e-2, atol=1e-7)


def test_keeps_the_epoch_that_selection_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    real = Selection.update
    monkeypatch.setattr(Selection, "update", lambda self, *found: told.append(found) or real(self, *found))
    result = fit(GLNN(hard_weight=1.0).build_objective(), epochs=60, patience=8, lr=0.05)
    history = result.history
    assert [(epoch, score) for epoch, score, _ in told] == list(enumerate(history.valid, start=1))
    assert len(history.valid) == min(60, history.best_epoch + 8)
    _, score, loss = told[history.best_epoch - 1]
    assert loss <= (1 + OBSERVED.valid.numel() / 10_000) * min(loss for *_, loss in told)
    logits, labels = (
        result.module(OBSERVED.graph.features).logits[OBSERVED.valid],
        OBSERVED.graph.labels[OBSERVED.valid],
    )
    assert (accuracy(logits, labels), F.cross_entropy(logits, labels).item()) == (score, pytest.approx(loss, abs=1e-6))
    assert not result.module.training


def test_patience_waits_until_the_method_has_begun() -> None:
    """A student that is at its best at once, and a method whose sampling begins in epoch 12."""
    options = {"knowledge": random_knowledge(OBSERVED.node_ids), "epochs": 30, "patience": 1, "lr": 0.3}
    early, late = (fit(KRD(warmup=warmup).build_objective(), **options) for warmup in (0, 11))
    assert len(early.history.loss) < 12 <= late.history.best_epoch


def test_restored_weights_are_those_of_the_best_epoch() -> None:
    long = fit(epochs=40, patience=5, lr=0.1)
    short = fit(epochs=long.history.best_epoch, lr=0.1)
    assert long.history.best_epoch < len(long.history.loss)
    assert torch.equal(weights(short), weights(long))


@pytest.mark.parametrize("rule", ["joint", "alternating"])
def test_same_seed_same_bits_and_another_seed_differs(rule: str) -> None:
    runs = [weights(fit(fit={"seed": s, "update": rule}, batch_size=16)) for s in (0, 0, 1)]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_weights_that_are_kept_are_averaged_as_it_is_said() -> None:
    made = {how: fit(epochs=40, averaging=how, averaging_decay=0.8) for how in ("tail", "ema", "none")}
    assert torch.equal(weights(made["tail"]), weights(fit(epochs=40)))
    assert len({tuple(weights(result).tolist()) for result in made.values()}) == 3
    assert len({tuple(result.history.loss) for result in made.values()}) == 1  # training goes on from its own weights


def test_input_dropout_of_the_student_is_of_training_alone() -> None:
    plain, dropped, again = (fit(student=with_input_dropout(share)) for share in (0.0, 0.5, 0.5))
    assert torch.equal(weights(dropped), weights(again))
    assert not torch.equal(weights(plain), weights(dropped))
    x = OBSERVED.graph.features
    assert torch.equal(dropped.module(x).logits, dropped.module(x).logits)


def with_input_dropout(share: float) -> MLPStudent:
    return MLPStudent(**{**STUDENT.spec().options, "input_dropout": share})


def test_global_generator_is_neither_read_nor_moved() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        before = torch.get_rng_state()
        first = weights(fit(batch_size=16))
        assert torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(2)
        assert torch.equal(weights(fit(batch_size=16)), first)


def test_knowledge_is_joined_by_id() -> None:
    order = torch.randperm(60, generator=torch.Generator().manual_seed(0))
    shuffled = TeacherKnowledge(KNOWLEDGE.node_ids[order], {"logits": KNOWLEDGE["logits"][order]})
    assert torch.equal(weights(fit(knowledge=shuffled)), weights(fit()))
    misplaced = TeacherKnowledge(KNOWLEDGE.node_ids, {"logits": KNOWLEDGE["logits"][order]})
    assert not torch.equal(weights(fit(knowledge=misplaced)), weights(fit()))


def test_missing_knowledge_is_named_before_the_first_step() -> None:
    told: list[int] = []
    options: dict[str, Any] = {"fit": {"progress": lambda done, total, note="": told.append(done)}}
    recorder = Recorder()
    with pytest.raises(MissingKnowledgeError, match="holds no 'logits'"):
        fit(recorder + SoftLabels(), knowledge=None, **options)
    with pytest.raises(MissingKnowledgeError, match=r"holds no 'logits' \(present: hidden\)"):
        fit(recorder + SoftLabels(), knowledge=random_knowledge(OBSERVED.node_ids).select(["hidden"]), **options)
    with pytest.raises(DataError, match="no row for 10 of 60 nodes"):
        fit(recorder + SoftLabels(), knowledge=KNOWLEDGE.align(torch.arange(50)), **options)
    assert told == []
    assert recorder.steps == []


def test_knowledge_that_no_term_reads_is_not_asked_for() -> None:
    assert torch.equal(weights(fit(HardLabels(), knowledge=None)), weights(fit(HardLabels())))
    assert fit(HardLabels()).card["knowledge"] is None


def test_sparse_and_dense_features_train_the_same_student() -> None:
    thin = tiny_views(features=200).observed
    dense = thin.graph.features * (torch.rand(60, 200, generator=torch.Generator().manual_seed(0)) < 0.2)
    forms = (dense, CSR.from_dense(dense))
    assert forms[1].density < 0.1  # else it would be made dense
    runs = [fit(observed=replace(thin, graph=replace(thin.graph, features=x)), batch_size=16) for x in forms]
    torch.testing.assert_close(*map(weights, runs), rtol=1e-3, atol=1e-4)


def test_double_precision_features_work() -> None:
    double = replace(OBSERVED, graph=replace(OBSERVED.graph, features=OBSERVED.graph.features.double()))
    assert torch.equal(weights(fit(observed=double)), weights(fit()))


def test_batch_norm_survives_every_batch_size() -> None:
    odd = replace(OBSERVED, train=OBSERVED.train[: OBSERVED.train.numel() // 2 * 2 - 1])
    student = MLPStudent(hidden=8, norm="batch")
    for observed, batch_size in ((OBSERVED, 2), (odd, 1), (odd, 2), (OBSERVED, 59), (OBSERVED, 512)):
        result = fit(HardLabels(), observed, student=student, batch_size=batch_size, epochs=1)
        assert torch.isfinite(result.module(OBSERVED.graph.features).logits).all()


def test_objectives_with_state_are_told_of_every_epoch() -> None:
    recorder = Recorder()
    result = fit(HardLabels() + 0.01 * recorder, epochs=60, patience=1, batch_size=16, lr=0.3)
    assert len(recorder.epochs) == len(result.history.loss) < 60  # the one that stopped as well
    for batch in recorder.epochs:
        assert torch.equal(batch.rows, torch.arange(60))
        assert not batch.output.logits.requires_grad
    # In evaluation mode: the batch of the kept epoch is what the finished student says, without dropout. Of four epochs
    # no weights are averaged.
    recorder = Recorder()
    result = fit(HardLabels() + 0.01 * recorder, epochs=4, batch_size=16)
    best = recorder.epochs[result.history.best_epoch - 1].output.logits
    assert torch.equal(best, result.module(OBSERVED.graph.features).logits)


def test_parameters_of_the_objective_are_trained() -> None:
    class Scaled(Recorder):
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(()))

        def forward(self, batch: Batch) -> Tensor:
            return (self.scale * batch.output.logits).square().mean()

        def __deepcopy__(self, memo: dict[int, Any]) -> "Scaled":
            return Scaled()

    objective = Scaled()
    result = fit(objective, epochs=3)
    assert isinstance(result.objective, Scaled)
    assert result.objective.scale.item() < 1
    assert objective.scale.item() == 1  # what was handed over is as it was


def test_the_same_call_twice_gives_the_same_student() -> None:
    """An objective with a state, such as KRD's fitted α, is copied."""
    objective = KRD(warmup=2, every=1).build_objective()
    knowledge = random_knowledge(OBSERVED.node_ids)
    first, second = (fit(objective, knowledge=knowledge, epochs=8, batch_size=16) for _ in range(2))
    assert first.history.loss == second.history.loss
    assert torch.equal(weights(first), weights(second))


@pytest.mark.parametrize("batch_size", [16, 512])
def test_training_stops_at_a_loss_that_is_not_finite(batch_size: int) -> None:
    message = r"student: training diverged: the loss is (nan|inf) in epoch \d, step \d of \d+, at learning rate 1e\+25"
    with pytest.raises(DivergenceError, match=message):
        fit(HardLabels() + SoftLabels(), lr=1e25, batch_size=batch_size)


def test_listeners_hear_of_every_epoch() -> None:
    class Ear(Listener):
        def __init__(self) -> None:
            self.heard: list[Any] = []

        def on_fit_start(self, stage: str, epochs: int) -> None:
            self.heard.append((stage, epochs))

        def on_epoch_end(self, end: EpochEnd) -> None:
            self.heard.append((end.stage, end.epoch, end.metrics["loss"], end.metrics["valid"]))

        def on_fit_end(self, stage: str, history: Mapping[str, Any]) -> None:
            self.heard.append((stage, history["best_epoch"]))

    ear = Ear()
    result = fit(fit={"listeners": [Staged(ear, "seed-000/")]})
    epochs = [("seed-000/student", e + 1, result.history.loss[e], result.history.valid[e]) for e in range(5)]
    assert ear.heard == [("seed-000/student", 5), *epochs, ("seed-000/student", result.history.best_epoch)]
    assert weights(result).tolist() == weights(fit()).tolist()  # who listens changes nothing


def test_several_tables_are_read_by_name() -> None:
    class Assistant(Objective):
        name, citation, needs = "assistant", "Mirzadeh et al., AAAI 2020", frozenset({"assistant.logits"})

        def forward(self, batch: Batch) -> Tensor:
            return batch.mean(kl_divergence(batch.knowledge("logits", "assistant"), batch.output.logits))

    other = random_knowledge(OBSERVED.node_ids, seed=5).select(["logits"])
    both = {"teacher": KNOWLEDGE, "assistant": other}
    by_name = fit(0.0 * SoftLabels() + Assistant(), knowledge=both)  # type: ignore[arg-type]
    assert torch.equal(weights(by_name), weights(fit(SoftLabels(), knowledge=other)))
    with pytest.raises(MissingKnowledgeError, match="knowledge of teacher 'assistant' holds no 'logits'"):
        fit(Assistant())


def test_inputs_are_fitted_on_what_training_sees_and_folded_into_the_student() -> None:
    scale = torch.tensor([1.0, 1000.0] * 6)
    units = replace(OBSERVED, graph=replace(OBSERVED.graph, features=OBSERVED.graph.features * scale + 3))
    result = fit(observed=units, fit={"inputs": Standardise()}, epochs=20)
    x = units.graph.features
    rows = (x - x.mean(0)) / x.std(0, unbiased=False)
    plain = fit(observed=replace(units, graph=replace(units.graph, features=rows)), epochs=20)
    torch.testing.assert_close(result.module(x).logits, plain.module(rows).logits, rtol=1e-3, atol=1e-3)
    assert result.inputs == OwnFeatures()
    assert result.card["inputs"] == {"name": "standardise"}


def test_card_says_where_the_student_comes_from() -> None:
    result = fit(fit={"seed": 4}, lr=0.02)
    assert result.card["student"] == STUDENT.spec().to_dict()
    assert result.card["distill"] == Distiller(lr=0.02, epochs=5).options()
    assert result.card["seed"] == 4
    assert result.card["knowledge"] == KNOWLEDGE.digest
    assert result.history.seconds > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, r"distill\.epochs: expected at least 1, got 0"),
        ({"patience": 0}, r"distill\.patience: expected at least 1, got 0"),
        ({"batch_size": 0}, r"distill\.batch_size: expected at least 1, got 0"),
        ({"averaging_decay": 1.0}, r"distill\.averaging_decay: expected a number from 0 to below 1, got 1\.0"),
        ({"averaging": "last"}, "expected one of 'tail', 'ema', 'none', got 'last'"),
        ({"lr": -1.0}, r"distill\.lr: expected a positive number, got -1\.0"),
        ({"weight_decay": -1.0}, r"distill\.weight_decay: expected at least 0, got -1\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Distiller(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("device", ["mps", torch.device("xpu", 0)])
def test_a_device_that_nothing_was_tried_on_is_refused(device: Any) -> None:
    with pytest.raises(ConfigError, match=f"device: expected auto, cpu, cuda or cuda:N, got '{device}'"):
        fit(fit={"device": device})


@on_each_device
def test_trains_on_any_device_and_returns_to_the_cpu(device: str) -> None:
    result = fit(fit={"device": device}, batch_size=16, epochs=20)
    assert next(result.module.parameters()).device.type == "cpu"
    assert result.history.loss[-1] < result.history.loss[0]


class Interrupt(Listener):
    """Stops training in the third epoch; counts the epochs that it hears of."""

    def __init__(self, at: int = 3) -> None:
        self.at, self.heard = at, 0

    def on_epoch_end(self, end: EpochEnd) -> None:
        self.heard += 1
        if self.heard == self.at:
            raise KeyboardInterrupt


@on_each_device
def test_a_checkpoint_of_another_kind_of_device_counts_as_none(device: str, tmp_path: Path) -> None:
    kept = {"checkpoint": Checkpoint(tmp_path / "checkpoint.safetensors")}
    with pytest.raises(KeyboardInterrupt):
        fit(fit={**kept, "device": device, "listeners": [Interrupt()]})
    after = Interrupt(at=100)
    again = fit(fit={**kept, "listeners": [after]})
    assert after.heard == {"cpu": 3, "cuda": 5}[device]  # of five epochs two were written down
    assert torch.equal(weights(again), weights(fit()))


def test_a_fraction_of_the_rows_trains_another_student_and_all_of_them_the_same() -> None:
    observed = tiny_views().observed
    knowledge = random_knowledge(observed.node_ids)

    def losses(**options: float) -> list[float]:
        distiller = Distiller(epochs=4, batch_size=16, **options)
        return distiller.fit(MLPStudent(hidden=8), SoftLabels(), observed, knowledge).history.loss

    assert losses(rows_fraction=1.0) == losses() != losses(rows_fraction=0.5) == losses(rows_fraction=0.5)
    for impossible in (0.0, 1.5):
        with pytest.raises(ConfigError, match=r"distill\.rows_fraction: expected a number above 0 and at most 1, got"):
            Distiller(rows_fraction=impossible)

"""What every registered method promises."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError, Gnn2mlpError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import HypergraphData, Observed, Views
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.distill import DistillationResult, Distiller, Learner, student_training
from gnn2mlp.distill.streamed import check_rows_suffice
from gnn2mlp.evaluate import accuracy
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.nn.loop import Step
from gnn2mlp.nn.training_state import Position
from gnn2mlp.objectives import Objective, parse_needs
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS
from tests.cuda import draws_of_the_cpu, nothing_waits, off_the_cpu, on_each_device
from tests.rowtables import tiny_table
from tests.tiny import Kind, random_knowledge, small, tiny_views

# Methods whose options have no defaults, or that train for long by themselves; all others are found by themselves.
EXAMPLES: dict[str, dict[str, Any]] = {
    "simmlp": {"epochs": 300},  # of pre-training, in place of 1,000
    "composed": {"objective": [{"name": "hard_labels", "weight": 0.5}, {"name": "soft_labels", "temperature": 2.0}]},
}


@pytest.fixture(params=[name for name, cls in METHODS.classes.items() if cls.unit != "pair"])
def method(request: pytest.FixtureRequest) -> Method:
    return Spec(request.param, **EXAMPLES.get(request.param, {})).build(METHODS)


@pytest.fixture
def views(method: Method) -> Views:
    """On a hypergraph for methods that speak of hyperedges, on a graph for all others."""
    return _views("hypergraph" if "hyperedges" in method.needs else "graph")


@cache
def _views(kind: Kind) -> Views:
    return tiny_views(kind=kind, **{"graph": {"texts": True}, "hypergraph": {"features": 60}}[kind])


@cache
def _knowledge(kind: Kind, name: str) -> TeacherKnowledge:
    teacher = small(TEACHERS, name, codes=8)
    observed = _views(kind).observed
    teacher.fit(observed)
    return teacher.export(observed, teacher.provides)


@pytest.fixture
def knowledge(method: Method, views: Views) -> TeacherKnowledge:
    if isinstance(views.full.graph, HypergraphData):
        return _knowledge("hypergraph", "hgnn")
    if "hop_embeddings" in method.teacher_keys:
        return _knowledge("graph", "language")
    able = [name for name in ("vq", "sage", "gkedm") if method.teacher_keys <= TEACHERS.get(name).provides]
    return _knowledge("graph", able[0])


def test_the_package_has_the_methods_that_it_names() -> None:
    assert {"glnn", "krd", "vqgraph", "light_hgnn", "light_hgnn_plus", "mlp", "composed"} <= set(METHODS.names())


def test_trains_a_student_that_beats_chance(method: Method, views: Views, knowledge: TeacherKnowledge) -> None:
    result = method.learn(Learner(Distiller(epochs=40), small(STUDENTS, "mlp"), views.observed, knowledge))
    test, graph = views.full.split.test, views.full.graph
    rows = result.inputs.rows(graph)
    assert accuracy(result.module(rows).logits[test], graph.labels[test]) > 0.6  # chance is 1/3
    assert result.history.loss[-1] < 0.9 * result.history.loss[0]  # some have a floor far above zero


def test_trains_under_autocast(method: Method, views: Views, knowledge: TeacherKnowledge) -> None:
    histories, student = [], small(STUDENTS, "mlp", dropout=0.0)
    for lowered in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=lowered):
            result = Distiller(epochs=8).fit(
                student, method.build_objective(), views.observed, knowledge, update=method.update
            )
        histories.append(torch.tensor(result.history.loss))
    torch.testing.assert_close(*histories, rtol=0.1, atol=0.02)


def test_deterministic_algorithms_train_the_same_student_on_a_cpu(
    method: Method, views: Views, knowledge: TeacherKnowledge
) -> None:
    weights = []
    for deterministic in (False, True):
        torch.use_deterministic_algorithms(deterministic)
        try:
            objective = method.build_objective()
            result = Distiller(epochs=8).fit(small(STUDENTS, "mlp"), objective, views.observed, knowledge)
        finally:
            torch.use_deterministic_algorithms(False)
        weights.append(result.module.head.weight)
    assert torch.equal(*weights)


def test_needs_no_more_knowledge_than_it_says(method: Method, views: Views, knowledge: TeacherKnowledge) -> None:
    assert method.teacher_keys <= set(KEYS)
    observed, distiller = views.observed, Distiller(epochs=2)
    weights = [
        distiller.fit(small(STUDENTS, "mlp"), method.build_objective(), observed, table).module.head.weight
        for table in (knowledge, knowledge.select(method.teacher_keys) if method.teacher_keys else None)
    ]
    assert torch.equal(*weights)


def test_only_those_that_speak_of_links_mind_what_these_are(method: Method) -> None:
    objective = method.build_objective()
    links = parse_needs(objective.needs).links
    for kind, wrong in (("graph", "hyperedges" in links), ("hypergraph", bool({"neighbours", "adjacency"} & links))):
        observed = _views(kind).observed
        table = random_knowledge(observed.node_ids)

        def fit(observed: Observed = observed, table: TeacherKnowledge = table) -> None:
            Distiller(epochs=1).fit(small(STUDENTS, "mlp"), method.build_objective(), observed, table)

        if not wrong:
            fit()
            continue
        with pytest.raises(DataError, match=f"and {observed.graph.name} is a {kind}: '.*' is its counterpart there"):
            fit()


def test_what_it_learns_ships(method: Method, views: Views, knowledge: TeacherKnowledge, tmp_path: Path) -> None:
    """Saved, loaded and in ONNX it answers as it did, whatever students and phases there were."""
    student = small(STUDENTS, "mlp")
    learner = Learner(Distiller(epochs=4), student, views.observed, knowledge.select(method.teacher_keys), seed=1)
    made = method.learn(learner)
    graph = views.full.graph
    rows = made.inputs.rows(graph)
    expected = made.module(rows).logits.softmax(-1).detach().numpy()
    recipe = made.student or student
    predictor = Predictor(recipe, made.module, made.num_features, graph.task, made.card, inputs=made.inputs)
    predictor.save(tmp_path / "model")
    loaded = Predictor.load(tmp_path / "model")
    np.testing.assert_allclose(loaded.predict_proba(rows), expected, atol=1e-6)
    loaded.to_onnx(tmp_path / "onnx")
    np.testing.assert_allclose(OnnxPredictor.load(tmp_path / "onnx").predict_proba(rows), expected, atol=1e-5)
    assert 0 < made.history.best_epoch <= len(made.history.valid)


def test_the_same_seed_learns_the_same(method: Method, views: Views, knowledge: TeacherKnowledge) -> None:
    def answers(seed: int) -> torch.Tensor:
        learner = Learner(Distiller(epochs=3), small(STUDENTS, "mlp"), views.observed, knowledge, seed=seed)
        made = method.learn(learner)
        return made.module(made.inputs.rows(views.full.graph)).logits.detach()

    first, again, other = (answers(seed) for seed in (2, 2, 3))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_table_of_rows_is_taken_or_refused_before_work_starts(method: Method, tmp_path: Path) -> None:
    table = tiny_table(tmp_path, 200)
    learner = Learner(Distiller(epochs=1), small(STUDENTS, "mlp"), table)
    try:
        method.check_streams()
        check_rows_suffice(method.build_objective())
        table.empty.knowledge.require(method.teacher_keys)
    except Gnn2mlpError:
        with pytest.raises(Gnn2mlpError):
            method.learn(learner)
        return
    assert method.learn(learner).history.loss


def test_every_run_gets_a_fresh_objective(method: Method) -> None:
    first, second = method.build_objective(), method.build_objective()
    assert isinstance(first, Objective)
    assert first is not second
    assert not {id(t.objective) for t in first.terms()} & {id(t.objective) for t in second.terms()}


def test_spec_builds_an_equal_method(method: Method) -> None:
    again = Spec.parse(method.spec().to_dict()).build(METHODS)
    assert again == method
    assert repr(again.build_objective()) == repr(method.build_objective())


def test_says_where_it_comes_from(method: Method) -> None:
    assert method.citation
    assert isinstance(method.departures, str)
    assert len(re.findall(r"[.?!](?: |$)", method.idea)) == 4, "the idea, in four sentences"
    assert method.update in ("joint", "alternating")


def _trained(
    method: Method,
    views: Views,
    knowledge: TeacherKnowledge,
    device: str = "cpu",
    dropout: float = 0.0,  # whose draws are the device's own
    **options: Any,
) -> DistillationResult:
    student = small(STUDENTS, "mlp", dropout=dropout, norm="batch")
    made = Distiller(**{"epochs": 8, **options})
    how: dict[str, Any] = {"update": method.update, "device": device}
    return made.fit(student, method.build_objective(), views.observed, knowledge, **how)


@on_each_device
@pytest.mark.parametrize("batch_size", [512, 16])
def test_a_seed_gives_nearly_the_same_wherever_it_is_computed(
    method: Method, views: Views, knowledge: TeacherKnowledge, device: str, batch_size: int
) -> None:
    with draws_of_the_cpu():
        reference = _trained(method, views, knowledge, batch_size=batch_size)
        with off_the_cpu(device):
            there = _trained(method, views, knowledge, device, batch_size=batch_size)
    losses, expected = (torch.tensor(result.history.loss) for result in (there, reference))
    torch.testing.assert_close(losses, expected, rtol=5e-3, atol=1e-3)
    assert abs(there.history.valid[-1] - reference.history.valid[-1]) <= 2 / 12  # of 12 validation nodes
    x = views.full.graph.features
    assert {parameter.device.type for parameter in there.module.parameters()} == {"cpu"}
    agree = there.module(x).logits.argmax(1) == reference.module(x).logits.argmax(1)
    assert agree.float().mean() > 0.9


@on_each_device
@pytest.mark.parametrize("batch_size", [512, 16])
def test_no_step_waits_for_the_host(
    method: Method,
    views: Views,
    knowledge: TeacherKnowledge,
    device: str,
    batch_size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is made once, for a training or for an epoch, may wait."""
    whole, made, watched = batch_size == 512, student_training.StudentTraining.steps, 0
    if not whole and parse_needs(method.needs).links:
        pytest.skip("the host counts the links of each mini-batch")

    def steps(training: Any, position: Position) -> Iterator[Step]:
        nonlocal watched
        found = made(training, position)
        if position.epoch == 1 or not whole:
            yield next(found)
        with nothing_waits(device):
            for step in found:
                watched += 1
                yield step

    monkeypatch.setattr(student_training.StudentTraining, "steps", steps)
    with off_the_cpu(device):
        _trained(method, views, knowledge, device, dropout=0.3, batch_size=batch_size, epochs=3)
    assert watched or batch_size > views.observed.train.numel()  # whose one step is the first


def test_sharpening_reaches_the_soft_labels(method: Method) -> None:
    """With the power 2 the method learns what it would learn of a teacher whose logits are twice as large."""
    if "sharpen" not in method.constructor_options():
        pytest.skip("holds no soft labels of its own")
    sharp = Spec.parse(method).override(sharpen=2.0).build(METHODS)
    terms = [term for _, term in sharp.build_objective().terms() if "sharpen" in term.constructor_options()]
    assert terms
    assert all(term.sharpen == 2 for term in terms)  # type: ignore[attr-defined]

"""Several teachers as one: means by hand, seeds, and what is kept of each member."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.listeners import EpochEnd, Listener
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import HypergraphData, Observed
from gnn2mlp.tasks.classification import NodeClassification
from gnn2mlp.tasks.multi_label import MultiLabel
from gnn2mlp.tasks.regression import Regression
from gnn2mlp.teachers import TEACHERS, Export, Teacher
from gnn2mlp.teachers.ensemble import Ensemble, disagreement
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.vq import VQ
from tests.helpers import tiny_hypergraph
from tests.tiny import tiny_views

SMALL_GCN: dict[str, Any] = {"name": "gcn", "hidden": 8, "epochs": 5}
SMALL_SAGE: dict[str, Any] = {"name": "sage", "hidden": 16, "epochs": 7}


def fitted(observed: Observed, mean: Any = "probabilities", members: Any = None) -> Ensemble:
    teacher = Ensemble(members=members or [SMALL_GCN, SMALL_SAGE, SMALL_GCN], mean=mean)
    teacher.fit(observed)
    return teacher


# Two members, one node, two classes: .9 : .1 and .5 : .5.
SAID = torch.tensor([[[0.9, 0.1]], [[0.5, 0.5]]]).log()


def test_means_by_hand() -> None:
    task = NodeClassification(["a", "b"])
    mean = Ensemble(mean="probabilities").mean_of(task, SAID)
    torch.testing.assert_close(mean.exp(), torch.tensor([[0.7, 0.3]]))
    # The product .45 : .05, its root, renormalised: 3 : 1.
    torch.testing.assert_close(Ensemble(mean="logits").mean_of(task, SAID).softmax(-1), torch.tensor([[0.75, 0.25]]))


def test_means_of_labels_and_values_by_hand() -> None:
    odds = torch.tensor([[[math.log(4.0)]], [[math.log(1.5)]]])  # .8 and .6
    assert Ensemble().mean_of(MultiLabel(["a"]), odds).sigmoid().item() == pytest.approx(0.7)
    assert Ensemble().mean_of(Regression(["y"]), torch.tensor([[[1.0]], [[4.0]]])).item() == 2.5


def test_disagreement_by_hand() -> None:
    one = 0.9 * math.log(0.9 / 0.5) + 0.1 * math.log(0.1 / 0.5)
    other = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    task = NodeClassification(["a", "b"])
    assert disagreement(task, SAID).item() == pytest.approx((one + other) / 2)
    assert disagreement(task, SAID[:1]).tolist() == [0.0]
    assert disagreement(task, SAID[[0, 0, 0]]).tolist() == [0.0]
    # Of six ordered pairs of (p, p, q) two are alike, two from p to q, two back.
    assert disagreement(task, SAID[[0, 0, 1]]).item() == pytest.approx((one + other) / 3)


def test_members_are_the_teachers_that_their_seeds_give_alone() -> None:
    views = tiny_views()
    teacher = fitted(views.observed)
    first, second, third = teacher.seeds(0)
    assert first == second == 0  # of other kinds
    assert third != 0
    for seed, spec, member in zip((first, second, third), teacher.members, teacher.teachers, strict=True):
        alone = Spec.parse(spec).build(TEACHERS)
        alone.fit(views.observed, seed=seed)
        assert torch.equal(alone.predict(views.full.graph), member.predict(views.full.graph))
    logits = [member.predict(views.full.graph) for member in teacher.teachers]
    assert not torch.equal(logits[0], logits[2])
    mean = sum(one.softmax(-1) for one in logits) / 3
    torch.testing.assert_close(teacher.predict(views.full.graph).exp(), mean)


def test_knowledge_of_each_member_is_kept_in_its_order() -> None:
    observed = tiny_views("inductive").observed
    teacher = fitted(observed)
    table = teacher.export(observed, ["logits", "hidden", "member_logits", "disagreement"])
    assert table["member_logits"].shape == (table.node_ids.numel(), 3, 3)
    for number, member in enumerate(teacher.teachers):
        assert torch.equal(table["member_logits"][:, number], member.export(observed)["logits"])
    widths = [8, 16, 8]
    for part, member in zip(table["hidden"].split(widths, dim=1), teacher.teachers, strict=True):
        assert torch.equal(part, member.export(observed, ["hidden"])["hidden"])
    outputs = table["member_logits"].transpose(0, 1)
    torch.testing.assert_close(table["disagreement"], disagreement(observed.task, outputs).float())
    assert (table["disagreement"] > 0).all()
    assert table.card["teacher"]["members"][1] == teacher.teachers[1].spec().to_dict()


def test_disturbed_features_move_the_mean() -> None:
    observed = tiny_views().observed
    teacher = fitted(observed)
    alone = teacher.teachers[0].export(observed, ["entropy_shift"], how=Export(draws=2))
    together = teacher.export(observed, ["entropy_shift", "class_indices"], how=Export(draws=2))
    assert together["entropy_shift"].shape == (60, 2)
    assert not torch.allclose(together["entropy_shift"], alone["entropy_shift"])
    assert together.card["entropy_shift"] == alone.card["entropy_shift"]


def test_history_has_a_line_for_each_member() -> None:
    observed = tiny_views().observed
    teacher = fitted(observed)
    history = teacher.history_
    assert (history.best_epoch, history.epochs) == (3, 3)
    assert history.loss == [member.history_.loss[-1] for member in teacher.teachers]
    assert history.logged["member_epochs"] == [member.history_.best_epoch for member in teacher.teachers]
    kept = teacher.teachers[0].history_
    assert history.valid[0] == kept.valid[kept.best_epoch - 1]
    logits = teacher.predict(observed.graph)[observed.valid]
    assert history.valid[-1] == observed.task.score(logits, observed.graph.labels[observed.valid])
    assert history.note() == ""


def test_listeners_and_progress_are_told_of_each_member() -> None:
    heard: list[str] = []
    notes: list[str] = []

    class Heard(Listener):
        def on_epoch_end(self, end: EpochEnd) -> None:
            heard.append(end.stage)

    teacher = Ensemble(members=[SMALL_GCN, SMALL_SAGE])
    teacher.fit(tiny_views().observed, listeners=[Heard()], progress=lambda done, total, note="": notes.append(note))
    assert heard == ["member-1/teacher"] * 5 + ["member-2/teacher"] * 7
    assert notes[0].startswith("gcn, 1 of 2: valid ")
    assert notes[-1].startswith("sage, 2 of 2: valid ")


def test_members_are_saved_and_loaded_with_their_histories(tmp_path: Path) -> None:
    views = tiny_views()
    teacher = fitted(views.observed, "logits", [SMALL_SAGE, {"name": "vq", "encoder": SMALL_GCN, "codes": 6}])
    teacher.save(tmp_path / "teacher")
    again = Teacher.load(tmp_path / "teacher")
    assert isinstance(again, Ensemble)
    assert [one.history_ for one in again.teachers] == [one.history_ for one in teacher.teachers]
    assert torch.equal(again.predict(views.full.graph), teacher.predict(views.full.graph))


def test_requests_reach_as_far_as_the_member_that_reads_farthest() -> None:
    views = tiny_views()
    teacher = Ensemble(members=[{**SMALL_GCN, "layers": 3}, SMALL_SAGE])
    teacher.fit(views.observed)
    answer, far = (one.neighbourhood_predictor(views.full.graph) for one in (teacher, teacher.teachers[0]))
    assert answer is not None
    assert far is not None
    ids = torch.tensor([5])
    assert answer.count_neighbourhood(ids) == far.count_neighbourhood(ids)
    weights = sum(p.numel() for member in teacher.teachers for p in member.module_.parameters())  # type: ignore[attr-defined]
    assert sum(p.numel() for p in answer.module.parameters()) == weights


class Silent(GCN):
    """A teacher from outside, which has logits alone and answers no requests."""

    name = "silent"
    provides = frozenset({"logits"})

    def neighbourhood_predictor(self, graph: Any, device: Any = "cpu") -> Any:
        return None


def test_what_one_member_cannot_the_ensemble_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TEACHERS.classes, "silent", Silent)
    observed = tiny_views().observed
    teacher = fitted(observed, members=[SMALL_GCN, {**SMALL_GCN, "name": "silent"}])
    assert teacher.provides == Ensemble.provides - {"hidden"}
    assert set(teacher.export(observed, teacher.provides).values) == teacher.provides
    with pytest.raises(ConfigError, match="teacher 'silent' does not provide 'hidden'"):
        teacher.export(observed, ["hidden"])
    assert teacher.neighbourhood_predictor(observed.graph) is None


def test_recipes_and_epochs_reach_the_members() -> None:
    recipe = {"sage": {"hidden": 32, "lr": 0.5}, "gcn": {"dropout": 0.75}, "ensemble": {"mean": "logits"}}
    spec = Ensemble.with_recipe(Spec("ensemble", members=[{"name": "sage", "lr": 0.25}, "gcn"]), recipe)
    assert spec.options["mean"] == "logits"
    members = [{"name": "sage", "hidden": 32, "lr": 0.25}, {"name": "gcn", "dropout": 0.75}]
    assert spec.options["members"] == members
    assert [m["epochs"] for m in Ensemble.for_epochs(spec, 9).options["members"]] == [9, 9]
    assert [m["epochs"] for m in Ensemble.for_epochs(spec, [3, 8]).options["members"]] == [3, 8]
    assert len(Ensemble.with_recipe(Spec("ensemble"), {}).options["members"]) == 3


def test_it_reads_what_its_members_read() -> None:
    assert Ensemble(members=["hgnn", "unigcn"]).reads is HypergraphData
    with pytest.raises(DataError, match="teacher 'ensemble' works on a graph, and tiny hypergraph is a hypergraph"):
        Ensemble(members=["gcn"]).check_reads(tiny_hypergraph())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"members": []}, r"teacher\.members: expected a list of at least one teacher, .* got \[\]"),
        ({"members": "gcn"}, r"teacher\.members: expected a list of at least one teacher, .* got 'gcn'"),
        ({"members": ["gcn", "hgnn"]}, r"expected teachers that read the same kind .* gcn a graph, hgnn a hypergraph"),
        ({"members": ["gcn", "ensemble"]}, r"got an ensemble among them; name its members"),
        ({"members": ["gnc"]}, r"unknown teacher 'gnc'; did you mean 'gcn'"),
        ({"members": [{"name": "gcn", "hiden": 4}]}, r"no option 'hiden'; did you mean 'hidden'"),
        ({"mean": "votes"}, r"mean: expected one of 'probabilities', 'logits', got 'votes'"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Ensemble(**options)


def test_a_tokenizer_can_be_a_member() -> None:
    assert isinstance(Ensemble(members=[VQ(), GCN()]).teachers[0], VQ)


def test_mean_of_many_is_finite_where_members_are_sure() -> None:
    sure: Tensor = torch.tensor([[[1e4, 0.0]], [[0.0, 1e4]]])
    assert torch.isfinite(Ensemble().mean_of(NodeClassification(["a", "b"]), sure)).all()

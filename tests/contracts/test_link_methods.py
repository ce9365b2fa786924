"""What every registered method of pairs promises."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import Gnn2mlpError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import LinkViews
from gnn2mlp.deploy import LinkPredictor, OnnxLinkPredictor
from gnn2mlp.distill import DistillationResult, Distiller, Learner
from gnn2mlp.distill.streamed import check_rows_suffice
from gnn2mlp.evaluate import link_scores
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.objectives import Objective, parse_needs
from gnn2mlp.students import STUDENTS, LinkStudent
from tests.linked import link_views, planted
from tests.rowtables import tiny_table

STUDENT = LinkStudent({"name": "mlp", "hidden": 16, "dropout": 0.1}, {"name": "hadamard", "hidden": 16}, width=8)


@pytest.fixture(params=[name for name, cls in METHODS.classes.items() if cls.unit == "pair"])
def method(request: pytest.FixtureRequest) -> Method:
    return Spec(request.param).build(METHODS)


@cache
def _views(setting: Any = "transductive") -> LinkViews:
    return link_views(setting=setting, nodes=90, features=40)


def knowledge(method: Method) -> TeacherKnowledge:
    return planted(_views().observed).select(method.teacher_keys)


def learn(method: Method, epochs: int, seed: int = 0, batch_size: int = 512) -> DistillationResult:
    distiller = Distiller(epochs=epochs, batch_size=batch_size)
    return method.learn(Learner(distiller, STUDENT, _views().observed, knowledge(method), seed=seed))


def test_the_package_has_the_methods_that_it_names() -> None:
    assert {"llp", "link_mlp", "link_logits", "embedding_match", "ehdm"} <= set(METHODS.names())


def test_trains_a_student_that_beats_chance(method: Method) -> None:
    result, full = learn(method, 30, batch_size=16), _views().full
    network = result.module
    assert isinstance(network, LinkNetwork)
    with torch.no_grad():
        z = network(full.graph.features).hidden
        said = [network.score(*z[pairs].unbind(1)) for pairs in (full.split.test, full.split.test_negatives)]
    # Half is chance, and some .78 what the classes tell.
    assert link_scores(full.split, *said)["overall"]["auc"] > 0.65
    assert result.history.loss[-1] < result.history.loss[0]


def test_what_it_ships_is_built_again_from_its_recipe(method: Method) -> None:
    result = learn(method, 3)
    recipe = Spec.parse((result.student or STUDENT).spec().to_dict()).build(STUDENTS)
    again = recipe.network(result.num_features, 1).eval()
    again.load_state_dict(result.module.state_dict())
    x = _views().full.graph.features
    z, other = result.module(x).hidden, again(x).hidden
    assert z.shape == (90, recipe.hidden)
    assert torch.equal(z, other)
    assert torch.equal(again.score(z[:5], z[5:10]), result.module.score(other[:5], other[5:10]))
    torch.testing.assert_close(again.score(z[:5], z[5:10]), again.score(z[5:10], z[:5]))


def test_what_it_learns_ships(method: Method, tmp_path: Path) -> None:
    """Saved, loaded and in ONNX it embeds and scores as it did, whatever students and phases there were."""
    made, x = learn(method, 3), _views().full.graph.features
    expected = made.module(x).hidden.detach()
    u, v = expected[:5], expected[5:10]
    scores = made.module.score(u, v).sigmoid().detach().numpy()  # type: ignore[operator]
    predictor = LinkPredictor(made.student or STUDENT, made.module, made.num_features, made.card, inputs=made.inputs)
    predictor.save(tmp_path / "model")
    loaded = LinkPredictor.load(tmp_path / "model")
    loaded.to_onnx(tmp_path / "onnx")
    for each in (loaded, OnnxLinkPredictor.load(tmp_path / "onnx")):
        np.testing.assert_allclose(each.embed(np.asarray(x)), expected.numpy(), atol=1e-5)
        np.testing.assert_allclose(each.score(u.numpy(), v.numpy()), scores, atol=1e-5)


def test_needs_no_more_knowledge_than_it_says(method: Method) -> None:
    assert method.teacher_keys <= set(KEYS)
    observed = _views().observed
    made = [
        method.learn(Learner(Distiller(epochs=2), STUDENT, observed, table))
        for table in (planted(observed).select(method.teacher_keys), planted(observed))
    ]
    states = [result.module.state_dict() for result in made]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())


def test_the_same_seed_learns_the_same(method: Method) -> None:
    first, again, other = (learn(method, 2, seed).module.state_dict() for seed in (2, 2, 3))
    assert all(torch.equal(value, again[name]) for name, value in first.items())
    assert not all(torch.equal(value, other[name]) for name, value in first.items())


def test_trains_under_autocast(method: Method) -> None:
    losses = []
    for lowered in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=lowered):
            losses.append(torch.tensor(learn(method, 4).history.loss))
    torch.testing.assert_close(*losses, rtol=0.1, atol=0.02)


def test_a_table_of_rows_is_refused_before_work_starts(method: Method, tmp_path: Any) -> None:
    with pytest.raises(Gnn2mlpError, match="a table of rows has none|expected knowledge|streamed"):
        Learner(Distiller(epochs=1), STUDENT, tiny_table(tmp_path, 100)).fit(method.build_objective())
    with pytest.raises(Gnn2mlpError, match="speaks of links between nodes, and a table of rows has none"):
        check_rows_suffice(method.build_objective())


def test_every_run_gets_a_fresh_objective(method: Method) -> None:
    first, second = method.build_objective(), method.build_objective()
    assert isinstance(first, Objective)
    assert not {id(t.objective) for t in first.terms()} & {id(t.objective) for t in second.terms()}


def test_spec_builds_an_equal_method(method: Method) -> None:
    again = Spec.parse(method.spec().to_dict()).build(METHODS)
    assert again == method
    assert repr(again.build_objective()) == repr(method.build_objective())


def test_says_where_it_comes_from(method: Method) -> None:
    assert any(character.isdigit() for character in method.citation)
    assert len(re.findall(r"[.?!](?: |$)", method.idea)) == 4, "the idea, in four sentences"


@pytest.mark.parametrize("name", [name for name in METHODS.names() if name != "composed"])
def test_a_method_says_whether_it_speaks_of_nodes_or_of_pairs(name: str) -> None:
    method = Spec(name).build(METHODS)
    assert method.unit == ("pair" if parse_needs(method.needs).pairs else "node")
    assert method.unit == METHODS.get(name).unit


def test_one_that_is_put_together_speaks_of_what_its_terms_do() -> None:
    assert Spec("composed", objective="link_labels").build(METHODS).unit == "pair"
    assert Spec("composed", objective="hard_labels").build(METHODS).unit == "node"

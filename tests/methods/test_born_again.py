"""Born-again students: who teaches whom, and what ships."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import derive
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.methods import BornAgain
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.objectives import SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import random_knowledge, tiny_views

OBSERVED = tiny_views("inductive").observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids)
LEARNER = Learner(Distiller(epochs=4), MLPStudent(hidden=8), OBSERVED, KNOWLEDGE, seed=3)
X = OBSERVED.graph.features


def test_one_generation_is_glnn() -> None:
    one, glnn = BornAgain(generations=1).learn(LEARNER), GLNN().learn(LEARNER)
    assert torch.equal(one.module(X).logits, glnn.module(X).logits)
    assert one.student is None


def test_each_learns_from_the_one_before_it() -> None:
    first = LEARNER.fit(SoftLabels())
    second = LEARNER.fit(SoftLabels(), tables={"teacher": LEARNER.write(first)}, seed=derive(3, "generation/2"))
    found = BornAgain(generations=2).learn(LEARNER)
    assert torch.equal(found.module(X).logits, second.module(X).logits)
    assert not torch.equal(found.module(X).logits, first.module(X).logits)
    kept = BornAgain(generations=2, teacher_share=1.0).learn(LEARNER)  # the teacher's labels, another start
    again = LEARNER.fit(SoftLabels(), seed=derive(3, "generation/2"))
    assert torch.equal(kept.module(X).logits, again.module(X).logits)


def test_an_ensemble_is_of_all_generations() -> None:
    made = BornAgain(generations=3, ensemble=True).learn(LEARNER)
    assert isinstance(made.module, Averaged)
    assert len(made.module.members) == 3
    assert made.student is not None
    assert made.student.name == "averaged"
    torch.testing.assert_close(made.module.members[0](X).logits, GLNN().learn(LEARNER).module(X).logits)


@pytest.mark.parametrize("options", [{"generations": 0}, {"hard_weight": 2.0}, {"teacher_share": -0.1}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"method.{next(iter(options))}: expected"):
        BornAgain(**options)

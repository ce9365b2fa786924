import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline.searching.composing import composed
from gnn2mlp.pipeline.searching.space import Choice

FEATURES = Spec("features")


def test_what_was_chosen_wins_and_the_rest_is_written_out():
    choice = Choice(Spec("glnn", hard_weight=0.3), Spec("gcn"), Spec("mlp", hidden=5), FEATURES, {"lr": 0.5})
    made = composed(choice, Spec("sage"), {"lr": 0.1, "epochs": 3}, lambda teacher: teacher.override(epochs=7))
    assert (made.teacher.name, made.teacher.options["epochs"]) == ("gcn", 7)
    assert made.method.options["hard_weight"] == 0.3
    assert (made.student.options["hidden"], made.student.options["layers"]) == (5, 2)
    assert (made.distill["lr"], made.distill["epochs"]) == (0.5, 3)


def test_a_method_that_reads_codes_gets_a_tokenizer_around_the_teacher():
    made = composed(Choice(Spec("vqgraph"), None, Spec("mlp"), FEATURES), Spec("sage"))
    assert made.teacher.name == "vq"
    assert made.teacher.options["encoder"]["name"] == "sage"


def test_what_does_not_go_together_is_said():
    with pytest.raises(ConfigError, match="does not provide"):
        composed(Choice(Spec("vqgraph"), Spec("grand"), Spec("mlp"), FEATURES), Spec("sage"))

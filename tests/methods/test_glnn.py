"""GLNN: its loss, and the update rule of its released code."""

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.glnn import GLNN


def weights(method: GLNN) -> list[tuple[str, float]]:
    return [(t.objective.name, t.weight) for t in method.build_objective().terms()]


def test_default_is_soft_labels_alone() -> None:
    assert weights(GLNN()) == [("hard_labels", 0.0), ("soft_labels", 1.0)]
    assert GLNN().teacher_keys == {"logits"}
    assert GLNN().update == "joint"


def test_hard_weight_divides_the_loss() -> None:
    assert weights(GLNN(hard_weight=0.25)) == [("hard_labels", 0.25), ("soft_labels", 0.75)]
    assert GLNN(hard_weight=1.0).teacher_keys == frozenset()


def test_temperature_reaches_the_soft_labels() -> None:
    assert GLNN(temperature=2.5).build_objective().terms()[1].objective.temperature == 2.5
    with pytest.raises(ConfigError, match="temperature: expected a positive number"):
        _ = GLNN(temperature=0.0).teacher_keys


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_weight_is_a_share(weight: float) -> None:
    with pytest.raises(ConfigError, match=r"method\.hard_weight: expected a number from 0 to 1, got"):
        GLNN(hard_weight=weight)


def test_misspelt_options_offer_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no option 'temprature'; did you mean 'temperature'"):
        Spec("glnn", temprature=2).build(METHODS)
    with pytest.raises(ConfigError, match=r"method\.update: expected .*joint.*alternating.*got 'both'"):
        Spec("glnn", update="both").build(METHODS)

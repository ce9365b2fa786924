"""VQGraph: its loss, with and without the code term."""

from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.vqgraph import VQGraph


def weights(method: VQGraph) -> list[tuple[str, float]]:
    return [(t.objective.name, t.weight) for t in method.build_objective().terms()]


def test_default_is_soft_labels_and_codes() -> None:
    assert weights(VQGraph(code_weight=2.0)) == [
        ("hard_labels", 0.0),
        ("soft_labels", 1.0),
        ("code_assignments", 2.0),
    ]
    assert {"codebook", "code_indices", "code_probabilities", "logits"} <= VQGraph().teacher_keys


def test_without_the_code_term_any_teacher_will_do() -> None:
    assert VQGraph(code_weight=0.0).teacher_keys == {"logits"}
    assert VQGraph(code_weight=0.0, hard_weight=1.0).teacher_keys == frozenset()


def test_options_reach_the_objectives() -> None:
    _, soft, codes = VQGraph(hard_weight=0.25, temperature=2.0, code_temperature=0.5).build_objective().terms()
    assert (soft.weight, soft.objective.temperature) == (0.75, 2.0)
    assert codes.objective.temperature == 0.5
    assert VQGraph(update="alternating").update == "alternating"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hard_weight": -0.5}, r"method\.hard_weight: expected a number from 0 to 1, got -0\.5"),
        ({"code_weight": -1e-8}, r"method\.code_weight: expected at least 0, got -1e-08"),
        ({"code_wieght": 1.0}, r"no option 'code_wieght'; did you mean 'code_weight'"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("vqgraph", **options).build(METHODS)

"""KRD: its loss, that of its released code, and how it mixes with others."""

from typing import Any

import pytest
import yaml

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.krd import KRD
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS
from tests.tiny import random_knowledge, small, tiny_views


def weights(method: Any) -> list[tuple[str, float]]:
    return [(t.objective.name, pytest.approx(t.weight)) for t in method.build_objective().terms()]


def test_default_is_soft_labels_of_a_node_and_of_its_neighbours() -> None:
    assert weights(KRD()) == [("hard_labels", 0.0), ("soft_labels", 1.0), ("reliable_neighbours", 1.0)]
    assert KRD().teacher_keys == {"logits", "entropy_shift"}
    assert "neighbours" in KRD().build_objective().needs


def test_weights_divide_as_the_paper_writes() -> None:
    mixed = KRD(hard_weight=0.2, neighbour_weight=0.5)
    assert weights(mixed) == [("hard_labels", 0.2), ("soft_labels", 0.8), ("reliable_neighbours", 0.4)]
    assert "neighbours" not in KRD(neighbour_weight=0.0).build_objective().needs


def test_released_mean_is_one_term() -> None:
    released = KRD(hard_weight=0.3, released_mean=True)
    assert weights(released) == [("hard_labels", 0.3), ("reliable_neighbours", 0.7)]
    term = released.build_objective().terms()[1].objective
    assert (term.average, term.include_self) == ("edges", True)


def test_options_reach_the_objective() -> None:
    options = {"temperature": 0.8, "form": "absolute", "draws": 1, "sample": False, "warmup": 7, "alpha": 2.0}
    options |= {"momentum": 0.9, "every": 2, "average": "edges"}
    term = KRD(**options).build_objective().terms()[2].objective
    assert {key: getattr(term, key) for key in options} == options
    assert KRD(temperature=0.8).build_objective().terms()[1].objective.temperature == 0.8


def test_alpha_is_fitted_while_training_once_the_warm_up_is_over() -> None:
    observed = tiny_views().observed
    knowledge, student = random_knowledge(observed.node_ids), small(STUDENTS, "mlp")
    fitted = []
    for warmup in (2, 50):
        objective = KRD(warmup=warmup, every=1, momentum=0.5).build_objective()
        result = Distiller(epochs=8, batch_size=16).fit(student, objective, observed, knowledge)
        assert result.objective is not None
        fitted.append(result.objective.terms()[2].objective.fitted_alpha.item())
    assert fitted[0] != 1.0
    assert fitted[1] == 1.0


def test_mixes_with_codes_from_yaml_alone() -> None:
    method = yaml.safe_load("""
        name: composed
        objective:
          - {name: soft_labels}
          - {name: reliable_neighbours, weight: 0.5, warmup: 2}
          - {name: code_assignments, weight: 2.0}
    """)
    built = Spec.parse(method).build(METHODS)
    assert built.teacher_keys >= {"entropy_shift", "codebook", "logits"}
    observed, teacher = tiny_views().observed, small(TEACHERS, "vq", codes=8)
    teacher.fit(observed)
    knowledge = teacher.export(observed, built.teacher_keys)
    result = Distiller(epochs=15, batch_size=16).fit(
        small(STUDENTS, "mlp"), built.build_objective(), observed, knowledge
    )
    assert result.history.loss[-1] < result.history.loss[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hard_weight": 1.5}, r"method\.hard_weight: expected a number from 0 to 1, got 1\.5"),
        ({"neighbour_weight": -1.0}, r"method\.neighbour_weight: expected at least 0, got -1\.0"),
        ({"form": "cubed"}, r"method\.form: expected .*squared.*absolute.*got 'cubed'"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("krd", **options).build(METHODS)

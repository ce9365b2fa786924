"""Of every registered method of nodes: each of its options changes what is learnt."""

from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.methods import METHODS
from tests.contracts.test_options import _values
from tests.test_method_leaks import EXAMPLES, NAMES, answers, taught, views_of_kind
from tests.tiny import Kind

# Options that name a component, or say what only another teacher can give; and one of a loss that is a single term.
ELSEWHERE = {
    "averaged_students": {"method", "of_members"},
    "composed": {"objective"},
    "nosmog": {"positions"},
    "progmlp": {"update"},
    "teacher_assistant": {"assistant"},
    "tined": {"positions"},
}


@pytest.mark.parametrize("name", NAMES)
def test_no_option_is_idle(name: str) -> None:
    cls, given = METHODS.get(name), EXAMPLES.get(name, {})
    method = Spec(name, **given).build(METHODS)
    kind: Kind = "hypergraph" if "hyperedges" in method.needs else "graph"
    views, table = views_of_kind(kind, "inductive"), taught(method, kind, "inductive")

    def learnt(options: dict[str, Any]) -> torch.Tensor:
        made = Spec(name, **{**given, **options}).build(METHODS)
        return answers(made, views.observed, table, views.full.graph)

    def changes(option: str, value: Any) -> bool:
        try:
            return not torch.equal(learnt({option: value}), base)
        except ConfigError:  # out of range
            return False

    base = learnt({})
    idle = [
        option
        for option, parameter in cls.constructor_options().items()
        if option not in ELSEWHERE.get(name, ())
        and not any(
            changes(option, value)
            for value in (*_values(parameter.annotation), *([0.1] if isinstance(parameter.default, float) else []))
            if value != given.get(option, parameter.default)
        )
    ]
    assert not idle

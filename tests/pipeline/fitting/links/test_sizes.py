"""What many links need."""

import pytest

from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.sizes import link_epochs, sized_link_distill, sized_link_teacher
from gnn2mlp.teachers import TEACHERS, Link

SAGE = Spec("link", encoder={"name": "sage", "hidden": 8})


def test_few_links_leave_everything_as_it_is() -> None:
    assert sized_link_teacher(SAGE, 2_000, 10_000) == SAGE
    assert sized_link_distill({"lr": 0.1}, 2_000, 10_000) == {"lr": 0.1, "weight_decay": 0.0}
    assert sized_link_distill({"weight_decay": 1.0}, 2_000, 10_000) == {"weight_decay": 1.0}


def test_many_links_are_gone_over_less_often() -> None:
    teacher = sized_link_teacher(SAGE, 20_000, 171_000)
    assert teacher.options["epochs"] == link_epochs(171_000) == 116
    assert teacher.options["encoder"] == SAGE.options["encoder"]
    distill = sized_link_distill({}, 20_000, 171_000)
    assert distill["epochs"] == 116
    assert "batch_size" not in distill
    assert sized_link_distill({"epochs": 7, "batch_size": 9}, 20_000, 171_000)["epochs"] == 7


def test_many_rows_sample_neighbours_and_take_larger_batches() -> None:
    teacher = sized_link_teacher(SAGE, 600_000, 5_000_000)
    assert teacher.options["encoder"] == {"name": "sage", "fanouts": [10, 10], "hidden": 8}
    assert sized_link_distill({}, 600_000, 5_000_000)["batch_size"] == 4096


@pytest.mark.parametrize("teacher", [name for name in TEACHERS.classes if Link.wrapping(Spec(name)) is not None])
def test_any_network_that_teaches_few_rows_teaches_many(teacher: str) -> None:
    """Whether it samples neighbours or not."""
    config = LinkFitConfig(nodes="n.csv", edges="e.csv", id="page", teacher=teacher)
    assert config.resolve(1_000, 5_000).teacher.options["encoder"].get("fanouts") is None
    encoder = config.resolve(600_000, 5_000_000).teacher.options["encoder"]
    assert encoder.get("fanouts", [10, 10]) == [10, 10]


def test_what_is_said_wins() -> None:
    told = Spec("link", epochs=3000, encoder={"name": "sage", "fanouts": [5, 5]})
    found = sized_link_teacher(told, 600_000, 5_000_000)
    assert found.options["epochs"] == 3000
    assert found.options["encoder"]["fanouts"] == [5, 5]

from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline.fitting.sizes import epochs_for, sized_distill, sized_teacher
from gnn2mlp.teachers import TEACHERS


def test_small_tables_train_as_everywhere() -> None:
    assert sized_distill({"lr": 0.1}, 5000) == {"lr": 0.1}
    assert sized_teacher(Spec("sage", hidden=8), 5000) == Spec("sage", hidden=8)


def test_large_tables_take_fewer_epochs_of_larger_batches() -> None:
    assert sized_distill({}, 200_000) == {"epochs": 100, "patience": 25, "batch_size": 4096}
    assert sized_distill({"epochs": 7}, 200_000)["epochs"] == 7
    assert [epochs_for(rows) for rows in (1, 100_000, 1_000_000, 10**8)] == [200, 200, 20, 20]


def test_a_teacher_of_a_large_graph_samples_neighbours() -> None:
    found = sized_teacher(Spec("sage"), 600_000)
    assert found.options == {"epochs": 33, "patience": 8, "fanouts": [10, 10], "batch_size": 1024}
    assert sized_teacher(Spec("sage", layers=3), 600_000).build(TEACHERS).fanouts == (10, 10, 10)
    assert sized_teacher(Spec("sage", fanouts=None), 600_000).options["fanouts"] is None
    assert "fanouts" not in sized_teacher(Spec("sage"), 500_000).options


def test_a_teacher_around_another_hands_sizes_on() -> None:
    found = sized_teacher(Spec("vq", encoder={"name": "sage", "hidden": 16}, codes=8), 600_000)
    assert found.options["codes"] == 8
    assert found.options["encoder"]["fanouts"] == [10, 10]
    assert found.options["encoder"]["hidden"] == 16


def test_members_of_an_ensemble_are_sized_each_as_it_can_be() -> None:
    found = sized_teacher(Spec("ensemble", members=["sage", {"name": "grand", "epochs": 7}]), 600_000)
    sage, grand = found.options["members"]
    assert sage["fanouts"] == [10, 10]
    assert "fanouts" not in grand
    assert grand["epochs"] == 7
    assert grand["patience"] == 8

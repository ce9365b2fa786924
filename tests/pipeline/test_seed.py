from collections.abc import Callable

from gnn2mlp.pipeline.seed import Seed, label

Make = Callable[..., Seed]


def test_nothing_is_made_before_it_is_asked_for(make_seed: Make, settings):
    seed = make_seed()
    assert seed.record.identity != seed.student.identity
    assert not settings["cache"].exists()
    assert not settings["out"].exists()


def test_knowledge_covers_exactly_the_observed_nodes(make_seed: Make):
    seed = make_seed()
    knowledge = seed.knowledge.value
    assert set(knowledge.node_ids.tolist()) == set(range(90)) - set(seed.split.unseen.tolist())
    assert set(knowledge.values) == {"logits", "hidden"}
    assert knowledge.card["classes"] == list(seed.full.graph.task.classes)


def test_extra_keys_are_written_down(make_seed: Make):
    seed = make_seed(extra=frozenset({"entropy_shift"}))
    assert set(seed.knowledge.value.values) == {"logits", "hidden", "entropy_shift"}


def test_a_student_of_other_settings_is_not_reused(make_seed: Make):
    first = make_seed().student.value
    same = make_seed().student.value
    other = make_seed(distill={"epochs": 16}).student.value
    assert same.card == first.card
    assert other.card["made"]["identity"] != first.card["made"]["identity"]
    assert len(other.card["history"]["loss"]) == 16


def test_the_baseline_reads_no_knowledge(make_seed: Make):
    seed = make_seed()
    assert seed.mlp.inputs["knowledge"] is None
    assert seed.mlp.value.card["knowledge"] is None
    assert seed.student.value.card["knowledge"] == seed.knowledge.value.select(["logits"]).digest


def test_a_seed_has_files_of_its_own(make_seed: Make, settings):
    _ = make_seed().record.value
    assert label(0) == "seed-000"
    assert sorted(path.name for path in (settings["out"] / "students").iterdir()) == ["seed-000"]
    assert (settings["out"] / "seeds" / "seed-000.json").exists()


def test_another_initialisation_has_the_same_split_and_other_weights(make_seed: Make):
    first, again, second = make_seed(), make_seed(initialisation=0), make_seed(initialisation=1)
    assert first.split.digest == second.split.digest
    assert again.teacher.identity == first.teacher.identity
    for stage in ("teacher", "knowledge", "mlp", "student"):
        assert getattr(second, stage).identity != getattr(first, stage).identity
    assert second.record.value["history"]["teacher"]["loss"] != first.record.value["history"]["teacher"]["loss"]
    assert second.record.value["seed"] == 0

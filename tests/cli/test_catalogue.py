from gnn2mlp.cli._catalogue import KINDS, SINGLE, classes, everything, named


def test_every_kind_and_single_component_is_there() -> None:
    every = everything()
    assert {entry.name for entry in every} >= {"glnn", "gcn", "cpf-cora", "mlp", *SINGLE}
    assert len(every) == sum(len(classes(kind)) for kind in KINDS) + len(SINGLE)


def test_a_name_that_several_kinds_have_is_found_in_all() -> None:
    assert [(entry.kind, entry.key) for entry in named("mlp")] == [("method", "method"), ("student", "student")]
    assert [entry.kind for entry in named("auto")] == ["method"]
    assert named("absent") == []


def test_the_look_through_the_sources_misses_no_name() -> None:
    for entry in everything():
        assert entry in named(entry.name)

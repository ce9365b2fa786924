from gnn2mlp.data import DATASETS
from gnn2mlp.evaluate import POPULATIONS
from gnn2mlp.evaluate.published import published, published_of
from gnn2mlp.methods import METHODS
from gnn2mlp.teachers import TEACHERS


def test_every_row_names_what_is_registered():
    for row in published():
        assert row.method in METHODS.names()
        assert row.teacher in TEACHERS.names()
        assert row.dataset in DATASETS.names()
        assert row.name.split("_")[2:] == [row.dataset, row.setting]
        assert row.source.endswith("in percent")


def test_figures_are_per_cent_of_known_models_and_populations():
    for row in published():
        assert set(row.scores) <= {"teacher", "mlp", "student"}
        for by_population in row.scores.values():
            # The populations that a run of the setting speaks of.
            transductive = row.setting == "transductive"
            assert set(by_population) <= ({"test"} if transductive else {*POPULATIONS} - {"test"}), row.name
            assert all(1 < mean < 100 and all(0 < std < 15 for std in rest) for mean, *rest in by_population.values())


def test_a_run_finds_its_row():
    found = published_of("krd", "cpf-cora", "inductive")
    assert found is not None
    assert found.scores["student"]["production"] == [75.74]
    assert published_of("krd", "digits", "inductive") is None


def test_no_two_rows_are_of_one_run():
    rows = [(row.method, row.dataset, row.setting) for row in published()]
    assert len(set(rows)) == len(rows)

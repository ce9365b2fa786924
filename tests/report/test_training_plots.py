from gnn2mlp.report.training_plots import training_plots
from tests.report.links import link_results


def test_what_was_validated_and_the_loss_are_drawn() -> None:
    valid, loss = training_plots(link_results())
    assert valid.title == "Validation AUC in training"
    assert "mean over seeds" in valid.note
    assert loss.title == "Loss in training"
    assert "mean over seeds" not in training_plots(link_results(seeds=1))[0].note


def test_without_histories_there_is_no_picture() -> None:
    assert training_plots(link_results(full=False)) == []

from gnn2mlp.report.plots_unlearning import plot_attacks

FOUND = {
    "before": {"auc": 0.58, "low": 0.52, "high": 0.64},
    "after": {"auc": 0.02, "low": 0.0, "high": 0.05},
    "reference": {"auc": 0.5, "low": 0.44, "high": 0.56},
}


def test_each_model_has_its_interval_and_attacks_stand_one_above_the_other() -> None:
    figure = plot_attacks([("Certainty", FOUND), ("Loss", {"after": FOUND["after"]})])
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Certainty", "Loss"]
    assert [text.get_text() for text in axes.texts] == ["0.58", "0.02", "0.50", "0.02"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Before", "Now", "Trained anew"]
    ends = sorted(tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2)
    assert (0.52, 0.64) in ends

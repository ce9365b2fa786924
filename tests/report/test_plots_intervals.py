from gnn2mlp.report.plots_intervals import plot_intervals

ONE = {"value": 0.8, "low": 0.7, "high": 0.9}
SCORES = {model: {"seen": ONE, "unseen": ONE} for model in ("teacher", "student", "boosting")}


def test_a_panel_for_each_population_and_a_line_for_each_model() -> None:
    figure = plot_intervals(SCORES, {"title": "accuracy", "share": True})
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["unseen nodes", "seen nodes"]
    for axes in figure.axes:
        assert [label.get_text() for label in axes.get_yticklabels()] == ["Teacher", "Student", "Gradient boosting"]
        assert list(axes.lines[0].get_xdata()) == [70, 90]


def test_numbers_are_drawn_in_their_own_unit() -> None:
    figure = plot_intervals(SCORES, {"title": "mean absolute error", "share": False})
    assert list(figure.axes[0].lines[0].get_xdata()) == [0.7, 0.9]
    assert figure.axes[-1].get_xlabel() == "mean absolute error"

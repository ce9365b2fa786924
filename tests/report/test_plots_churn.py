from gnn2mlp.report.plots_churn import plot_churn


def interval(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.02, "high": value + 0.02, "nodes": 100}


def test_every_weight_is_a_mark_and_the_chosen_one_has_a_ring() -> None:
    points = [
        {"weight": w, "accuracy": interval(0.9 - 0.1 * w), "churn": interval(0.2 - 0.15 * w)} for w in (1.0, 0.0, 0.5)
    ]
    figure = plot_churn({"weight": 0.5, "deployed": interval(0.85), "points": points})
    axes = figure.axes[0]
    marks = next(line for line in axes.lines if line.get_gid() == "weights")
    assert [round(float(x)) for x in marks.get_xdata()] == [20, 12, 5]
    assert [text.get_text() for text in axes.texts] == ["0", "0.5", "1"]
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["student", "this fit", "deployed model"]

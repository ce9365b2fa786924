"""The critical-difference picture."""

import numpy as np
import pytest

from gnn2mlp.evaluate import ranked
from gnn2mlp.report.plots_critical import plot_ranks

SCORES = np.random.default_rng(0).normal(size=(20, 5)) + np.array([0.0, 0.2, 1.5, 1.7, 3.0])
NAMES = ["a", "b", "c $x", "d", "e"]


@pytest.mark.parametrize("rule", ["wilcoxon", "nemenyi"])
def test_every_model_and_group_is_drawn_where_its_rank_is(rule: str) -> None:
    found = ranked(SCORES, NAMES, rule)
    figure = plot_ranks(found)
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.texts]
    for model, rank in zip(found.models, found.ranks, strict=True):
        assert sum(model.replace("$", r"\$") in text and f"{rank:.2f}" in text for text in texts) == 1
    bars = {line.get_gid(): line.get_xdata() for line in axes.lines if (line.get_gid() or "").startswith("group")}
    assert set(bars) == {f"group-{first}-{last}" for first, last in found.groups}
    for first, last in found.groups:
        low, high = bars[f"group-{first}-{last}"]
        assert low < found.ranks[first] <= found.ranks[last] < high
    figure.draw_without_rendering()


def test_nemenyis_ruler_is_as_long_as_the_critical_difference() -> None:
    found = ranked(SCORES, NAMES, "nemenyi")
    (ruler,) = [line for line in plot_ranks(found).axes[0].lines if line.get_gid() == "critical-difference"]
    start, end = ruler.get_xdata()
    assert end - start == pytest.approx(found.distance)
    lines = plot_ranks(ranked(SCORES, NAMES)).axes[0].lines
    assert all(line.get_gid() != "critical-difference" for line in lines)

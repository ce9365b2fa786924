"""Bars of columns: their order, what is left out, and what chance may have made."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore import plot_importance
from gnn2mlp.explore.theme import PAPER, style_of


def test_the_most_important_is_on_top_and_doubtful_bars_are_hollow() -> None:
    axes = plot_importance(["price $", "likes", "noise"], [0.02, 0.1, 0.001], [0.004, 0.01, 0.002]).axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["likes", "price \\$", "noise"]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([10, 2, 0.1])
    faces = [to_hex(bar.get_facecolor()) for bar in axes.patches]
    assert faces == [style_of("student").colour] * 2 + [PAPER]
    assert axes.get_xlabel() == "points of accuracy lost"


def test_many_columns_and_long_names_are_cut() -> None:
    names = [f"column with a very long name, number {k}" for k in range(20)]
    axes = plot_importance(names, np.linspace(1, 0, 20), np.zeros(20), most=5).axes[0]
    assert len(axes.patches) == 5
    assert axes.get_xlabel().endswith("15 lesser columns are left out")
    assert all(len(tick.get_text()) <= 28 and "…" in tick.get_text() for tick in axes.get_yticklabels())


def test_every_column_needs_a_value() -> None:
    for names, mean in (([], []), (["a"], [0.1, 0.2])):
        with pytest.raises(DataError, match="a mean and a deviation for each column"):
            plot_importance(names, mean, mean)

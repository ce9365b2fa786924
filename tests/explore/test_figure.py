import io
import re
from pathlib import Path

import numpy as np
from matplotlib.image import imread

import gnn2mlp
from gnn2mlp.explore import plot_importance
from gnn2mlp.explore.drawing import new_figure
from gnn2mlp.explore.figure import SHARPNESS, ShownFigure
from gnn2mlp.report import plot_accuracy, plot_reliability


def test_the_picture_is_sharper_than_it_is_shown() -> None:
    figure, axes = new_figure((3, 2))
    axes.plot([0, 1], [0, 1])
    assert isinstance(figure, ShownFigure)
    image, size = figure._repr_png_()
    pixels = imread(io.BytesIO(image), format="png")
    assert pixels.shape[:2] == (SHARPNESS * size["height"], SHARPNESS * size["width"])
    assert np.ptp(pixels) > 0.5


def test_every_kind_of_plot_shows_itself() -> None:
    diagram = {"confidence": [0.2, 0.8], "accuracy": [0.3, 0.7], "count": [2, 8]}
    plots = [
        plot_accuracy({"teacher": {"test": {"mean": 0.5, "std": 0.0}}}),
        plot_reliability({"teacher": diagram}),
        plot_importance(["a"], [0.1], [0.01]),
    ]
    assert all(isinstance(plot, ShownFigure) for plot in plots)


def test_no_plot_is_made_of_a_figure_that_a_notebook_does_not_show() -> None:
    package = Path(gnn2mlp.__file__).parent
    made = {path.name for path in package.rglob("*.py") if re.search(r"(?<!\w)Figure\(\w", path.read_text("utf-8"))}
    assert made == set()

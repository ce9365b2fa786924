"""Pictures of a fit of links, for its page and its notebook cell alike."""

from collections.abc import Iterator

from matplotlib.figure import Figure

from gnn2mlp.report.link_fit_grids import MODELS, TITLES, Results
from gnn2mlp.report.plots_intervals import plot_intervals


def link_fit_figures(results: Results) -> Iterator[tuple[str, Figure]]:
    """Each metric with a picture of every model's interval in every group of pairs of which it is defined."""
    found = results["intervals"]
    for metric, title in TITLES.items():
        shown = tuple(name for name in found if metric in found[name])
        if shown:
            scores = {model: {name: found[name][metric][model] for name in shown} for model in MODELS}
            yield metric, plot_intervals(scores, {"title": title, "share": True}, shown, "links")

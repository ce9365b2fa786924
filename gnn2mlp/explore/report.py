"""The report of a run: one HTML page that needs nothing beside itself, not even a network."""

from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import yaml
from markupsafe import Markup

from gnn2mlp.core.artefact import write_text
from gnn2mlp.evaluate import POPULATIONS
from gnn2mlp.evaluate.calibration import BINS
from gnn2mlp.explore.grids import result_grids, seeds_grid
from gnn2mlp.explore.headline import headline
from gnn2mlp.explore.look import look
from gnn2mlp.explore.numbers import percent
from gnn2mlp.explore.plots import plot_accuracy, plot_latency, plot_reliability, plot_training
from gnn2mlp.explore.reading import Results, has_spread, histories, latency_rows, models, populations, reliability
from gnn2mlp.explore.svg import inline_svg


class Plot(NamedTuple):
    """A drawn figure with its title and what to look for in it."""

    svg: Markup
    title: str
    note: str


def write_report(results: Results, path: Path) -> None:
    """Write the page of a run.

    Args:
        results: what `run` returns and writes to `results.json`; parts that are absent are left out of the page.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render_report(results))


def render_report(results: Results) -> str:
    """The page of a run as text. Whatever the results hold is escaped: names of data sets are a user's."""
    folder = resources.files("gnn2mlp.explore") / "templates"
    # A missing field is a mistake of ours and shall not pass as an empty cell.
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((folder / "report.html.jinja").read_text(encoding="utf-8"))
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))
    return template.render(style=style, **_content(results))


def _content(results: Results) -> dict[str, Any]:
    accuracy, *details = result_grids(results)
    return {
        "headline": headline(results),
        "setting": results["config"].get("setting", "transductive"),
        "spread": has_spread(results),
        "bins": BINS,
        "accuracy": accuracy,
        "details": details,
        "by_seed": seeds_grid(results),
        "scores": _score_plots(results),
        "training": _training_plots(results),
        "reliability": _reliability_plots(results),
        "populations": {name: POPULATIONS.get(name, "") for name in populations(results)},
        "facts": _facts(results),
        "config": yaml.safe_dump(_plain(results["config"]), sort_keys=False, allow_unicode=True, width=100),
        "environment": _environment(results),
        "citations": results.get("citations") or {},
        "shipped": results.get("student") or {},
    }


def _score_plots(results: Results) -> list[Plot]:
    spread = " Error bars: standard deviation over seeds." if has_spread(results) else ""
    figure = plot_accuracy({model: results["summary"][model] for model in models(results)})
    plots = [_plot(figure, "accuracy", "Accuracy", f"Mean accuracy in per cent on each group of nodes.{spread}")]
    if rows := latency_rows(results):
        note = (
            "Median time until an answer, on a logarithmic scale; whiskers reach to the 95th percentile. "
            "The teacher fetches the neighbourhood of each node, the student reads the node alone."
        )
        plots.append(_plot(plot_latency(rows), "latency", "Time per request", note))
    return plots


def _training_plots(results: Results) -> list[Plot]:
    found = histories(results)
    if not found:
        return []
    band = " Lines: mean over seeds, while at least half of them train; bands: standard deviation."
    valid = _plot(
        plot_training(found, "valid"),
        "valid",
        "Validation accuracy in training",
        f"A dot marks the epoch that was kept.{band if has_spread(results) else ''}",
    )
    loss = _plot(
        plot_training(found, "loss"),
        "loss",
        "Loss in training",
        "Each model has a loss of its own: compare the shapes, not the heights.",
    )
    return [valid, loss]


def _reliability_plots(results: Results) -> list[Plot]:
    ece = results["summary"].get("ece", {})
    plots = []
    for model, diagram in reliability(results).items():
        error = ece.get(model, {}).get("test")
        # No-break spaces keep the number in one piece.
        value = percent(error, has_spread(results)).replace(" ", "\N{NO-BREAK SPACE}")
        note = f"Expected calibration error {value}%." if error else ""
        plots.append(_plot(plot_reliability({model: diagram}), f"reliability-{model}", look(model).label, note))
    return plots


def _plot(figure: Any, key: str, title: str, note: str) -> Plot:
    return Plot(Markup(inline_svg(figure, key, f"{title}. {note}")), title, note)


def _facts(results: Results) -> dict[str, str]:
    """The graph and the roles of its nodes, label -> text."""
    graph, split = results.get("graph") or {}, results["seeds"][0].get("split", {})
    facts = {key: _text(value) for key, value in graph.items() if key != "notes"}
    facts.update({f"note: {key}": _text(value) for key, value in (graph.get("notes") or {}).items()})
    facts.update({f"{role} nodes": _text(size) for role, size in split.items() if isinstance(size, int)})
    return facts


def _environment(results: Results) -> dict[str, str]:
    found = dict(results.get("environment") or {})
    versions = found.pop("versions", {})
    return {**{key: _text(value) for key, value in found.items()}, **{key: str(v) for key, v in versions.items()}}


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    """What YAML can write: tuples become lists, anything unknown its text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)

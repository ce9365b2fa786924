"""The page on a condensed set: how small it is, what it accounts for, and which trees it holds."""

from pathlib import Path
from typing import Any

from gnn2mlp.condensers import DistilledSet
from gnn2mlp.core.files import write_text
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.plots_trees import plot_tree_coverage, plot_trees
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.results import Results, option_name

# Classes of which trees are drawn.
_DRAWN = 4


def write_condense_report(results: Results, small: DistilledSet, path: Path) -> None:
    """Write the page.

    Args:
        results: what `condense` returns and writes to `condense.json`.
        small: the set of the first seed, for the drawings.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render("condense.html.jinja", _content(results, small)))


def condense_headline(results: Results) -> str:
    """How much is left of how much, in a sentence."""
    one = results["seeds"][0]["set"]
    source = one["source"]
    share = 100 * one["nodes"] / source["nodes"]
    kept = f"{plural(one['nodes'], 'node')} stand for {plural(source['graphs'], 'training graph')}"
    told = f"{kept} of {plural(source['nodes'], 'node')}, which is {share:.2g} % of them."
    if one["trained_nodes"] > source["nodes"]:
        told += (
            f" Trees are in several sets, and an epoch computes with {plural(one['trained_nodes'], 'node')}, more than "
            "the graphs have: ask for a higher support."
        )
    return told


def condense_grids(results: Results) -> list[Grid]:
    """Size and seconds of each seed's set, and what it holds of each class: for page and terminal alike."""
    return [size_grid(results), class_grid(results)]


def size_grid(results: Results) -> Grid:
    """A row for each seed: sets, distinct parts, nodes stored and trained on, bytes, seconds."""
    rows = [
        [
            str(seed["seed"]),
            f"{one['sets']:,}",
            f"{one['parts']:,}",
            f"{one['nodes']:,}",
            f"{one['trained_nodes']:,}",
            f"{one['bytes']:,}",
            f"{seed['seconds']:.2f}",
        ]
        for seed in results["seeds"]
        for one in [seed["set"]]
    ]
    parts = "Trees" if _of_trees(results) else "Graphs"
    head = ["Seed", "Sets", parts, "Nodes stored", "Nodes trained on", "Bytes", "Seconds"]
    return Grid("What is left", head, rows)


def class_grid(results: Results) -> Grid:
    """A row for each class of the first seed: its training graphs, and what the set holds and accounts for."""
    trees = _of_trees(results)
    rows = []
    for one in results["seeds"][0]["set"]["classes"]:
        cells = [one["name"], f"{one['graphs']:,}", f"{one['sets']:,}"]
        if trees:
            cells += [f"{one['support']:,}", f"{one['trees']:,} of {one['distinct_trees']:,}"]
            cells += [f"{100 * one[key]:.1f}" for key in ("graphs_covered", "nodes_covered")]
        rows.append(cells)
    head = ["Class", "Training graphs", "Sets"]
    head += ["Support", "Trees", "Graphs covered, %", "Nodes covered, %"] if trees else []
    return Grid(f"By class, seed {results['seeds'][0]['seed']}", head, rows)


def _of_trees(results: Results) -> bool:
    return "depth" in results["seeds"][0]["set"]


def _content(results: Results, small: DistilledSet) -> dict[str, Any]:
    return {
        "sentence": condense_headline(results),
        "subject": (
            f"{option_name(results, 'dataset')} condensed by {option_name(results, 'method')}, "
            f"{plural(len(results['seeds']), 'seed')}."
        ),
        "depth": small.depth,
        "synthetic": small.card.get("synthetic", False),
        "grids": condense_grids(results),
        "coverage": _coverage(small),
        "trees": _trees(small),
        **provenance(results),
        "facts": _facts(results),
    }


def _facts(results: Results) -> dict[str, str]:
    """The data set, and how many graphs have which role in the first split."""
    graph, split = results["graph"], results["seeds"][0]["split"]
    told = {
        key: f"{value:,}" if isinstance(value, int) else str(value) for key, value in graph.items() if key != "notes"
    }
    told |= {f"note: {key}": f"{value:,}" for key, value in graph["notes"].items()}
    roles = {"train": "training graphs", "valid": "validation graphs", "unseen": "test graphs"}
    return told | {text: f"{split[role]:,}" for role, text in roles.items()}


def _coverage(small: DistilledSet) -> list[Plot]:
    if small.depth is None:
        return []
    told = (
        "By all trees that are in at least as many graphs, from the most frequent on; the mark is the chosen support."
    )
    classes = small.card["classes"][:_DRAWN]
    return [
        draw(plot_tree_coverage(classes, measure), f"coverage-{measure}", title, told)
        for measure, title in (("nodes", "Nodes whose tree is kept"), ("graphs", "Graphs that hold a kept tree"))
    ]


def _trees(small: DistilledSet) -> list[Plot]:
    if small.depth is None:
        return []
    note = "The root is on top; its children are its neighbours. Colours tell what nodes are."
    return [
        draw(plot_trees(small, number), f"trees-{number}", f"Most frequent trees of {one['name']}", note)
        for number, one in enumerate(small.card["classes"][:_DRAWN])
    ]

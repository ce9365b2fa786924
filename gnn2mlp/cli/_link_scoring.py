"""What `gnn2mlp score` does with a model of links: pairs of a table, or the best candidates of nodes."""

import argparse
from pathlib import Path
from typing import Any

from rich.text import Text

from gnn2mlp.cli._bars import Bars, Once
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.core.errors import ConfigError

# Options of links, and options of nodes that links have not, each with the value that says nothing.
OF_LINKS = {"pairs": None, "nodes": None, "top": None, "id": None, "asked": None, "candidates": None, "known": None}
OF_LINKS |= {"source_column": None, "target_column": None, "out_file": None, "shortlist": None}
OF_NODES = {
    "probabilities": False,
    "coverage": None,
    "outliers": False,
    "onnx": False,
    "int8": False,
    "engine": "local",
}
_NAMES = {"asked": "for", "source_column": "source", "target_column": "target", "out_file": "out"}
# Of pairs alone, and of the best candidates alone.
_OF_PAIRS = ("source_column", "target_column", "keep")
_OF_TOP = ("asked", "candidates", "known", "shortlist")


def add_link_options(parser: argparse.ArgumentParser) -> None:
    """Register the options of models of links."""
    group = parser.add_argument_group(
        "models of links (gnn2mlp fit --task link)",
        "MODEL and these, in place of IN and OUT: --nodes and --out, and what is asked, --pairs or --top",
    )
    group.add_argument("--pairs", metavar="FILE", help="a Parquet table of pairs of ids, each of which gets a score")
    group.add_argument("--top", metavar="K", type=int, help="write the K best candidates of each asked node")
    group.add_argument("--nodes", metavar="FILE", help="a table with a row for each node: Parquet, CSV, Arrow")
    group.add_argument("--out", metavar="FILE", dest="out_file", help="the Parquet file to write")
    group.add_argument("--id", metavar="NAME", help="the column of ids of the nodes; default: that of training")
    group.add_argument("--source", metavar="NAME", dest="source_column", help="column of one end of the pairs")
    group.add_argument("--target", metavar="NAME", dest="target_column", help="column of the other end")
    group.add_argument(
        "--for", metavar="IDS", dest="asked", help="with --top: ids with commas, or a table; default: all nodes"
    )
    group.add_argument("--candidates", metavar="FILE", help="with --top: a table of ids that may be answered")
    group.add_argument("--known", metavar="FILE", help="with --top: a table of links that are not to be answered again")
    group.add_argument(
        "--shortlist",
        metavar="N",
        type=int,
        help="with --top: score N candidates of each node that a quick stand-in puts first, not all; recall is told",
    )


def asks_for_links(options: argparse.Namespace) -> bool:
    """Whether an option of links was given."""
    return any(getattr(options, name) != silent for name, silent in OF_LINKS.items())


def score_links(options: argparse.Namespace) -> None:
    """Score pairs, or find the best candidates, and print how many there are and how fast it went."""
    _check(options)
    from gnn2mlp.deploy.link_predictor import LinkPredictor
    from gnn2mlp.deploy.link_scoring import score_pairs, score_top

    if options.threads is not None:
        import torch

        torch.set_num_threads(options.threads)
    model = LinkPredictor.load(options.model)
    given = {"id_column": options.id or model.id_column, "overwrite": options.overwrite}
    if given["id_column"] is None:
        raise ConfigError("expected --id NAME, the column of the nodes that holds their ids: the model knows none")
    with Bars(Once()) as bars:
        progress = bars.listen(0, "pairs" if options.pairs else "nodes")
        if options.pairs is not None:
            ends = {"source": options.source_column, "target": options.target_column}
            keep = None if options.keep is None else [name for name in options.keep.split(",") if name]
            given |= {"keep": keep, "errors": options.errors, "progress": progress, **ends}
            done: Any = score_pairs(model, options.pairs, options.nodes, options.out_file, **given)
        else:
            given |= {"candidates": options.candidates, "known": options.known, "progress": progress}
            given["shortlist"] = options.shortlist
            done = score_top(model, options.nodes, options.out_file, options.top, asked=_asked(options.asked), **given)
    _tell(done, options)


def _tell(done: Any, options: argparse.Namespace) -> None:
    what = "pairs" if options.pairs is not None else "nodes"
    scored = done.rows - done.reused
    rate = f", {scored / done.seconds:,.0f} {what} a second" if scored else ""
    again = f", {done.reused:,} of them scored before" if done.reused else ""
    failed = f", {done.failed:,} without a score" if options.errors == "null" else ""
    console = Terminal()
    counted = what.removesuffix("s") if done.rows == 1 else what
    console.print(Text(f"{done.rows:,} {counted}{again}{failed}{rate}"), soft_wrap=True)
    if (recall := getattr(done, "recall", None)) is not None:
        console.print(Text(recall_line(recall)), soft_wrap=True)
    show_files(console, {"scores" if options.pairs is not None else "candidates": done.out})


def recall_line(recall: Any) -> str:
    """What a short list finds, in a sentence."""
    found = f"{100 * recall.mean:.1f} % of the {recall.k} best are on the short list"
    nodes = "1 asked node" if recall.queries == 1 else f"{recall.queries} asked nodes"
    return f"{found}, of {nodes}; of the worst of them {100 * recall.least:.0f} %."


def _asked(text: str | None) -> Any:
    """A file, if there is one of this name, else ids with commas."""
    if text is None:
        return None
    if not (ids := [one.strip() for one in text.split(",") if one.strip()]):
        raise ConfigError(f"--for: expected a file, or ids such as p17,p42, got {text!r}")
    return Path(text) if Path(text).exists() else ids


def _check(options: argparse.Namespace) -> None:
    """Raise `ConfigError`, in a sentence, unless what is asked of a model of links is whole and of links alone."""
    example = "gnn2mlp score MODEL --pairs pairs.parquet --nodes pages.csv --out scores.parquet"
    if (options.pairs is None) == (options.top is None):
        got = "neither" if options.pairs is None else "both"
        raise ConfigError(f"expected --pairs FILE, or --top K, of a model of links, got {got}, as in {example}")
    missing = [f"--{_NAMES.get(name, name)}" for name in ("nodes", "out_file") if getattr(options, name) is None]
    if missing:
        raise ConfigError(f"expected {' and '.join(missing)}, as in {example}")
    if options.source is not None:
        raise ConfigError(
            f"expected the tables of a model of links by --pairs, --nodes and --out, got {options.source!r} beside them"
        )
    wrong = [name for name, silent in OF_NODES.items() if getattr(options, name) != silent]
    wrong += [
        name for name in (_OF_TOP if options.pairs is not None else _OF_PAIRS) if getattr(options, name) is not None
    ]
    if options.top is not None and options.errors == "null":
        wrong.append("errors")
    if wrong:
        of = "--pairs" if options.pairs is not None else "--top"
        raise ConfigError(f"--{_NAMES.get(wrong[0], wrong[0])}: it says nothing beside {of}; leave it out")

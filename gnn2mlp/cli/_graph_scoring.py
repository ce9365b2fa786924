"""What `gnn2mlp score` does with a model of whole graphs: an answer for each graph of a folder of tables."""

import argparse
from typing import Any

from rich.text import Text

from gnn2mlp.cli._bars import Bars, Once
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.core.errors import ArtefactError, ConfigError

# Options of models of nodes that whole graphs have not, each with the value that says nothing.
_OF_NODES = {"int8": False, "engine": "local"}


def is_of_graphs(model: str) -> bool:
    """Whether a model is one of whole graphs; what cannot be read is left to whoever loads it."""
    from gnn2mlp.core.files import user_path
    from gnn2mlp.deploy.unit import unit_at

    try:
        return unit_at(user_path(model, "model")) == "graph"
    except ArtefactError:
        return False


def score_folder(options: argparse.Namespace) -> None:
    """Answer for every graph, and print how many there are, how many had no answer, and how fast it went."""
    if wrong := [name for name, silent in _OF_NODES.items() if getattr(options, name) != silent]:
        raise ConfigError(f"--{wrong[0]}: a model of whole graphs knows nothing of it; leave it out")
    from gnn2mlp.deploy.directory import id_columns
    from gnn2mlp.deploy.graph_scoring import score_graphs

    keep = None if options.keep is None else [name for name in options.keep.split(",") if name]
    asked = {name: getattr(options, name) for name in ("probabilities", "coverage", "outliers", "errors", "overwrite")}
    with Bars(Once()) as bars:
        progress = bars.listen(0, "graphs")
        graph = next(iter(id_columns(options.model)), "graph")
        files = options.source, options.out
        done = score_graphs(_predictor(options), *files, graph=graph, keep=keep, progress=progress, **asked)
    scored = done.rows - done.reused
    rate = f", {scored / done.seconds:,.0f} graphs a second" if scored else ""
    again = f", {done.reused:,} of them scored before" if done.reused else ""
    failed = f", {done.failed:,} without an answer" if options.errors == "null" else ""
    console = Terminal()
    console.print(Text(f"{done.rows:,} graphs{again}{failed}{rate}"), soft_wrap=True)
    show_files(console, {"answers": done.out})


def _predictor(options: argparse.Namespace) -> Any:
    if options.onnx:
        import os

        from gnn2mlp.deploy.onnx_graph_predictor import OnnxGraphPredictor

        return OnnxGraphPredictor.load(options.model, options.threads or os.cpu_count() or 1)
    from gnn2mlp.deploy.graph_predictor import GraphPredictor

    if options.threads is not None:
        import torch

        torch.set_num_threads(options.threads)
    return GraphPredictor.load(options.model)

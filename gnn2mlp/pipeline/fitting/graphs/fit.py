"""A fit of whole graphs: tables, split, report, stages, refit, model directory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.environment import cpu_threads, environment, threads_for
from gnn2mlp.data.graphs import split_graphs
from gnn2mlp.data.split import Split
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.distill.graphs import check_of_graphs
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.fitting.graphs.config import GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.data_report import graph_data_report
from gnn2mlp.pipeline.fitting.graphs.scaling import Scaled
from gnn2mlp.pipeline.fitting.graphs.shipping import ship_graph_fit, shipped_graph_predictor
from gnn2mlp.pipeline.fitting.graphs.stages import graph_job, graph_stages, shipped_graph_stage
from gnn2mlp.pipeline.fitting.graphs.tables import GraphFitTables, labelled, read_fit_tables
from gnn2mlp.pipeline.fitting.result import BaseFitResult
from gnn2mlp.pipeline.fitting.stages import Begun, Listen
from gnn2mlp.report.graph_fit_cell import graph_fit_cell


class GraphFitResult(BaseFitResult):
    """What `fit` leaves behind where whole graphs are predicted.

    Args:
        results: the content of `scores.json`: configuration, data report, scores with intervals, verdict, trust.
        out: the model directory; `None` of a dry run.
    """

    def predictor(self) -> GraphPredictor:
        """The model, which answers for graphs from their nodes."""
        return GraphPredictor.load(self.directory)

    def _repr_html_(self) -> str:
        return graph_fit_cell(self.results, self.out)


def dry_graphs(config: GraphFitConfig, listen: Listen) -> tuple[GraphFitConfig, dict[str, Any]]:
    """The resolved configuration and the data report; nothing is trained or written."""
    config, _, _, report = _observed(config, listen)
    return config, report


def fit_graphs(
    config: GraphFitConfig,
    out: Path,
    work: Path,
    device: torch.device,
    listen: Listen,
    told: Callable[[dict[str, Any]], object],
    begun: Begun,
) -> dict[str, Any]:
    """Fit, and write a model directory; what `work` holds of an earlier call is gone on with.

    Args:
        config: not resolved.
        out: the model directory.
        work: what is kept between calls.
        device: where to train.
        listen: gives the progress listener of each stage.
        told: is given the data report, before anything is trained.
        begun: is told of the resolved configuration, likewise.

    Returns:
        The content of `scores.json`.
    """
    config, tables, split, report = _observed(config, listen)
    graphs = tables.graphs
    threads = config.threads if isinstance(config.threads, int) else threads_for(graphs.num_nodes)
    with cpu_threads(threads):
        told(report)
        begun(config, {"rows": graphs.num_graphs, "own_split": tables.own_split, "digests": tables.digests})
        seen = Scaled.by(graphs, split.train)
        job = graph_job(config, seen.graphs, work, device, listen)
        made = graph_stages(job, config.seed)
        found = dict(made.record.value)
        scored = seen.unscaled(made.student.value)
        student = scored
        if config.refit:
            whole = Scaled.by(graphs, labelled(graphs))
            student = whole.unscaled(shipped_graph_stage(job, config, whole.graphs, found).value)
        results = {"config": config.to_dict(), "environment": environment(device), "data": report, **found}
        if graphs.task.exclusive:
            results["class_names"] = list(graphs.class_names)
        listen("write")(0, 1, "")
        predictor = shipped_graph_predictor(student, scored, results, config)
        results = ship_graph_fit(out, predictor, config, tables, results)
        listen("write")(1, 1, "")
    return results


def _observed(config: GraphFitConfig, listen: Listen) -> tuple[GraphFitConfig, GraphFitTables, Split, dict[str, Any]]:
    """The resolved configuration, tables, split, and the report on them; settings fail before a table is read."""
    config.resolve(1)
    tables = read_fit_tables(config, listen("tables"))
    config = config.resolve(tables.graphs.num_graphs, tables.own_split)
    check_of_graphs(config.method.build(METHODS).build_objective(), tables.graphs.task, tables.graphs.name)
    assert config.split is not None, "resolved"
    split = split_graphs(tables.graphs, config.split, config.seed)
    return config, tables, split, graph_data_report(config, tables, split)

"""A fit of links: tables, split, encoders, report, stages, refit, model directory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.environment import cpu_threads, environment, threads_for
from gnn2mlp.data.links import LINK_SPLITTERS, LinkSplit
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.pipeline.fitting.encoding import Encoded, encode
from gnn2mlp.pipeline.fitting.links.config import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.data_report import link_report
from gnn2mlp.pipeline.fitting.links.shipping import ship_links, shipped_links
from gnn2mlp.pipeline.fitting.links.stages import link_job, link_stages, shipped_link_stage
from gnn2mlp.pipeline.fitting.links.tables import LinkTables, later_nodes, read_link_tables
from gnn2mlp.pipeline.fitting.result import BaseFitResult
from gnn2mlp.pipeline.fitting.stages import Begun, Listen
from gnn2mlp.pipeline.links.opening import check_negatives
from gnn2mlp.report.link_fit_cell import link_fit_cell
from gnn2mlp.teachers import TEACHERS


class LinkFitResult(BaseFitResult):
    """What `fit` leaves behind where links are predicted.

    Args:
        results: the content of `scores.json`: configuration, data report, scores with intervals, verdict.
        out: the model directory; `None` of a dry run.
    """

    def predictor(self) -> LinkPredictor:
        """The model, which embeds rows of tables such as the nodes' and scores pairs of them."""
        return LinkPredictor.load(self.directory)

    def _repr_html_(self) -> str:
        return link_fit_cell(self.results, self.out)


def dry_links(config: LinkFitConfig, listen: Listen) -> tuple[LinkFitConfig, dict[str, Any]]:
    """The resolved configuration and the data report; nothing is trained or written."""
    tables = read_link_tables(config.resolve(1), listen("tables"))
    config = config.resolve(len(tables.ids), tables.edges.kept)
    return config, _observed(config, tables, listen)[-1]


def fit_links(
    config: LinkFitConfig,
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
    tables = read_link_tables(config.resolve(1), listen("tables"))
    config = config.resolve(len(tables.ids), tables.edges.kept)
    config.teacher.build(TEACHERS).check_reads(tables.bare)
    threads = (
        config.threads if isinstance(config.threads, int) else threads_for(max(len(tables.ids), tables.edges.kept))
    )
    with cpu_threads(threads):
        split, encoded, report = _observed(config, tables, listen)
        told(report)
        begun(config, {"rows": len(tables.ids), "edges": tables.edges.kept, "digests": tables.digests})
        job = link_job(config, encoded.graph, work, device, listen)
        made = link_stages(job, config, split)
        found = dict(made.record.value)
        shipped, whole = made.student, encoded
        if config.refit:
            listen("encode")(1, 2, "all rows")
            whole = encode(config, tables)
            shipped = shipped_link_stage(job, config, whole.graph, found)
        student = shipped.value
        results = {"config": config.to_dict(), "environment": environment(device), "data": report, **found}
        listen("write")(0, 1, "")
        results = ship_links(out, shipped_links(student, whole, results, config), config, tables, results)
        listen("write")(1, 1, "")
    return results


def _observed(config: LinkFitConfig, tables: LinkTables, listen: Listen) -> tuple[LinkSplit, Encoded, dict[str, Any]]:
    """The split, the columns as features, and the report on the tables. Later nodes decide nothing of the features."""
    later = later_nodes(config, tables)
    listen("encode")(0, 2, "columns")
    encoded = encode(config, tables, None if later is None else _others(later, len(tables.ids)))
    assert config.setting is not None, "resolved"
    split = config.split.build(LINK_SPLITTERS).split(encoded.graph, config.seed, config.setting, later)
    check_negatives(split, encoded.graph)
    listen("encode")(1, 2, "report")
    report = link_report(config, tables, split, encoded)
    listen("encode")(2, 2, f"{encoded.encoder.num_features:,} features")
    return split, encoded, report


def _others(rows: torch.Tensor, count: int) -> Any:
    """All other rows, ascending, as an array."""
    there = torch.ones(count, dtype=torch.bool)
    there[rows] = False
    return there.nonzero()[:, 0].numpy()

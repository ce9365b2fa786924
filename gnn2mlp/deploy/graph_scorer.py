"""Answers for a table of graphs in a stream: from record batches of ids to those with an answer. Imports no torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, listing, nearest
from gnn2mlp.core.parquet import open_table, pyarrow_modules, reading
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy._graphs import CHUNK, BaseGraphPredictor
from gnn2mlp.deploy.answer_columns import Asked, answer_columns
from gnn2mlp.deploy.graph_nodes import GraphNodes
from gnn2mlp.deploy.node_columns import NodeColumns
from gnn2mlp.deploy.row_reader import Errors, check_errors, column_of
from gnn2mlp.deploy.table_scoring import footer, source_files
from gnn2mlp.deploy.written_columns import with_reasons, written_schema
from gnn2mlp.tables.lookup import NodeIds


class GraphScorer:
    """A student of whole graphs as a function of record batches of graphs, as `score_table` takes it.

    The nodes, in any order, are brought into that of the graphs before the first is answered; see `GraphNodes`.
    Columns that come out: those of `keep`, then as `BatchScorer` has them.

    Args:
        predictor: a `GraphPredictor` or `OnnxGraphPredictor`.
        nodes: a Parquet table of nodes, a file or a folder of files.
        graph: the column of ids of graphs, in both tables.
        keep: columns of the graphs that are handed on; default: the id.
        probabilities: whether each class's probability comes out.
        coverage: of sets of classes, if they are wanted.
        outliers: whether it comes out which graphs are foreign to the model.
        errors: `"raise"`, or `"null"`: a graph that cannot be read gets no answer, and the reason in `error`.

    Raises:
        ConfigError: for an `errors` that is neither, or a model that was trained on arrays without names.
    """

    def __init__(
        self,
        predictor: BaseGraphPredictor,
        nodes: Path,
        graph: str = "graph",
        keep: Sequence[str] | None = None,
        probabilities: bool = False,
        errors: Errors = "raise",
        *,
        coverage: float | None = None,
        outliers: bool = False,
    ):
        check_errors(errors)
        self.predictor, self.nodes, self.graph, self.errors = predictor, nodes, graph, errors
        self.reads = (graph,)
        self.keep = self.reads if keep is None else tuple(keep)
        self.asked = Asked(probabilities, coverage, outliers)
        self._columns = NodeColumns(predictor.fields)
        self._found: tuple[NodeIds, GraphNodes] | None = None

    @property
    def identity(self) -> tuple[Any, tuple[Any, ...]]:
        """The model, the nodes, and what is asked."""
        files = [(file.name, file.stat().st_size, footer(file)) for file in source_files(self.nodes)]
        asked = ("graphs", self.graph, self.keep, tuple(self.asked), self.errors, tuple(files))
        return self.predictor.digest(), asked

    def output_schema(self, schema: Any) -> Any:
        """The schema of what comes out.

        Raises:
            ConfigError: for a column that is not there, or a name that two columns would have.
        """
        for name in (self.graph, *self.keep):
            if name not in schema.names:
                raise ConfigError(
                    f"graphs: expected a column {name!r}{nearest(name, schema.names)}, got {listing(schema.names)}"
                )
        made = {name: column.type for name, column in self._made(self._nothing(0), []).items()}
        return written_schema(schema, self.keep, made)

    def prepare(self, folder: Path, files: Sequence[Path], progress: Progress = silent) -> None:
        """Read the ids of the graphs and bring the nodes into their order, or find that done.

        Raises:
            DataError: for an id that is missing or there twice, and as `GraphNodes.make`.
        """
        arrow, _ = pyarrow_modules()
        parts = []
        for file in files:
            with reading(file):
                parts.append(open_table(file).read(columns=[self.graph])[self.graph])
        chunks = [chunk for part in parts for chunk in part.chunks]
        column = arrow.chunked_array(chunks, parts[0].type)
        named = self.nodes.name if files[0].name.startswith(".") else files[0].name  # made of the nodes where hidden
        ids = NodeIds(column, f"{named}, column {self.graph!r}")
        nodes = GraphNodes.make(self._columns, self.nodes, self.graph, ids, folder, self.errors, progress)
        self._found = ids, nodes

    def __call__(self, batch: Any) -> Any:
        """The answers of a record batch of graphs, as one record batch.

        Raises:
            ConfigError: before `prepare` was called.
        """
        if self._found is None:
            raise ConfigError("GraphScorer: call prepare(folder, files) first, as score_table does")
        ids, nodes = self._found
        graphs = ids.rows(column_of(batch, self.graph), "graphs")
        reasons = [nodes.reasons.get(int(graph)) for graph in graphs] if nodes.reasons else [None] * len(graphs)
        good = np.array([reason is None for reason in reasons], dtype=bool)
        outputs = self._nothing(len(graphs))
        if good.any():
            outputs[good] = self._outputs(graphs[good], nodes)
        kept = [column_of(batch, name) for name in self.keep]
        made = self._made(outputs, reasons)
        arrow, _ = pyarrow_modules()
        return arrow.RecordBatch.from_arrays([*kept, *made.values()], schema=self.output_schema(batch.schema))

    def _outputs(self, graphs: np.ndarray, nodes: GraphNodes) -> np.ndarray:
        """Outputs (graphs, outputs), so many graphs at a time as have few nodes together."""
        ends = np.diff(nodes.offsets)[graphs].cumsum()
        cuts = np.flatnonzero(np.diff(ends // CHUNK)) + 1
        return np.concatenate([self.predictor.outputs(nodes.of(part)) for part in np.split(graphs, cuts)])

    def _nothing(self, graphs: int) -> np.ndarray:
        return np.zeros((graphs, self.predictor.answers.num_outputs), np.float32)

    def _made(self, outputs: np.ndarray, reasons: Sequence[str | None]) -> dict[str, Any]:
        made = answer_columns(self.predictor, outputs, self.asked)
        return with_reasons(made, reasons) if self.errors == "null" else made

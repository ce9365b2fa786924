"""Answers for tables of whole graphs: a stream from Parquet to Parquet, or tables in memory. Imports no torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.files import atomic, scratch, user_path
from gnn2mlp.core.parquet import open_table, parquet_place, pyarrow_modules, reading
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.tables import column_names
from gnn2mlp.deploy._graphs import BaseGraphPredictor
from gnn2mlp.deploy.graph_scorer import GraphScorer
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.deploy.row_reader import Errors
from gnn2mlp.deploy.table_scoring import Scored, score_table, source_files

GRAPHS, NODES = "graphs.parquet", "nodes.parquet"
# Graphs of a row group where only the nodes say which there are.
_GROUP = 131_072


def score_graphs(
    predictor: BaseGraphPredictor,
    source: str | Path,
    out: str | Path,
    *,
    graph: str = "graph",
    keep: Sequence[str] | None = None,
    probabilities: bool = False,
    coverage: float | None = None,
    outliers: bool = False,
    errors: Errors = "raise",
    progress: Progress = silent,
    overwrite: bool = False,
) -> Scored:
    """Answer for every graph of a folder of Parquet tables, in bounded memory; a killed call goes on where it was.

    Args:
        predictor: a `GraphPredictor` or `OnnxGraphPredictor`.
        source: a folder with `nodes.parquet`, in any order of rows, and `graphs.parquet`, whose graphs are answered in
            their order; without that one, the graphs of the nodes. Or a table of nodes alone. Edges are not looked at.
        out: the Parquet file to write.
        graph: the column of ids of graphs, in both tables.
        keep: columns of `graphs.parquet` that are handed on; default: the id.
        probabilities: whether `probability_<class>` is written.
        coverage: of sets of classes, which are written to `set`, of a model that is calibrated.
        outliers: whether it is written to `outlier` which graphs are foreign to such a model.
        errors: `"null"`: a graph that cannot be read has no answer, and the reason in `error`.
        progress: told in nodes that were read, then in graphs that were answered.
        overwrite: whether another table at `out` is replaced.

    Raises:
        ConfigError: if there is no such source, or `out` is something else.
        DataError: for columns, ids or nodes that cannot be read.
        ArtefactError: if a file is damaged or cannot be written.

    Example:
        >>> from gnn2mlp.deploy import GraphPredictor, score_graphs
        >>> model = GraphPredictor.load("model/")  # doctest: +SKIP
        >>> score_graphs(model, "molecules/", "answers.parquet", probabilities=True)  # doctest: +SKIP
    """
    place = parquet_place(out)
    nodes, graphs = _tables(user_path(source, "source"))
    check_place(place.parent)
    scorer = GraphScorer(predictor, nodes, graph, keep, probabilities, errors, coverage=coverage, outliers=outliers)
    if graphs is not None:
        return score_table(scorer, graphs, place, progress, overwrite)
    beside = place.with_name(f".{place.name}.graphs.parquet")
    _write_ids(nodes, graph, beside)
    try:
        return score_table(scorer, beside, place, progress, overwrite)
    finally:
        beside.unlink(missing_ok=True)


def answered_tables(predictor: BaseGraphPredictor, tables: Any, probabilities: bool, graph: str) -> Any:
    """What `BaseGraphPredictor.predict_table` does; see there."""
    arrow, parquet = pyarrow_modules()
    with scratch() as folder:
        if isinstance(tables, str | Path):
            source, like = user_path(tables, "tables"), None
        else:
            source, like = folder / "tables", None
            source.mkdir()
            given = _given(tables)
            like = given[NODES]
            for name, table in given.items():
                parquet.write_table(_arrow(table, name), source / name)
        score_graphs(predictor, source, folder / "answers.parquet", graph=graph, probabilities=probabilities)
        found = parquet.read_table(folder / "answers.parquet").replace_schema_metadata(None)
    if like is None or isinstance(like, Mapping | arrow.Table):
        return found
    if hasattr(like, "iloc"):
        return found.to_pandas()
    import polars

    return polars.from_arrow(found)


def _tables(source: Path) -> tuple[Path, Path | None]:
    """The table of nodes, and that of graphs if there is one."""
    if not source.is_dir():
        return source_files(source)[0], None
    if (source / NODES).exists():
        return source / NODES, source / GRAPHS if (source / GRAPHS).exists() else None
    names = listing(sorted(path.name for path in source.iterdir())) or "nothing"
    raise ConfigError(
        f"source: expected a folder with {NODES}, and {GRAPHS} if not all graphs are asked, got {source} with {names}"
    )


def _write_ids(nodes: Path, graph: str, place: Path) -> None:
    """The different ids of the nodes' graphs, in the order of their first nodes."""
    arrow, parquet = pyarrow_modules()
    known: Any = None
    for file in source_files(nodes):
        table = open_table(file)
        if graph not in table.schema_arrow.names:
            raise DataError(f"{file}: expected a column {graph!r}, got {listing(table.schema_arrow.names)}")
        with reading(file):
            for batch in table.iter_batches(columns=[graph]):
                found = batch.column(0)
                found = found.dictionary_decode() if arrow.types.is_dictionary(found.type) else found
                some = found.unique() if known is None else arrow.concat_arrays([known, found.unique()]).unique()
                known = some
    if known is None or not len(known):
        raise DataError(f"{nodes}: expected nodes, got an empty table; write it again")
    atomic(place, lambda file: parquet.write_table(arrow.table({graph: known}), file, row_group_size=_GROUP))


def _given(tables: Any) -> dict[str, Any]:
    """Tables in memory by the names of their files."""
    if isinstance(tables, Mapping) and "nodes" in tables and column_names(tables["nodes"]) is not None:
        if further := sorted(tables.keys() - {"nodes", "graphs", "edges"}):
            raise DataError(f"tables: expected 'nodes', and 'graphs' if not all are asked, got {listing(further)} too")
        return {f"{name}.parquet": tables[name] for name in ("nodes", "graphs") if tables.get(name) is not None}
    return {NODES: tables}


def _arrow(table: Any, name: str) -> Any:
    """A table of any of the libraries as Arrow's."""
    arrow, _ = pyarrow_modules()
    try:
        if isinstance(table, arrow.Table):
            return table
        if hasattr(table, "iloc"):
            return arrow.Table.from_pandas(table, preserve_index=False)
        return table.to_arrow() if hasattr(table, "to_arrow") else arrow.table(dict(table))
    except (arrow.ArrowException, TypeError, ValueError) as error:
        raise DataError(f"{name.removesuffix('.parquet')}: expected a table of columns, got: {error}") from error

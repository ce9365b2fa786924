"""Links of tables: scores of a table of pairs, and the best candidates of nodes, each written part by part."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.files import atomic, user_path
from gnn2mlp.core.limits import check_count
from gnn2mlp.core.parquet import BATCH_ROWS, open_table, parquet_place, pyarrow_modules
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.deploy.link_shortlist import Recall
from gnn2mlp.deploy.link_tables import id_name, ids_in, links_in, rows_in
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.deploy.pair_scorer import PairScorer, pair_columns
from gnn2mlp.deploy.row_reader import Errors
from gnn2mlp.deploy.table_scoring import PART_ROWS, Scored, score_table, source_files
from gnn2mlp.deploy.top_scorer import TopScorer
from gnn2mlp.tables.reading import column_of, has_types, id_type, read_table

# Pairs of a part of the best candidates: about what is done anew after a kill.
_PART_PAIRS = 2**26


def score_pairs(
    predictor: BaseLinkPredictor,
    pairs: str | Path,
    nodes: str | Path,
    out: str | Path,
    *,
    id_column: str,
    source: str | None = None,
    target: str | None = None,
    keep: Sequence[str] | None = None,
    errors: Errors = "raise",
    progress: Progress = silent,
    overwrite: bool = False,
    part_rows: int = PART_ROWS,
) -> Scored:
    """Score a Parquet table of pairs of ids in a stream, in bounded memory: every pair once, in its order.

    Each node is embedded once, into a file beside `out` of 4 * width bytes a node, which is gone in the end; in memory
    are the ids of the nodes, and a batch of pairs. Parts, and what happens after a kill, are as of `score_table`.

    Args:
        predictor: a `LinkPredictor` or `OnnxLinkPredictor`.
        pairs: a Parquet file, or a folder of such files, with a column of ids for each end. A node paired with itself
            gets a score, too, which means nothing, as training knows no such pair.
        nodes: a row for each node, with the columns that the model reads: Parquet, CSV, Arrow or Feather.
        out: the Parquet file to write.
        id_column: the column of the nodes that holds their ids, of any type.
        source: the column of one end; default: `source`, `src`, `from`, ..., or the first one.
        target: the other end; likewise.
        keep: columns of the pairs to hand on; default: the two ends.
        errors: `"null"`: a pair with an unknown id, or a node that cannot be read, has no score, but a reason.
        progress: told in nodes, then in pairs.
        overwrite: whether another table at `out` is replaced.
        part_rows: about so many pairs are a part.

    Returns:
        What was written; `failed` are pairs without a score.

    Raises:
        ConfigError: for a file or column that is not there, or if `out` is not to be replaced.
        DataError: for ids that are no nodes', named before any pair is scored; for nodes that cannot be read.
        ArtefactError: for a damaged file, or if `out` cannot be written.

    Example:
        >>> from gnn2mlp.deploy import LinkPredictor, score_pairs
        >>> model = LinkPredictor.load("model/")  # doctest: +SKIP
        >>> score_pairs(model, "pairs.parquet", "pages.csv", "scores.parquet", id_column="page_id")  # doctest: +SKIP
    """
    place = parquet_place(out)
    first = source_files(user_path(pairs, "pairs"), "pairs")[0]
    ends = pair_columns(first, source, target)
    schema = open_table(first).schema_arrow
    for name, option in zip(ends, ("--source", "--target"), strict=True):
        column_of(schema.empty_table(), name, "pairs", option)
    table = NodeTable(nodes, id_column, id_type(schema.field(ends[0]).type))
    scorer = PairScorer(predictor, table, *ends, keep, errors)
    return score_table(scorer, pairs, place, progress, overwrite, part_rows)


class TopScored(NamedTuple):
    """What `score_top` did; see `Scored`.

    Args:
        out: the table that it wrote.
        rows: how many nodes were asked for.
        failed: none of them, as a node that cannot be read stops it.
        reused: nodes that an earlier call, which was interrupted, had answered already.
        seconds: that it took.
        recall: what share of the best a short list found; `None` where all were scored, or nothing was left to do.
    """

    out: Path
    rows: int
    failed: int
    reused: int
    seconds: float
    recall: Recall | None = None


def score_top(
    predictor: BaseLinkPredictor,
    nodes: str | Path,
    out: str | Path,
    k: int,
    *,
    id_column: str,
    asked: str | Path | Sequence[Any] | None = None,
    candidates: str | Path | None = None,
    known: str | Path | None = None,
    shortlist: int | None = None,
    progress: Progress = silent,
    overwrite: bool = False,
) -> TopScored:
    """Write the `k` best candidates of each asked node: a line each of id, rank, candidate and score, best first.

    The answers are exact, as every candidate is scored, unless a short list is asked for. They are written in parts, as
    those of `score_table`.

    Args:
        predictor: a `LinkPredictor` or `OnnxLinkPredictor`.
        nodes: a row for each node, asked ones and candidates, as in `score_pairs`.
        out: the Parquet file to write.
        k: how many candidates of each.
        id_column: the column of the nodes that holds their ids.
        asked: a table with such a column (of this name, or its first), or ids; default: all nodes.
        candidates: a table with such a column of those who may be answered; default: all nodes.
        known: a table of edges; nodes that it links, in either direction, are no candidates of each other.
        shortlist: score so many candidates of each node, those that a linear stand-in for the decoder puts first, which
            is for many nodes and dear decoders; `recall` says what share of the best it finds. Default: score all.
        progress: told in nodes that were embedded, then in nodes that were answered.
        overwrite: whether another table at `out` is replaced.

    Returns:
        What was written, and the recall of a short list.

    Raises:
        ConfigError, DataError, ArtefactError: as `score_pairs`; for no asked node, or no candidate; for a `k` above
            the number of candidates.

    Example:
        >>> from gnn2mlp.deploy import LinkPredictor, score_top
        >>> model = LinkPredictor.load("model/")  # doctest: +SKIP
        >>> score_top(model, "pages.csv", "top.parquet", 10, id_column="page_id", asked=["p7"])  # doctest: +SKIP
    """
    check_count("score", 1, top=k)
    place = parquet_place(out)
    check_place(place.parent)
    table = NodeTable(nodes, id_column, "text" if asked is None or not _is_path(asked) else _type_in(asked, id_column))
    rows = None if candidates is None else rows_in(candidates, id_column, table, "candidates")
    links = None if known is None else links_in(known, table)
    scorer = TopScorer(predictor, table, id_column, k, rows, links, shortlist)
    column = _asked(asked, id_column, table)
    part = max(1, min(BATCH_ROWS, _PART_PAIRS // max(1, len(table) if rows is None else len(rows))))
    # Row groups of the asked are parts of the answers: of all rows of a table they may be too many for one.
    beside = place.with_name(f".{place.name}.asked.parquet")
    arrow, parquet = pyarrow_modules()
    atomic(beside, lambda file: parquet.write_table(arrow.table({id_column: column}), file, row_group_size=part))
    try:
        return TopScored(*score_table(scorer, beside, place, progress, overwrite, part), scorer.recall)
    finally:
        beside.unlink(missing_ok=True)


def _asked(asked: Any, id_column: str, nodes: NodeTable) -> Any:
    """The ids of the asked nodes as a column of Arrow."""
    arrow, _ = pyarrow_modules()
    if asked is None:
        return nodes.raw_ids
    if _is_path(asked):
        return ids_in(asked, id_column, nodes, "asked nodes")
    if not len(asked):
        raise DataError("asked: expected at least one id, got none; name some, or leave it out to ask all nodes")
    kind = nodes.raw_ids.type
    try:
        return arrow.array(list(asked)).cast(kind.value_type if arrow.types.is_dictionary(kind) else kind)
    except arrow.ArrowException as error:
        raise DataError(
            f"asked: expected ids like those of the nodes ({kind}, such as {nodes.ids.shown(0)}), got "
            f"{listing([repr(one) for one in asked])}; write them alike"
        ) from error


def _is_path(asked: Any) -> bool:
    return isinstance(asked, str | Path)


def _type_in(asked: Any, id_column: str) -> Any:
    """The type of ids of a CSV file of nodes beside those of this file."""
    if not has_types(asked):
        return "text"
    table = read_table(user_path(asked, "asked"), "asked nodes")
    return id_type(table[id_name(table, id_column)].type)


def id_of(model: str | Path, names: Sequence[str], named: str | None) -> str:
    """The column of ids of a table of nodes: the one that was named, or that of the tables that a model was made from.

    Args:
        model: the directory of the model.
        names: of the columns of the table.
        named: by the user, if so.

    Raises:
        ConfigError: if neither is known.
    """
    from gnn2mlp.deploy.directory import id_columns

    found = named or next((name for name in id_columns(model) if name in names), None)
    if found is None:
        raise ConfigError(
            f"--id: expected the column of the nodes that holds their ids; the model does not name one of "
            f"{listing([*map(repr, names)])}; name it"
        )
    return found

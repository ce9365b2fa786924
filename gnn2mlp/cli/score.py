"""`gnn2mlp score`: answers for a table of any length."""

import argparse
from typing import Any

from rich.text import Text

from gnn2mlp.cli._bars import Bars, Once
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli._graph_scoring import is_of_graphs, score_folder
from gnn2mlp.cli._link_scoring import add_link_options, asks_for_links, score_links
from gnn2mlp.core.errors import ConfigError


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "score",
        help="answer for every row of a Parquet table, or pair of nodes, in a stream",
        description="Score a Parquet file, or a folder of such files, with a model: every row once, in its order, in "
        "bounded memory. A model of links scores pairs of nodes, or finds the best candidates of nodes; one of whole "
        "graphs answers for each graph of a folder of tables, graphs.parquet and nodes.parquet. What was interrupted "
        "goes on where it stopped.",
        epilog="examples: gnn2mlp score model/ pages.parquet answers.parquet --probabilities --errors null\n"
        "          gnn2mlp score model/ --pairs pairs.parquet --nodes pages.parquet --out scores.parquet\n"
        "          gnn2mlp score model/ molecules/ answers.parquet\n"
        "          gnn2mlp score model/ --top 10 --nodes pages.parquet --for p17,p42 --out best.parquet",
    )
    parser.add_argument("model", metavar="MODEL", help="a model's directory, or a student's folder")
    parser.add_argument("source", metavar="IN", nargs="?", help="a Parquet file, or a folder of Parquet files")
    parser.add_argument("out", metavar="OUT", nargs="?", help="the Parquet file to write")
    parser.add_argument(
        "--keep", metavar="A,B", help="columns to hand on; default: the id, if the model knows it and the table has it"
    )
    parser.add_argument("--probabilities", action="store_true", help="write the probability of each class, too")
    parser.add_argument(
        "--coverage",
        metavar="SHARE",
        type=float,
        help="write sets of classes, which hold the true one this often: 0.9",
    )
    parser.add_argument("--outliers", action="store_true", help="write whether a row is foreign to the model")
    parser.add_argument(
        "--errors", choices=("raise", "null"), default="raise", help="null: a row that cannot be read has no answer"
    )
    parser.add_argument(
        "--text",
        metavar="COLUMN",
        default="text",
        help="where the texts are that a student of texts reads: %(default)s",
    )
    parser.add_argument("--onnx", action="store_true", help="answer by ONNX Runtime, without torch")
    parser.add_argument("--int8", action="store_true", help="by 8-bit weights, which --onnx --int8 of export wrote")
    parser.add_argument("--threads", metavar="N", type=int, help="CPU threads; default: all")
    parser.add_argument("--overwrite", action="store_true", help="replace another table at OUT")
    parser.add_argument(
        "--engine",
        choices=("local", "spark"),
        default="local",
        help="spark: on the cluster that spark-submit or Spark's settings name, to a folder OUT, in any order; IN and "
        "OUT have to be where all workers see them",
    )
    add_link_options(parser)
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Score, and print how many rows there are, how many had no answer, and how fast it went."""
    if asks_for_links(options):
        score_links(options)
        return
    if options.source is None or options.out is None:
        raise ConfigError(
            "expected IN and OUT, as in gnn2mlp score MODEL pages.parquet answers.parquet; of a model of links --pairs "
            "or --top, --nodes and --out"
        )
    if is_of_graphs(options.model):
        score_folder(options)
        return
    from gnn2mlp.deploy.batch_scorer import BatchScorer
    from gnn2mlp.deploy.table_scoring import score_table

    predictor = _predictor(options)
    asked = {name: getattr(options, name) for name in ("probabilities", "coverage", "outliers", "errors", "text")}
    scorer = BatchScorer(predictor, _kept(options, predictor), **asked)
    console = Terminal()
    if options.engine == "spark":
        _score_on_spark(scorer, options, console)
        return
    with Bars(Once()) as bars:
        done = score_table(scorer, options.source, options.out, bars.listen(0, "rows"), options.overwrite)
    scored = done.rows - done.reused
    rate = f", {scored / done.seconds:,.0f} rows a second" if scored else ""
    again = f", {done.reused:,} of them scored before" if done.reused else ""
    failed = f", {done.failed:,} without an answer" if options.errors == "null" else ""
    console.print(Text(f"{done.rows:,} rows{again}{failed}{rate}"), soft_wrap=True)
    show_files(console, {"answers": done.out})


def _score_on_spark(scorer: Any, options: argparse.Namespace, console: Terminal) -> None:
    """The same by Spark, which writes what is missing again if a worker is lost."""
    from gnn2mlp.core.parquet import parquet_place
    from gnn2mlp.deploy.spark import score_files, write_answers

    out = parquet_place(options.out)
    rows, failed = write_answers(score_files(scorer, options.source), out, options.overwrite)
    told = f", {failed:,} without an answer" if options.errors == "null" else ""
    console.print(Text(f"{rows:,} rows{told}"), soft_wrap=True)
    show_files(console, {"answers": out})


def _predictor(options: argparse.Namespace) -> Any:
    from gnn2mlp.core.limits import check_at_least

    if options.threads is not None:
        check_at_least("score", 1, threads=options.threads)
    if options.onnx or options.int8:
        import os

        from gnn2mlp.deploy.onnx_predictor import OnnxPredictor

        return OnnxPredictor.load(options.model, options.int8, options.threads or os.cpu_count() or 1)
    from gnn2mlp.deploy.predictor import Predictor

    if options.threads is not None:
        import torch

        torch.set_num_threads(options.threads)
    return Predictor.load(options.model)


def _kept(options: argparse.Namespace, predictor: Any) -> list[str]:
    """The columns to hand on."""
    if options.keep is not None:
        return [name for name in options.keep.split(",") if name]
    from gnn2mlp.core.files import user_path
    from gnn2mlp.core.parquet import open_table
    from gnn2mlp.deploy.directory import id_columns
    from gnn2mlp.deploy.table_scoring import source_files

    there = open_table(source_files(user_path(options.source, "source"))[0]).schema_arrow.names
    return [name for name in id_columns(options.model) if name in there]

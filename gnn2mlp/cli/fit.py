"""`gnn2mlp fit`: from a company's tables to a model that ships."""

import argparse
from typing import Any

from rich.text import Text

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli._settable import FIT, add_set
from gnn2mlp.cli.run import add_budget, assign, component, with_budget, yaml_value
from gnn2mlp.core.errors import ConfigError, nearest

_PATHS = ("graphs", "nodes", "edges", "out", "previous", "warm_start")
_NAMES = ("id", "node", "source", "target", "weight", "time", "group", "device", "setting")
_OTHERS = ("seed", "directed", "left_out", "replace", "tradeoff")
_COMPONENTS = ("split", "task", "teacher", "method", "student", "decoder", "inputs")
# The kinds of fits by what they predict, how a sentence calls that, and which words ask for it.
_NODES, _LINKS, _GRAPHS = "node", "link", "graph"
_CALLED = {_NODES: "labels of nodes", _LINKS: "links", _GRAPHS: "whole graphs"}
_WORDS = {_NODES: "", _LINKS: "--task link", _GRAPHS: "--task graph"}
# Options that not every kind of fit has, with those that have them.
_KINDS = {
    **dict.fromkeys(("group", "directed", "previous", "warm_start", "tradeoff", "left_out"), (_NODES,)),
    **dict.fromkeys(("weight", "time", "inputs"), (_NODES, _LINKS)),
    **dict.fromkeys(("setting", "decoder"), (_LINKS,)),
    **dict.fromkeys(("graphs", "node"), (_GRAPHS,)),
}
# How each kind is begun.
_BEGINS = {
    _NODES: "--nodes pages.csv --edges links.csv --id page_id --label kind --out model",
    _LINKS: "--task link --nodes pages.csv --edges links.csv --id page_id --out model",
    _GRAPHS: "--task graph --graphs molecules/ --label toxic --out model",
}
_NEEDED = {_NODES: ("nodes", "edges", "id", "label"), _LINKS: ("nodes", "edges", "id"), _GRAPHS: ("graphs",)}


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "fit",
        help="from tables of nodes and edges to a calibrated model that ships",
        description="Read two tables (CSV, Parquet, Arrow), report on what is in them, train a GNN teacher and distil "
        "an MLP student from it, score both against models without a graph on rows that training saw and on rows that "
        "it did not, calibrate, train again on all labels, and write one model directory. With --task link the edges "
        "themselves are learnt, and no label is needed; with --task graph labels are of whole graphs, whose ids nodes "
        "and edges have in a column. The same command continues where it was interrupted.",
        epilog="\n".join(
            f"{'examples:' if kind == _NODES else '':<9} gnn2mlp fit {words}" for kind, words in _BEGINS.items()
        ),
    )
    parser.add_argument("--config", metavar="FILE", help="YAML file with settings; options below win over it")
    parser.add_argument(
        "--graphs",
        metavar="PATH",
        help="of whole graphs: table with a row for each graph; or a folder with graphs, nodes and edges, of any kind",
    )
    parser.add_argument("--nodes", metavar="FILE", help="table with a row for each node")
    parser.add_argument("--edges", metavar="FILE", help="table with a column of ids for each end of an edge")
    parser.add_argument(
        "--id", metavar="NAME", help="the column of ids of the nodes, of any type; of whole graphs of the graphs: graph"
    )
    parser.add_argument("--node", metavar="NAME", help="of whole graphs: the column of ids of nodes; default node")
    parser.add_argument(
        "--label", metavar="NAME", help="the column of labels, empty where unknown; several with commas: A,B,C"
    )
    parser.add_argument("--out", metavar="DIR", help="folder of the model")
    parser.add_argument("--source", metavar="NAME", help="column of one end; default: source, src, from, ...")
    parser.add_argument("--target", metavar="NAME", help="column of the other end")
    parser.add_argument("--weight", metavar="NAME", help="column of weights of edges; default: weight, if there is one")
    parser.add_argument("--directed", action="store_true", default=None, help="messages pass one way alone")
    parser.add_argument(
        "--column",
        metavar="NAME:ENCODER",
        action="append",
        default=[],
        help="how a column is read, e.g. price:log or notes:drop; see 'list encoders'",
    )
    parser.add_argument(
        "--task", metavar="NAME", help="classification (default), multi_label, regression, link or graph"
    )
    parser.add_argument(
        "--setting",
        metavar="NAME",
        help="of links: transductive (default: all nodes are known), or production (some nodes come later: the newest "
        "with --time, else by a hash of their ids)",
    )
    parser.add_argument(
        "--split", metavar="NAME", help="hash (of ids; default), time or group; of whole graphs own or fraction"
    )
    parser.add_argument(
        "--time", metavar="NAME", help="column of times: the latest labelled rows are unseen; of links: new nodes"
    )
    parser.add_argument("--group", metavar="NAME", help="column of groups: whole groups are unseen")
    parser.add_argument("--teacher", metavar="NAME", help="see 'list teachers'; default sage, of graphs gin")
    parser.add_argument(
        "--method", metavar="NAME", help="see 'list methods'; default glnn, of links llp; auto searches for one"
    )
    add_budget(parser)
    students = "the graph-free network: mlp (default), of graphs set_mlp, or see 'list students'"
    parser.add_argument("--student", metavar="NAME", help=students)
    parser.add_argument(
        "--decoder", metavar="NAME", help="of links: what makes a score of two embeddings: hadamard (default), or dot"
    )
    parser.add_argument("--inputs", metavar="NAME", help="what it reads: features (default), or standardise")
    parser.add_argument(
        "--previous", metavar="DIR", help="a deployed model, to whose answers the new one keeps; churn is reported"
    )
    parser.add_argument(
        "--warm-start", metavar="DIR", help="as --previous, and training starts from that model's weights"
    )
    parser.add_argument(
        "--tradeoff",
        action="store_true",
        default=None,
        help="of one class a row: draw accuracy against churn, for weights of 0 to 1 of keeping to the deployed model",
    )
    parser.add_argument("--seed", metavar="N", type=int, help="default 0")
    parser.add_argument("--device", metavar="NAME", help="auto (default), cpu, cuda or cuda:N")
    parser.add_argument("--threads", metavar="N", help="CPU threads; default: one below 50,000 rows, else all")
    parser.add_argument("--no-refit", action="store_true", help="ship the student that was scored")
    parser.add_argument(
        "--replace",
        action="store_true",
        default=None,
        help="replace a model of other tables or settings in --out; nothing of it is left",
    )
    parser.add_argument(
        "--left-out",
        action="store_true",
        default=None,
        help="measure, too, how well rows of a class that training never met are told; trains two models more",
    )
    parser.add_argument("--dry-run", action="store_true", help="report on the tables; train and write nothing")
    examples = ["distill.lr=0.001", "task.metric=macro_f1", "split.train=0.6", "columns.price=log"]
    add_set(parser, ["teacher sage", "method glnn", "student mlp", "distill"], FIT, examples)
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, fit, print the data report, the result and where the model is."""
    from gnn2mlp.pipeline import FitConfig, GraphFitConfig, LinkFitConfig, fit
    from gnn2mlp.report.fit_table import data_table, fit_table
    from gnn2mlp.report.graph_fit_table import graph_data_table, graph_fit_table
    from gnn2mlp.report.link_fit_table import link_data_table, link_fit_table

    kinds: dict[str, Any] = {
        _NODES: (FitConfig, data_table, fit_table),
        _LINKS: (LinkFitConfig, link_data_table, link_fit_table),
        _GRAPHS: (GraphFitConfig, graph_data_table, graph_fit_table),
    }
    chosen = settings(options)
    make, of_data, of_results = kinds[_kind(chosen)]
    config = make(**chosen)
    console = Terminal()
    shown: list[Any] = []

    def told(report: dict[str, Any]) -> None:
        shown.append(report)
        with bars.aside():
            console.print(of_data(report))

    with Bars(config) as bars:
        result = fit(config, lambda stage: bars.listen(config.seed, stage), told, options.dry_run)
    if options.dry_run or result.out is None:
        return
    if not shown:
        console.print(Text(f"{result.out} holds this model already; nothing was trained."), soft_wrap=True)
    console.print(of_results(result.results))
    names = {"model": "", "card": "README.md", "report": "report.html", "scores": "scores.json"}
    onnx = {"onnx": "model.onnx", "embedder": "embedder.onnx", "decoder": "decoder.onnx"}
    names |= {label: name for label, name in onnx.items() if (result.out / name).exists()}
    show_files(console, {label: result.out / name for label, name in names.items()})


def settings(options: argparse.Namespace) -> dict[str, Any]:
    """Settings from the file, then from options, then from `--set`, each winning over the one before.

    Raises:
        ConfigError: for an option that says nothing, or if tables, id or label are not named.
    """
    from gnn2mlp.core.spec import Spec
    from gnn2mlp.pipeline.config import read_yaml

    chosen: dict[str, Any] = read_yaml(options.config) if options.config else {}
    given = {key: value for key, value in vars(options).items() if value is not None}
    chosen |= {key: given[key] for key in (*_PATHS, *_NAMES, *_OTHERS) if key in given}
    for key in _COMPONENTS:
        if key in given and (chosen.get(key) is None or Spec.parse(chosen[key]).name != given[key]):
            chosen[key] = component(key, given[key])
    kind = _kind(chosen)
    _check_options(chosen, kind)
    if "label" in given:
        chosen["label"] = given["label"].split(",")
    if "threads" in given:
        chosen["threads"] = yaml_value("--threads", given["threads"])
    if options.no_refit:
        chosen["refit"] = False
    with_budget(chosen, given.get("search"))
    columns = dict(map(_column, options.column))
    if columns:
        chosen["columns"] = {**(chosen.get("columns") or {}), **columns}
    for assignment in options.set:
        assign(_nested(chosen, assignment), assignment)
    needed = [key for key in _NEEDED[kind] if key not in chosen]
    if not options.dry_run and "out" not in chosen:
        needed.append("out")
    if needed:
        raise ConfigError(f"expected --{' and --'.join(needed)}, as in gnn2mlp fit {_BEGINS[kind]}")
    return chosen


def _kind(chosen: dict[str, Any]) -> str:
    """What is to be predicted: a key of `_BEGINS`.

    Raises:
        ConfigError: for a task that there is not, before anything is asked for that another task would not need.
    """
    from gnn2mlp.core.spec import Spec
    from gnn2mlp.tasks import TASKS

    task = None if chosen.get("task") is None else Spec.parse(chosen["task"]).name
    if task in (_LINKS, _GRAPHS):
        return task
    if task is not None and ":" not in task and task not in TASKS.names():
        named = ("classification", "multi_label", "regression", _LINKS, _GRAPHS)
        raise ConfigError(f"--task: expected one of {', '.join(named)}, got {task!r}{nearest(task, named)}")
    return _NODES


def _check_options(chosen: dict[str, Any], kind: str) -> None:
    """Raise `ConfigError` for an option that this kind of fit has not."""
    for key, kinds in _KINDS.items():
        if chosen.get(key) and kind not in kinds:
            option, word = f"--{key.replace('_', '-')}", _WORDS[kind]
            if kind == _NODES:
                raise ConfigError(f"{option}: it is of {_CALLED[kinds[0]]}; add {_WORDS[kinds[0]]}, or leave it out")
            raise ConfigError(
                f"{option}: it is of {_CALLED[kinds[0]]}, and {word} predicts {_CALLED[kind]}; leave it out"
            )


def _column(text: str) -> tuple[str, Any]:
    """`NAME:ENCODER`; the name may hold colons."""
    name, separator, encoder = text.rpartition(":")
    if not separator or not name or not encoder:
        raise ConfigError(f"--column: expected NAME:ENCODER such as price:log, got {text!r}")
    return name, encoder


def _nested(chosen: dict[str, Any], assignment: str) -> dict[str, Any]:
    """The settings, in which a component that is about to get an option has a name."""
    key = assignment.partition(".")[0].strip()
    defaults = {"task": "classification", "teacher": "sage", "method": "glnn", "student": "mlp", "inputs": "features"}
    by = "time" if chosen.get("time") else "group" if chosen.get("group") else "hash"
    name = {**defaults, "split": by}.get(key)
    if _kind(chosen) == _LINKS:
        name = {**defaults, "task": _LINKS, "method": "llp", "decoder": "hadamard", "split": "edges"}.get(key)
    if _kind(chosen) == _GRAPHS:
        name = {"task": _GRAPHS, "teacher": "gin", "method": "glnn", "student": "set_mlp", "split": "fraction"}.get(key)
    several = len(chosen.get("label", ())) > 1 and not isinstance(chosen.get("label"), str)
    if key == "task" and several and _kind(chosen) == _NODES:
        name = "multi_label"
    if "." in assignment.partition("=")[0] and name is not None:
        from gnn2mlp.core.spec import Spec, plain

        chosen[key] = dict(plain(Spec.parse(chosen.get(key) or name)))
    return chosen

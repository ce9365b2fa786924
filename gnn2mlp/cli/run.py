"""`gnn2mlp run`: the main job."""

import argparse
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli._settable import RUN, add_set
from gnn2mlp.core.errors import ConfigError

_PLAIN = ("setting", "out", "data_root", "cache", "device", "previous", "train_on")
_COMPONENTS = ("dataset", "split", "teacher", "method", "student", "decoder", "inputs")


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "run",
        help="train a teacher, distil a student, report on both",
        description="Train a GNN teacher, write down what it knows, distil an MLP student, and report on it honestly. "
        "Without options: the demonstration on the embedded data set. With --task link, links are predicted, with "
        "--task graph whole graphs.",
    )
    parser.add_argument(
        "--task",
        choices=["node", "link", "graph"],
        help="what is predicted: what nodes are (default), links, or what whole graphs are",
    )
    parser.add_argument(
        "--train-on",
        metavar="PATH",
        help="with --task graph: a set of gnn2mlp condense, or its folder, for the teacher",
    )
    parser.add_argument("--decoder", metavar="NAME", help="with --task link: hadamard (default) or dot")
    add_settings(parser, out="folder of the results", example="method.temperature=0.8")
    add_method(parser)
    add_budget(parser)
    parser.add_argument(
        "--previous", metavar="DIR", help="a deployed student, to whose answers the new one keeps; churn is reported"
    )
    parser.add_argument("--no-latency", action="store_true", help="leave out the latency measurement")
    parser.set_defaults(execute=execute, continues=True)


def add_settings(parser: argparse.ArgumentParser, out: str, example: str) -> None:
    """The options that every job has; `settings` reads them.

    Args:
        parser: of the verb.
        out: what the folder given by `--out` will hold.
        example: of a nested option, for the help of `--set`.
    """
    parser.add_argument("--config", metavar="FILE", help="YAML file with settings; options below win over it")
    parser.add_argument("--dataset", metavar="NAME", help="registered name (see 'list datasets') or an .npz file")
    parser.add_argument("--texts", metavar="FILE", help="of an .npz file: what its nodes say, a line for each")
    parser.add_argument("--split", metavar="NAME", help="how nodes get their roles; default: the data set's")
    parser.add_argument(
        "--setting", metavar="NAME", help="transductive (default) or inductive; of links transductive or production"
    )
    parser.add_argument("--teacher", metavar="NAME", help="see 'list teachers'")
    parser.add_argument("--seeds", metavar="N", help="how many seeds, or a list such as 0,3,7 or 3,")
    parser.add_argument("--out", metavar="DIR", help=out)
    parser.add_argument("--data-root", metavar="DIR", help="folder with raw data, only read; default $GNN2MLP_DATA")
    parser.add_argument("--cache", metavar="DIR", help="folder of teachers and encoded texts; default $GNN2MLP_CACHE")
    parser.add_argument("--device", metavar="NAME", help="auto (default), cpu, cuda or cuda:N")
    parser.add_argument("--threads", metavar="N", help="CPU threads; default: one for small graphs, else all")
    parts = ["teacher gcn", "method auto" if parser.prog.endswith(" auto") else "method glnn", "student mlp"]
    examples = [example, "teacher.hidden=256", "distill.batch_size=4096", "task.metric=macro_f1"]
    of_links = ["teacher link", "method llp", "decoder hadamard", "split edges"] if _predicts_links(parser) else []
    add_set(parser, [*parts, "distill", "export", *of_links], RUN, examples)


def _predicts_links(parser: argparse.ArgumentParser) -> bool:
    """Whether the verb has a choice of tasks."""
    return any(action.dest == "task" for action in parser._actions)


def add_method(parser: argparse.ArgumentParser) -> None:
    """The options of jobs that distil; `settings` reads them."""
    parser.add_argument("--method", metavar="NAME", help="see 'list methods'; auto searches for one")
    parser.add_argument(
        "--student", metavar="NAME", help="the graph-free network: mlp (default), or see 'list students'"
    )
    parser.add_argument(
        "--inputs", metavar="NAME", help="what it reads: features (default), text, standardise, positions"
    )


def add_budget(parser: argparse.ArgumentParser) -> None:
    """The option of a search; `with_budget` reads it."""
    parser.add_argument("--budget", metavar="TIME", dest="search", help="of --method auto: 10m (default), 90s, 1h30m")


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, run it, print the table and where the report is."""
    from gnn2mlp.pipeline import RunConfig, auto, run
    from gnn2mlp.pipeline.searching.settings import is_auto
    from gnn2mlp.report import results_table

    config = RunConfig(**settings(options))
    console = Terminal()
    if is_auto(config.method):
        from gnn2mlp.cli.auto import show

        with Bars(config) as bars:
            found = auto(config, bars.listen)
        show(console, found)
        return
    with Bars(config) as bars:
        result = run(config, bars.listen)
    console.print(results_table(result.results))
    names = {"report": "report.html", "results": "results.json", "student": "student"}
    if (result.out / "map.html").is_file():
        names["map"] = "map.html"
    show_files(console, {label: result.out / name for label, name in names.items()})


def settings_of_folder(options: argparse.Namespace) -> dict[str, Any]:
    """As `settings`, for a job on the folder of a run: what is not said is as that run has it."""
    if options.config is None and options.out is not None:
        from gnn2mlp.core.files import user_path

        path = user_path(options.out, "out") / "config.yaml"
        if path.exists():
            options = argparse.Namespace(**{**vars(options), "config": str(path)})
    return settings(options)


def settings(options: argparse.Namespace) -> dict[str, Any]:
    """Settings from the file, then from options, then from `--set`, each winning over the one before.

    A verb need not have all of the options that are read here.
    """
    from gnn2mlp.pipeline.config import read_yaml

    chosen: dict[str, Any] = read_yaml(options.config) if options.config else {}
    given = {key: value for key, value in vars(options).items() if value is not None}
    chosen |= {
        key: given[key]
        for key in ("setting", "out", "data_root", "cache", "device", "previous", "train_on")
        if key in given
    }
    if "task" in given and (_name(chosen.get("task")) or "node") != given["task"]:
        chosen["task"] = given["task"]
    for key in _COMPONENTS:
        if key in given and _name(chosen.get(key)) != given[key]:
            chosen[key] = component(key, given[key])
    if "texts" in given:
        assign(chosen, f"dataset.texts={json.dumps(given['texts'])}")
    if "seeds" in given:
        chosen["seeds"] = _numbers(given["seeds"])
    if "threads" in given:
        chosen["threads"] = yaml_value("--threads", given["threads"])
    if given.get("no_latency"):
        chosen["latency"] = False
    with_budget(chosen, given.get("search"))
    for assignment in options.set:
        assign(chosen, assignment)
    return chosen


def with_budget(chosen: dict[str, Any], budget: str | None) -> None:
    """Put the budget into the options of the search.

    Raises:
        ConfigError: if there is no search.
    """
    from gnn2mlp.core.spec import Spec, plain

    if budget is None:
        return
    method = chosen.get("method")
    if _name(method) != "auto":
        raise ConfigError("--budget: only a search has one; add --method auto")
    chosen["method"] = {**plain(Spec.parse(method)), "budget": budget}


def component(option: str, text: str) -> Any:
    """A name, or in braces a name and options, as YAML has them: `"{name: synthetic, nodes: 500}"`."""
    return yaml_value(f"--{option}", text) if text.startswith("{") else text


def yaml_value(option: str, text: str) -> Any:
    """What `text`, given as `option`, means in YAML: a number, a word, a list.

    Raises:
        ConfigError: if it means nothing.
    """
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{option}: {text!r} is not a YAML value; quote text that begins with a bracket") from error


def _name(component: Any) -> str | None:
    from gnn2mlp.core.spec import name_of

    return name_of(component)


def _numbers(text: str) -> Any:
    try:
        return [int(part) for part in text.split(",") if part] if "," in text else int(text)
    except ValueError:
        raise ConfigError(f"--seeds: expected a number, or numbers with commas such as 0,3,7, got {text!r}") from None


def assign(chosen: dict[str, Any], assignment: str) -> None:
    """Put one `a.b=value` into the settings; the value is read as YAML.

    Raises:
        ConfigError: if it is no such assignment, or sets an option of a component without a name.
    """
    from gnn2mlp.core.spec import Spec, plain

    path, separator, text = assignment.partition("=")
    keys = path.strip().split(".")
    if not separator or not all(keys):
        raise ConfigError(f"--set: expected KEY=VALUE such as method.temperature=0.8, got {assignment!r}")
    value = yaml_value(f"--set {path}", text)
    place = chosen
    for depth, key in enumerate(keys[:-1]):
        inner = place.get(key)
        if depth == 0 and key in _COMPONENTS and not isinstance(inner, dict):
            inner = plain(Spec.parse(inner if inner is not None else _default(key, chosen) or _missing(key)))
        elif (depth == 0 and key == "task" and isinstance(inner, str)) or (depth and isinstance(inner, str)):
            inner = {"name": inner}
        place[key] = dict(inner) if isinstance(inner, dict) else {}
        place = place[key]
    place[keys[-1]] = value


def _default(key: str, chosen: Mapping[str, Any]) -> Any:
    """The component that is taken where none is named."""
    from gnn2mlp.pipeline import RunConfig
    from gnn2mlp.pipeline.graphs.config import DEFAULTS as OF_GRAPHS
    from gnn2mlp.pipeline.links.config import DEFAULTS as OF_LINKS
    from gnn2mlp.pipeline.task_words import GRAPH, LINK

    own = {LINK: OF_LINKS, GRAPH: OF_GRAPHS}.get(str(_name(chosen.get("task"))), {})
    return own.get(key) or RunConfig.model_fields[key].default


def _missing(key: str) -> NoReturn:
    raise ConfigError(f"--set {key}...: name the {key} first, with --{key}")

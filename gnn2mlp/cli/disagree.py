"""`gnn2mlp disagree`: where student, teacher and plain MLP disagree, for the folder of a run."""

import argparse
from typing import Any

from gnn2mlp.cli._bars import Bars
from gnn2mlp.cli._console import Terminal, show_files
from gnn2mlp.cli.run import add_method, add_settings, settings_of_folder
from gnn2mlp.core.errors import ConfigError


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "disagree",
        help="show where student, teacher and plain MLP disagree",
        description="Compare what the models of a run answer: by class, degree, neighbours, distance to a label, code "
        "and column, and on groups of nodes that are found by a search, tested on nodes at which it did not look. A "
        "run writes the page itself; this makes it for older folders and large graphs. What was not trained is "
        "trained first.",
        epilog="example: gnn2mlp disagree runs/cora",
    )
    parser.add_argument("run", nargs="?", metavar="RUN", help="folder of a run; the same as --out")
    add_settings(parser, out="folder of the run; disagreement.html goes there", example="method.temperature=0.8")
    add_method(parser)
    parser.set_defaults(execute=execute, continues=True)


def execute(options: argparse.Namespace) -> None:
    """Build the configuration, compare, print the headline and where the page is."""
    from gnn2mlp.explore.disagreement_file import FILE, PAGE
    from gnn2mlp.pipeline import RunConfig
    from gnn2mlp.pipeline.disagreement import disagree
    from gnn2mlp.report.disagreement_report import headline

    take_run(options, "disagree", "disagreement.html")
    config = RunConfig(**settings_of_folder(options))
    console = Terminal()
    with Bars(config) as bars:
        result = disagree(config, bars.listen)
    console.print(headline(result.found))
    show_files(console, {"page": result.out / PAGE, "answers": result.out / FILE})


def take_run(options: argparse.Namespace, verb: str, page: str | None = None) -> None:
    """Let the folder RUN, if one is named, be that of `--out`.

    Args:
        options: of the verb.
        verb: its name, for messages.
        page: that `gnn2mlp fit` writes itself, if it does.

    Raises:
        ConfigError: if both are given and differ, or no run has left its configuration in the folder.
    """
    from gnn2mlp.core.files import user_path

    folder = options.run
    if folder is None:
        return
    if options.out not in (None, folder):
        raise ConfigError(f"{verb}: expected one folder, got {folder} and --out {options.out}")
    options.out, path = folder, user_path(folder, "run")
    if (path / ".work").is_dir():
        told = "this looks at what gnn2mlp run leaves"
        if page is not None:
            told = f"it wrote its page itself: {path / '.work' / page}"
        raise ConfigError(f"{verb}: {folder} holds a model of gnn2mlp fit; {told}")
    if not (path / "config.yaml").exists():
        raise ConfigError(f"{verb}: expected the folder of a run, got {folder}, which has no config.yaml")

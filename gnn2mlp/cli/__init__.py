"""The command `gnn2mlp`: one file per verb."""

import argparse
import sys
from collections.abc import Sequence

from gnn2mlp import __version__
from gnn2mlp.core.errors import Gnn2mlpError
from gnn2mlp.core.memory import keep_memory

USER_ERROR = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0, 2 for a user's mistake, 130 when interrupted."""
    keep_memory()
    from gnn2mlp.cli import distill as distill_verb
    from gnn2mlp.cli import export as export_verb
    from gnn2mlp.cli import latency as latency_verb
    from gnn2mlp.cli import list as list_verb
    from gnn2mlp.cli import run as run_verb
    from gnn2mlp.cli import trust as trust_verb

    parser = argparse.ArgumentParser(prog="gnn2mlp", description="Distil a graph neural network into an MLP.")
    parser.add_argument("--version", action="version", version=f"gnn2mlp {__version__}")
    verbs = parser.add_subparsers(title="commands", required=True, metavar="command")
    for verb in (run_verb, distill_verb, trust_verb, latency_verb, export_verb, list_verb):
        verb.add(verbs)
    options = parser.parse_args(arguments)
    try:
        options.execute(options)
    except Gnn2mlpError as error:
        print(f"gnn2mlp: error: {error}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        print("gnn2mlp: interrupted; the same command continues where it stopped", file=sys.stderr)
        return INTERRUPTED
    return 0

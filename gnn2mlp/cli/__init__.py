"""The command `gnn2mlp`: one file per verb."""

import argparse
import sys
from collections.abc import Sequence

from gnn2mlp import __version__
from gnn2mlp.core.errors import Gnn2mlpError
from gnn2mlp.core.memory import keep_memory

USER_ERROR = 2
INTERRUPTED = 130
BROKEN_PIPE = 141

COMPLETION = """completion of commands, options and names, once for each shell:
  bash  gnn2mlp --print-completion bash > ~/.local/share/bash-completion/completions/gnn2mlp
  zsh   gnn2mlp --print-completion zsh > ~/.zfunc/_gnn2mlp  (a folder in $fpath)
  tcsh  gnn2mlp --print-completion tcsh > ~/.gnn2mlp.tcsh  (sourced by ~/.tcshrc)
"""
EXIT_CODES = """exit codes:
  0    done
  1    a fault of the program, with a traceback; of monitor: there is drift
  2    something that was asked for, or that was found, cannot work; the message says what to do
  130  interrupted (Ctrl-C)
  141  nobody reads the output any more (a closed pipe)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (see `EXIT_CODES`)."""
    keep_memory()
    continues = False
    try:
        from gnn2mlp.cli._console import accept_all_characters, announce, complain, plain_warnings, silence_matplotlib

        accept_all_characters()
        silence_matplotlib()
        parser = command_parser()
        options = parser.parse_args(arguments)
        if options.verb is None:
            parser.print_help(sys.stderr)
            return USER_ERROR
        announce(options.verb)
        continues = getattr(options, "continues", False)  # of a verb that keeps what it has done
        with plain_warnings():
            code = options.execute(options)
        sys.stdout.flush()  # here, where a closed pipe is caught
    except Gnn2mlpError as error:
        complain(f"gnn2mlp: error: {error}")
        return USER_ERROR
    except KeyboardInterrupt:
        hint = "; the same command continues where it stopped" if continues else ""
        print(f"gnn2mlp: interrupted{hint}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        from gnn2mlp.cli._console import discard_output

        discard_output()
        return BROKEN_PIPE
    return int(code or 0)


def command_parser() -> argparse.ArgumentParser:
    """The parser of all verbs. Their modules import nothing heavy before they are executed."""
    from gnn2mlp.cli import (
        auto,
        check,
        compare,
        condense,
        disagree,
        distill,
        explain,
        export,
        fit,
        latency,
        monitor,
        prompts,
        propagate,
        run,
        score,
        serve,
        study,
        teach,
        trust,
        unlearn,
    )
    from gnn2mlp.cli import list as list_
    from gnn2mlp.cli._completion import add_completion
    from gnn2mlp.cli._parser import Parser

    parser = Parser(
        prog="gnn2mlp",
        description="Distil a graph neural network into an MLP.",
        epilog=f"{COMPLETION}\n{EXIT_CODES}",
    )
    add_completion(parser)
    parser.add_argument("--version", action="version", version=f"gnn2mlp {__version__}")
    verbs = parser.add_subparsers(title="commands", dest="verb", metavar="command")
    for verb in (
        run,
        auto,
        study,
        compare,
        fit,
        distill,
        propagate,
        prompts,
        teach,
        trust,
        latency,
        disagree,
        explain,
        condense,
        unlearn,
        score,
        serve,
        monitor,
        export,
        check,
        list_,
    ):
        verb.add(verbs)
    return parser

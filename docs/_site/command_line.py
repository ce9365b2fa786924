"""The page of the command line: what `gnn2mlp VERB --help` says, of the code that the site is built from."""

import argparse
import os
from unittest import mock

from gnn2mlp.cli import command_parser

PAGE = "reference/command_line.md"
_HEAD = """# Command line

What `gnn2mlp --help` and the help of each command say.
"""


def page() -> str:
    """Markdown of the page."""
    with mock.patch.dict(os.environ, {"COLUMNS": "100", "NO_COLOR": "1"}):
        parser = command_parser()
        parts = [_HEAD, _block(parser)]
        parts += [f"## gnn2mlp {name}\n\n{_block(verb)}" for name, verb in _verbs(parser).items()]
    return "\n".join(parts)


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


def _block(parser: argparse.ArgumentParser) -> str:
    return f"```text\n{parser.format_help().strip()}\n```\n"

"""An argument parser that guesses nothing: options are written out, and what is close to a wrong one is named."""

import argparse
import sys
import textwrap
from collections.abc import Sequence
from typing import Any, NoReturn

from gnn2mlp.cli._console import complain
from gnn2mlp.core.errors import nearest


class HelpFormatter(argparse.HelpFormatter):
    """Keeps the lines of a text, and wraps each at the width of the terminal, indented as it begins."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(self._wrapped(line, width) if line.strip() else "" for line in text.splitlines())

    def _wrapped(self, line: str, width: int) -> str:
        # Two spaces or more within a line end a column, under whose successor what is wrapped goes on.
        column = line.rfind("  ") + 2 if "  " in line.strip() else len(line) - len(line.lstrip())
        inset = " " * (column if column < width // 2 else 4)
        return textwrap.fill(
            line, width, subsequent_indent=inset, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
        )


class Parser(argparse.ArgumentParser):
    """`argparse.ArgumentParser` without abbreviations: `--seed` is no `--seeds`, but the message asks whether it was.

    Its subparsers are of the same class.
    """

    def __init__(self, **options: Any):
        super().__init__(**{"allow_abbrev": False, "formatter_class": HelpFormatter, **options})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse `args`; what is not known ends the program here, where the parser's own options are at hand."""
        self._check_options(sys.argv[1:] if args is None else args)
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self._refuse(unknown)
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Print usage and message, and end with exit code 2."""
        self.print_usage(sys.stderr)
        complain(f"{self.prog}: error: {message}")
        self.exit(2)

    def _check_options(self, words: Sequence[str]) -> None:
        """Refuse an option that there is not, before argparse asks for what is missing beside it."""
        if self._subparsers is not None:
            return  # options of a verb are its own parser's to check
        words = words[: words.index("--")] if "--" in words else words
        known = [option for action in self._actions for option in action.option_strings]
        unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
        if unknown:
            self._refuse(unknown)

    def _refuse(self, unknown: Sequence[str]) -> NoReturn:
        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        options = [word for word in unknown if word.startswith("-")]
        if not options:
            example = f", as in --dataset {unknown[0]}" if "--dataset" in known else ""
            self.error(f"unexpected argument {unknown[0]!r}; values come after the name of their option{example}")
        name = options[0].partition("=")[0]
        # Their dashes make any two options alike.
        close = nearest(name.lstrip("-"), [option.lstrip("-") for option in known]).replace("mean '", "mean '--")
        self.error(f"unknown option {name!r}{close} ('{self.prog} --help' lists all)")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            hint = nearest(str(value), choices)
            raise argparse.ArgumentError(action, f"expected one of {', '.join(choices)}, got {str(value)!r}{hint}")

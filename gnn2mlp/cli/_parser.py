"""An argument parser that guesses nothing: options are written out, and what is close to a wrong one is named."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from gnn2mlp.core.errors import nearest


class Parser(argparse.ArgumentParser):
    """`argparse.ArgumentParser` without abbreviations: `--seed` is no `--seeds`, but the message asks whether it was.

    Its subparsers are of the same class.
    """

    def __init__(self, **options: Any):
        super().__init__(**{"allow_abbrev": False, **options})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse `args`; what is not known ends the program here, where the parser's own options are at hand."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self._refuse(unknown)
        return found, unknown

    def _refuse(self, unknown: Sequence[str]) -> NoReturn:
        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        options = [word for word in unknown if word.startswith("-")]
        if not options:
            example = f", as in --dataset {unknown[0]}" if "--dataset" in known else ""
            self.error(f"unexpected argument {unknown[0]!r}; values come after the name of their option{example}")
        name = options[0].partition("=")[0]
        self.error(f"unknown option {name!r}{nearest(name, known)} ('{self.prog} --help' lists all)")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            hint = nearest(str(value), choices)
            raise argparse.ArgumentError(action, f"expected one of {', '.join(choices)}, got {str(value)!r}{hint}")

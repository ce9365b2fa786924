"""Completion for shells: `gnn2mlp --print-completion bash` writes what the shell reads once."""

import argparse
from typing import Any, NoReturn

SHELLS = ("bash", "zsh", "tcsh")
# Which names an option takes, as `gnn2mlp list` calls their kind; it may take others too, such as a file.
_NAMES = {
    "dataset": ("datasets", "graph_sets"),
    "split": ("splits", "link_splits"),
    "task": ("tasks",),
    "teacher": ("teachers",),
    "method": ("methods",),
    "student": ("students",),
    "decoder": ("decoders",),
    "inputs": ("inputs",),
}
# Verbs whose option of that name takes others.
_NAMES_OF_VERB = {
    ("condense", "dataset"): ("graph_sets",),
    ("condense", "split"): ("splits",),
    ("condense", "method"): ("condensers",),
    ("explain", "explainer"): ("explainers",),
    ("unlearn", "method"): ("unlearners",),
}
_FILES = frozenset({"DIR|FILE.onnx", "MODEL", "IN", "OUT", "FILE", "PATH", "STUDY", "KNOWLEDGE", "FEATURES"})
_WORDS = {
    "setting": ["transductive", "inductive", "production"],
    "device": ["auto", "cpu", "cuda"],
    "population": ["unseen", "seen", "test", "cold", "production"],
    "rule": ["wilcoxon", "nemenyi"],
    "missing": ["refuse", "drop"],
}


def add_completion(parser: argparse.ArgumentParser) -> None:
    """Give a parser the option `--print-completion`."""
    parser.add_argument(
        "--print-completion", choices=SHELLS, action=_Print, help="print what makes a shell complete words, and exit"
    )


class _Print(argparse.Action):
    """Prints the script of a shell, and ends the program."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: Any = None
    ) -> NoReturn:
        print(script(parser, values))
        parser.exit()


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """What `shell` reads to complete the words of `parser`, with all names that are registered now.

    Args:
        parser: of the command; its options are told what they may be.
        shell: one of `SHELLS`.
    """
    import shtab

    for name, verb in _verbs(parser).items():
        for action in verb._actions:
            _describe(name, action, shtab.FILE, shtab.DIRECTORY)
    told = str(shtab.complete(parser, shell))
    # tcsh counts words, flags included: a word behind a flag that no rule expects is a file.
    return told.replace("'p/*/()/'", "'p/*/f/'")


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: verb for action in nested for name, verb in action.choices.items()}


def _describe(verb: str, action: Any, file: Any, folder: Any) -> None:
    """Say what an option of a verb may be, where that is not said already."""
    from gnn2mlp.cli._catalogue import KINDS, SINGLE, classes, everything

    kinds = _NAMES_OF_VERB.get((verb, action.dest), _NAMES.get(action.dest, ()))
    if kinds and not action.choices:
        names = [name for kind in kinds for name in classes(kind)]
        action.choices = [*names, "auto"] if "methods" in kinds else names
    elif action.dest in _WORDS:
        action.choices = _WORDS[action.dest]
    elif action.dest == "what":
        action.choices = [*KINDS, *SINGLE, *sorted({entry.name for entry in everything()} - set(KINDS) - set(SINGLE))]
    elif action.dest == "set":
        action.choices = _keys()
    elif action.metavar == "DIR":
        action.complete = folder
    elif action.metavar in _FILES:
        action.complete = file


def _keys() -> list[str]:
    """Keys of `--set` of what is taken where nothing else is named."""
    from gnn2mlp.cli._settable import DEFAULTS

    found = [f"{part.partition(' ')[0]}.{name}" for part, names in DEFAULTS.items() for name in names.split()]
    return list(dict.fromkeys(found))

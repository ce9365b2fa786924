"""What goes to the terminal: any character in any encoding, paths as they are, and a word before the long wait."""

import codecs
import io
import logging
import os
import shutil
import sys
import textwrap
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TextIO

from rich.console import Console
from rich.text import Text

from gnn2mlp.core.errors import DataWarning

_PLAIN = {
    "±": "+-", "×": "x", "–": "-", "—": "-", "−": "-", "…": "...", "·": ".", "→": "->", "≥": ">=", "≤": "<=", "’": "'"
}  # fmt: skip


class Terminal(Console):
    """Standard output; who closes its other end raises `BrokenPipeError`, as with `print`."""

    def on_broken_pipe(self) -> NoReturn:
        """Called by rich, whose own answer ends the process with exit code 1."""
        raise BrokenPipeError


def accept_all_characters() -> None:
    """Let standard output and error write plain letters for what their encodings lack, instead of failing."""
    codecs.register_error("gnn2mlp", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="gnn2mlp")


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    """The error handler: a name's undecodable bytes as they are, letters without their accents, else `?`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    if "\udc80" <= character <= "\udcff":  # what Python made of a byte of a file name that it could not decode
        return os.fsencode(character), error.start + 1
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if ord(c) < 128)
    return _PLAIN.get(character) or bare or "?", error.start + 1


def silence_matplotlib() -> None:
    """Keep back what matplotlib says where it finds no home folder: pages are drawn without one."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def announce(verb: str) -> None:
    """Say on standard error that work has begun, where loading the libraries keeps people waiting.

    Of the processes that `torchrun` starts the first one speaks.
    """
    if "torch" not in sys.modules and os.environ.get("RANK", "0") == "0":
        print(f"gnn2mlp {verb}: loading libraries ...", file=sys.stderr, flush=True)


def complain(message: str) -> None:
    """Say what is wrong on standard error; where a person reads it, lines end between words, and paths stay whole."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        wrap = textwrap.TextWrapper(width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        message = "\n".join(wrap.fill(line) if len(line) > width else line for line in message.split("\n"))
    print(message, file=sys.stderr, flush=True)


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Within the block a warning about the user's data is one line, without the place in the code that gave it."""
    shown = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, DataWarning):
            complain(f"gnn2mlp: warning: {message}")
        else:
            shown(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def show_files(console: Console, files: Mapping[str, Path]) -> None:
    """A line for each file, its name in full: neither broken at the edge nor read as markup."""
    for label, path in files.items():
        console.print(Text(f"{label:<8} {path}"), soft_wrap=True)


def discard_output() -> None:
    """Send what is still to be written nowhere, so that Python does not fail once more when it flushes at its end."""
    for stream in (sys.stdout, sys.stderr):
        _redirect(stream)


def _redirect(stream: Any) -> None:
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):  # a stream in memory, as in tests and notebooks
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)

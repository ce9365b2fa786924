"""Write the `.ipynb` of every notebook from its `.py`, cell for cell and without outputs.

The `.py` (jupytext, percent format) is what one edits and reviews; the `.ipynb` is what Jupyter opens. Made twice, it
is the same file. With `--check` nothing is written, and the exit code is 1 if a pair does not agree. Whoever edited
the `.ipynb` in Jupyter runs `jupytext --to py:percent notebooks/NAME.ipynb` before.
"""

import argparse
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from gnn2mlp.core.files import write_text

HERE = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources() -> list[Path]:
    """The `.py` of every notebook."""
    return sorted(HERE.glob("[0-9][0-9]_*.py"))


def notebook_of(source: Path) -> NotebookNode:
    """The notebook in a `.py`: its cells, numbered, without outputs."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = NotebookNode(METADATA)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id, cell.metadata = f"cell-{number:02}", NotebookNode()  # jupytext draws ids at random
    return notebook


def text_of(source: Path) -> str:
    """The `.ipynb` of a `.py`, byte for byte."""
    return nbformat.writes(notebook_of(source)) + "\n"


def disagreeing() -> list[str]:
    """Names of the notebooks of which the `.ipynb` is not that of the `.py`, or one of the two is missing."""
    names = {path.stem for path in [*sources(), *HERE.glob("*.ipynb")]}
    return sorted(name for name in names if not _agrees(HERE / name))


def _agrees(path: Path) -> bool:
    source, made = path.with_suffix(".py"), path.with_suffix(".ipynb")
    return source.exists() and made.exists() and made.read_text(encoding="utf-8") == text_of(source)


def main() -> int:
    """Write the pairs, or say which do not agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    wrong = disagreeing()
    if parser.parse_args().check:
        print("\n".join(f"{name}: .py and .ipynb do not agree; run python notebooks/pair.py" for name in wrong), end="")
        return min(1, len(wrong))
    for source in sources():
        write_text(source.with_suffix(".ipynb"), text_of(source))
    return 0


if __name__ == "__main__":
    sys.exit(main())

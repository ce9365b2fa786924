"""The code in docs/ runs as it stands: blocks of a page after each other, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = sorted((CHECKOUT / "docs").glob("*.md"))
_BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Between the Python blocks of a page, which share their names as the cells of a notebook do.
_NEXT = "\n\n"


class Block(NamedTuple):
    """A piece of code: its language, and the code."""

    language: str
    code: str


def blocks(text: str) -> list[Block]:
    """The code blocks of a page, in their order."""
    return [Block(*found) for found in _BLOCK.findall(text)]


def script(page: list[Block]) -> str:
    """One Python program that runs all blocks: those of the shell by a call, which fails as they fail."""
    lines = ["import subprocess"]
    for block in page:
        if block.language == "python":
            lines.append(block.code)
        else:
            lines.append(f"subprocess.run(['bash', '-euo', 'pipefail', '-c', {block.code!r}], check=True)")
    return _NEXT.join(lines)


def test_there_are_pages_with_code():
    assert [page.name for page in PAGES if blocks(page.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path):
    found = blocks(page.read_text())
    if not found:
        pytest.skip("the page has no code")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
        "GNN2MLP_CACHE": str(tmp_path / "cache"),
        "MPLBACKEND": "agg",
    }
    work = tmp_path / "work"
    work.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", script(found)], cwd=work, env=environment, capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-5000:]}"


def test_tests_that_pages_name_are_there():
    named = [found for page in PAGES for found in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text())]
    assert named
    missing = [f"{path}::{test}" for path, test in named if f"def {test}(" not in (CHECKOUT / path).read_text()]
    assert not missing


def test_blocks_are_told_apart_and_a_failing_one_fails(tmp_path: Path):
    text = "a\n```python\nx = 1\n```\nb\n```bash\nexit 3\n```\n```text\nno code\n```\n"
    assert blocks(text) == [Block("python", "x = 1\n"), Block("bash", "exit 3\n")]
    assert subprocess.run([sys.executable, "-c", script(blocks(text))], cwd=tmp_path, capture_output=True).returncode

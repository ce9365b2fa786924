"""The code of README and docs/ runs as it stands: blocks of a page after each other, in a folder of their own."""

import os
import re
import runpy
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.neighbors import kneighbors_graph

CHECKOUT = Path(__file__).resolve().parents[1]
# Makes trainings short in whatever a page starts.
SHORT = Path(__file__).parent / "short"
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
WITH_CODE = [page for page in PAGES if "\n```" in page.read_text()]
_BLOCK = re.compile(
    r'^(<!-- make integration -->\n)?```(\w*)(?: title="([\w.]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL
)
# Between the Python blocks of a page, which share their names as the cells of a notebook do.
_NEXT = "\n\n"
# What is not run in the tests, as it would run the tests, or install: make says what it would do, and pip is asked
# whether the extras exist.
STAND_INS = {
    "make": f'#!/bin/sh\nexec /usr/bin/env -u MAKEFLAGS "$MAKE_FOUND" --dry-run -C "{CHECKOUT}" "$@" >/dev/null\n',
    "pip": f'#!{sys.executable}\nimport sys\nsys.path.insert(0, "{CHECKOUT}")\n'
    "from tests.test_docs import check_extras\ncheck_extras(sys.argv[1:])\n",
}


class Block(NamedTuple):
    """A piece of code.

    Args:
        language: of it.
        title: the file that it is, or an empty text.
        code: its lines.
        heavy: whether `make integration` alone runs it, as it needs Spark, a server or the like.
    """

    language: str
    title: str
    code: str
    heavy: bool = False


def blocks(text: str) -> list[Block]:
    """The code blocks of a page, in their order."""
    return [Block(*found, heavy=bool(heavy)) for heavy, *found in _BLOCK.findall(text)]


def script(page: list[Block], heavy: bool = False) -> str:
    """One Python program that runs all blocks: those of the shell by a call, which fails as they fail.

    Args:
        page: the blocks of a page.
        heavy: whether those of `make integration` run as well.
    """
    lines = ["import pathlib, subprocess"]
    for block in page:
        if block.heavy and not heavy:
            continue
        if block.title:
            lines.append(f"pathlib.Path({block.title!r}).write_text({block.code!r})")
        elif block.language == "python":
            lines.append(block.code)
        elif block.language == "bash":
            lines.append(f"subprocess.run(['bash', '-euo', 'pipefail', '-c', {block.code!r}], check=True)")
    return _NEXT.join(lines)


def check_extras(arguments: list[str]) -> None:
    """Fail unless every extra that `pip install` is asked for is one of this package's."""
    settings = (CHECKOUT / "setup.cfg").read_text()
    for extra in (one for found in re.findall(r"\[([\w,]+)\]", " ".join(arguments)) for one in found.split(",")):
        if not re.search(rf"^{extra} =$", settings, re.MULTILINE):
            raise SystemExit(f"no extra {extra!r}")


def readers_files(folder: Path) -> None:
    """What README says that its reader has: pages, links between them, and pages of tomorrow."""
    pixels, digit = load_digits(return_X_y=True)
    pixels, digit = pixels[:600], digit[:600]
    table = pd.DataFrame(pixels, columns=[f"shade_{number}" for number in range(64)])
    table.insert(0, "page_id", [f"page-{number}" for number in range(len(table))])
    table["kind"] = np.where(np.arange(len(table)) % 2, digit.astype(str), "")
    near = kneighbors_graph(pixels[:500], 6).tocoo()
    ids = table["page_id"].to_numpy()
    table[:500].to_csv(folder / "pages.csv", index=False)
    table[500:].drop(columns="kind").to_csv(folder / "tomorrow.csv", index=False)
    pd.DataFrame({"source": ids[near.row], "target": ids[near.col]}).to_csv(folder / "links.csv", index=False)


def stand_ins(folder: Path) -> Path:
    """A folder with the commands that are only looked at."""
    folder.mkdir()
    for name, text in STAND_INS.items():
        (folder / name).write_text(text)
        (folder / name).chmod(stat.S_IRWXU)
    return folder


def environment(tmp_path: Path) -> dict[str, str]:
    """Ours, with the commands of this package, and caches of its own."""
    found = os.environ.get("PATH", os.defpath)
    make = next((str(Path(one) / "make") for one in found.split(os.pathsep) if (Path(one) / "make").exists()), "true")
    return {
        **os.environ,
        "MAKE_FOUND": make,
        "PATH": os.pathsep.join([str(stand_ins(tmp_path / "bin")), str(Path(sys.executable).parent), found]),
        "PYTHONPATH": os.pathsep.join([str(SHORT), str(CHECKOUT), os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
        "GNN2MLP_CACHE": str(tmp_path / "cache"),
        "MPLBACKEND": "agg",
    }


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path, python: Path):
    surroundings = environment(tmp_path)
    command = tmp_path / "bin" / "gnn2mlp"
    command.write_text(f'#!/bin/sh\nexec {python} -m gnn2mlp "$@"\n')
    command.chmod(stat.S_IRWXU)
    run_page(page, tmp_path, surroundings, python)


def run_page(
    page: Path, tmp_path: Path, surroundings: dict[str, str], python: Path | str = sys.executable, heavy: bool = False
) -> None:
    """Run the blocks of a page; fail as they fail.

    Args:
        page: of README or the docs.
        tmp_path: an empty folder, but for what `surroundings` names.
        surroundings: the environment of the programs.
        python: what runs its Python blocks.
        heavy: whether those of `make integration` run, too.
    """
    work = tmp_path / "work"
    work.mkdir()
    if page.name == "README.md":
        readers_files(work)
    program = script(blocks(page.read_text()), heavy)
    run = subprocess.run(
        [python, "-c", program],
        cwd=work,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-5000:]}"


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
def test_no_block_is_of_a_kind_that_is_not_run(page: Path):
    found = blocks(page.read_text())
    assert page.read_text().count("\n```") == 2 * len(found), "a block that is not closed, or indented"
    assert {block.language for block in found} <= {"python", "bash", "yaml"}
    commands = "".join(block.code for block in found if block.language == "bash")
    assert all(block.title in commands for block in found if block.language == "yaml"), "a file that no command reads"


def test_tests_and_files_that_pages_name_are_there():
    text = "\n".join(page.read_text() for page in PAGES)
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert named
    assert not [f"{path}::{test}" for path, test in named if f"def {test}(" not in (CHECKOUT / path).read_text()]
    files = re.findall(r"`((?:benchmarks|notebooks|tests|docs)/[\w/.-]+\.\w+)`", text)
    assert files
    assert not [path for path in files if not (CHECKOUT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_links_lead_somewhere(page: Path):
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^()\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if not path.startswith(("http", "mailto:")):
            there = (page.parent / path).resolve() if path else page
            assert there.exists(), target
            assert not anchor or anchor in _anchors(there), target


def _anchors(page: Path) -> set[str]:
    """Those of the headings, as they are made here and where repositories are looked at."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


def test_readme_is_read_in_three_minutes():
    text = (CHECKOUT / "README.md").read_text()
    prose = re.sub(r"^(?:\|[^\n]*|```.*?^```)$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert len(prose.split()) < 750  # at 250 words a minute


def test_blocks_are_told_apart_and_a_failing_one_fails(tmp_path: Path):
    text = 'a\n```python\nx = 1\n```\nb\n```bash\nexit 3\n```\n```yaml title="a.yaml"\na: 1\n```\n'
    code, shell, file = blocks(text)
    assert code == Block("python", "", "x = 1\n")
    assert shell == Block("bash", "", "exit 3\n")
    assert file == Block("yaml", "a.yaml", "a: 1\n")
    for page, fails in (([code, file], False), ([shell], True)):
        run = subprocess.run([sys.executable, "-c", script(page)], cwd=tmp_path, capture_output=True)
        assert bool(run.returncode) is fails
    assert (tmp_path / "a.yaml").read_text() == "a: 1\n"


def test_trainings_of_pages_are_short(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    short = runpy.run_path(str(SHORT / "sitecustomize.py"))
    loop = SimpleNamespace(fit=lambda training, state, epochs, **rest: epochs)
    short["shorten"](loop)
    assert (loop.fit(None, None, 500), loop.fit(None, None, 3)) == (short["EPOCHS"], 3)


def test_heavy_blocks_run_when_asked_for():
    light, heavy = blocks("```python\nx = 1\n```\n\n<!-- make integration -->\n```python\nx = 2\n```\n")
    assert (light.heavy, heavy.heavy) == (False, True)
    assert "x = 2" not in script([light, heavy])
    assert "x = 2" in script([light, heavy], heavy=True)


def test_an_extra_that_there_is_not_is_found():
    check_extras(["install", "gnn2mlp[parquet,onnx]"])
    with pytest.raises(SystemExit, match="no extra 'parquett'"):
        check_extras(["install", "gnn2mlp[parquett]"])


def test_a_forked_program_is_as_one_that_is_started(python: Path, tmp_path: Path):
    program = "import os, sys; print(sys.argv[1:], os.getcwd(), os.environ['A'], sys.stdin.read()); sys.exit(3)"
    run, forked = (
        subprocess.run([by, "-c", program, "b"], cwd=tmp_path, env={"A": "1"}, input=b"c", capture_output=True)
        for by in (sys.executable, python)
    )
    assert (forked.returncode, forked.stdout, forked.stderr) == (3, run.stdout, b"")
    program = "import sys; print([name for name in sys.modules if name.startswith('gnn2mlp')]); sys.exit('why')"
    forked = subprocess.run([python, "-c", program], capture_output=True)
    assert (forked.returncode, forked.stdout, forked.stderr) == (1, b"[]\n", b"why\n")
    with subprocess.Popen([python, "-c", "import time; print(1, flush=True); time.sleep(60)"], stdout=-1) as sleeping:
        assert sleeping.stdout is not None
        assert sleeping.stdout.readline() == b"1\n"
        sleeping.terminate()
    assert sleeping.returncode == 128 + signal.SIGTERM

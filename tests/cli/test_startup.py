"""What a command imports before it works: counted in libraries, as seconds depend on the machine."""

import json
import subprocess
import sys

import pytest

VERBS = ("run", "distill", "trust", "latency", "export", "list")
PROGRAM = """
import json, sys
from gnn2mlp.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
roots = sorted({name.partition('.')[0] for name in sys.modules})
print(json.dumps(roots), file=sys.stderr)
"""


def imported(*words: str) -> set[str]:
    """Top-level modules that a process has imported when this command has ended."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True)
    assert done.stdout
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [["--help"], *([verb, "--help"] for verb in VERBS)], ids=" ".join)
def test_help_needs_no_torch(words: list[str]):
    assert not imported(*words) & {"torch", "numpy", "pydantic"}


@pytest.mark.parametrize("kind", ["datasets", "teachers"])
def test_a_list_needs_torch_alone(kind: str):
    found = imported("list", kind)
    assert "torch" in found
    assert not found & {"torch_geometric", "ogb", "sklearn", "scipy", "pandas", "pyarrow", "duckdb", "matplotlib"}

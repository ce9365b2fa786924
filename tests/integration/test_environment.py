"""The environment of `make integration` is the pinned one."""

import re
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

HERE = Path(__file__).parent
# What makes environments, and the package itself.
UNPINNED = {"gnn2mlp", "pip", "setuptools", "wheel"}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(path: Path) -> dict[str, str]:
    lines = (line.split("==") for line in path.read_text(encoding="utf-8").splitlines() if "==" in line)
    return {_plain(name): version for name, version in lines}


@pytest.mark.skipif(Path(sys.prefix).name != ".venv-integration", reason="another environment: make integration")
def test_every_package_has_the_pinned_version() -> None:
    own, shared = _pins(HERE / "constraints.txt"), _pins(HERE.parents[1] / "constraints.txt")
    repeated = own.items() & shared.items()
    assert not repeated, f"pinned by constraints.txt already: {sorted(repeated)}"
    found = {_plain(one.metadata["Name"]): one.version.partition("+")[0] for one in distributions()}
    pins = shared | own
    strange = {name: version for name, version in found.items() if name not in UNPINNED and pins.get(name) != version}
    assert not strange, f"pin these in tests/integration/constraints.txt: {strange}"

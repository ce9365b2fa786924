"""The page of what figures cost says what the results say; every line is measured on a small run."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.helpers import tiny_arrays

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def speed() -> Iterator[ModuleType]:
    """The script as a module, its folders on the path."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in (BENCHMARKS, BENCHMARKS / "speed"):
            patch.syspath_prepend(folder)
        yield importlib.import_module("figures_speed")


@pytest.fixture(scope="module")
def made(speed: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """A tiny graph's file, the folder of a run on it, and what `prepare` says."""
    folder = tmp_path_factory.mktemp("figures")
    x, y, edges = tiny_arrays(nodes=150)
    np.savez(folder / "tiny.npz", x=x, y=y, edge_index=edges)
    told = speed.prepare(speed.settings(str(folder / "tiny.npz"), folder, None, codes=8))
    return folder / "tiny.npz", folder, told


@pytest.fixture
def record(speed: ModuleType) -> Any:
    return json.loads(speed.RESULTS.read_text())[speed.DATASET]


def test_the_page_is_made_of_the_results(speed: ModuleType, record: Any) -> None:
    assert (BENCHMARKS / "FIGURES.md").read_text() == speed.page(record)


def test_every_line_was_measured(speed: ModuleType, record: Any) -> None:
    assert list(record["figures"]) == list(speed.FIGURES)
    assert (record["nodes"], record["codes"]) == (34_493, 2048)


def test_the_page_names_what_costs_more_than_it_may(speed: ModuleType, record: Any) -> None:
    dear = {"cpu_s": 12.34, "seconds": 13.0, "peak_gib": 1.0}
    large = {"cpu_s": 1.0, "seconds": 1.0, "peak_gib": 4.5}
    cheap = {"cpu_s": 1.0, "seconds": 99.0, "peak_gib": 1.0}
    figures = {"merge map": dear, "page of trust": large, "usage of codes": cheap}
    assert speed.outside(figures) == ["merge map", "page of trust"]
    text = speed.page({**record, "figures": figures})
    assert "1 of 3 lines lie below 10 s of CPU and 4 GiB." in text
    assert "Above: merge map (12.3 s, 1.0 GiB); page of trust (1.0 s, 4.5 GiB)." in text
    assert "All 1 lines lie below" in speed.page({**record, "figures": {"usage of codes": cheap}})


def test_a_small_run_is_prepared(made: tuple[Path, Path, dict[str, Any]]) -> None:
    _, folder, told = made
    assert (told["nodes"], told["features"]) == (150, 12)
    assert (folder / "run" / "trust.html").exists()


def _names() -> list[str]:
    """UMAP's lines are left out, as they wait for numba."""
    lines = (BENCHMARKS / "figures_speed.py").read_text().partition("FIGURES: dict")[2].partition("\n}\n")[0]
    found = [line.split('"')[1] for line in lines.splitlines() if line.startswith('    "')]
    return [name for name in found if "UMAP" not in name]


@pytest.mark.parametrize("name", _names())
def test_a_line_is_measured_and_made(speed: ModuleType, made: tuple[Path, Path, dict[str, Any]], name: str) -> None:
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("peaks of memory are read from /proc, which is Linux's")
    data, folder, _ = made
    found = speed.measured(name, str(data), str(folder), None, codes=8)
    assert found.keys() == {"cpu_s", "seconds", "peak_gib", "before_gib"}
    assert min(found.values()) > 0


def test_a_figure_is_drawn_from_what_the_run_left(speed: ModuleType, made: tuple[Path, Path, dict[str, Any]]) -> None:
    data, folder, _ = made
    kept = speed.Kept(speed.settings(str(data), folder, None, codes=8))
    image, size = speed.FIGURES["map by PCA, coloured by class"](kept)()
    assert image.startswith(b"\x89PNG")
    assert size["width"] > 300
    assert kept.book.num_codes == 8

"""The table of the benchmark of trust, and what its file leaves out."""

import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS / "production")]

import trust as benchmark  # noqa: E402


def test_the_table_holds_means_over_seeds() -> None:
    by = {"accuracy": 0.8, "before": 0.2, "after": 0.03, "by_chance": 0.02}
    seeds = [
        {"calibration": {"by": {"seen": by}}, "coverage": {"0.9": {"seen": {"measured": m, "size": 1.5}}}}
        for m in (0.88, 0.92)
    ]
    line = benchmark.table(
        {"row": {"pooled": {"seen": {"before": 0.19, "after": 0.025}}, "seeds": seeds}}
    ).splitlines()[-1]
    assert line == "| row | seen | 80.0 | 20.0 | 3.0 | 2.5 | 2.0 | 90.0 ± 2.0 | 1.50 |"


def test_curves_are_left_out_and_numbers_of_the_same_name_are_not() -> None:
    full = {"accuracy": 0.8, "one": {"accuracy": [0.1, 0.2], "curve": {"deferred": [0.0]}, "auroc": 0.7}}
    assert benchmark.without(full, ("accuracy", "curve")) == {"accuracy": 0.8, "one": {"auroc": 0.7}}

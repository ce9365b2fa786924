"""Everything in this folder, one script after the other, and the page at the end.

    python benchmarks/speed/all.py --data-root DATA --scratch FOLDER
    python benchmarks/speed/all.py --only whole_job page

Let nothing else run on the machine meanwhile. A script that fails stops the others; what was measured before stays.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import machine

# Script -> which of the options below it takes.
SCRIPTS: dict[str, tuple[str, ...]] = {
    "machine": (),
    "whole_job": ("data_root",),
    "large_graph": (),
    "products": ("scratch",),
    "growth": (),
    "hot_spots": ("data_root",),
    "streaming": ("scratch",),
    "joins": ("scratch",),
    "student_latency": (),
    "startup": (),
    "page": (),
}


def command(script: str, options: argparse.Namespace) -> list[str]:
    """How a script is started."""
    given = {name: getattr(options, name) for name in (*SCRIPTS[script], "results")}
    chosen = [part for name, value in given.items() if value for part in (f"--{name.replace('_', '-')}", str(value))]
    return [sys.executable, str(machine.HERE / f"{script}.py"), *chosen]


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SCRIPTS, default=[*SCRIPTS], help="leave the others")
    parser.add_argument("--data-root", default=os.environ.get("GNN2MLP_DATA"), help="folder of raw data")
    parser.add_argument("--scratch", type=Path, help="folder for large files, which are kept")
    parser.add_argument("--results", type=Path, default=machine.RESULTS, help="folder of the result files")
    options = parser.parse_args()
    for script in options.only:
        print(f"== {script}", flush=True)
        subprocess.run(command(script, options), check=True)


if __name__ == "__main__":
    main()

"""How long a command takes to begin, against what it cannot do without.

    python benchmarks/speed/startup.py    # seconds of each command, to `results/startup.json`

Every start is a process of its own, so that nothing is imported yet; files are in the system's cache after the first
round, which does not count. `list` is set against a Python that imports torch and nothing else, `--help` against one
that imports nothing, in seconds of the processor. `begun` is the time by the clock until a command has said a word.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import machine

LIST = ("-m", "gnn2mlp", "list", "datasets")
HELP = ("-m", "gnn2mlp", "--help")
SIDES = {"list": (LIST, ("-c", "import torch")), "help": (HELP, ("-c", "pass"))}
# What `list` may take, as a multiple of importing torch; and seconds until a command has said that it works.
TARGETS = {"list": 1.3, "begun": 1.0}


def seconds(words: Sequence[str]) -> float:
    """Of the processor, for a Python process with these arguments: other programs then count less than by the clock."""
    before = os.times()
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def until_first_word(words: Sequence[str]) -> float:
    """Until a Python process with these arguments has written a line to standard error."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.readline()
        spent = time.perf_counter() - start
        process.stderr.read()
    return spent


def measure(rounds: int) -> dict[str, machine.Record]:
    """Each command against what it is set against, in turn; and how soon it speaks."""
    found: dict[str, machine.Record] = {}
    for name, (ours, other) in SIDES.items():
        contenders = {"ours": lambda _, words=ours: seconds(words), "floor": lambda _, words=other: seconds(words)}
        spent = machine.interleaved(contenders, rounds)
        found[name] = machine.compared(spent, baseline="floor")
    begun = machine.interleaved({"ours": lambda _: until_first_word(LIST)}, rounds)
    found["begun"] = machine.compared(begun)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure."""
    options = machine.parser(__doc__, threads=(1,), rounds=9).parse_args(arguments)
    sides = measure(options.rounds)
    for name, found in sides.items():
        machine.say(name, found)
    machine.put(options.results / "startup.json", "commands", {"threads": 1, "sides": sides})


if __name__ == "__main__":
    main()

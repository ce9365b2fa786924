"""Completion as a shell does it: the script is sourced, and asked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.cli._completion import SHELLS

WORDS = {
    "gnn2mlp co": "compare",
    "gnn2mlp run --me": "--method",
    "gnn2mlp run --method vq": "vqgraph",
    "gnn2mlp auto --method au": "auto",
    "gnn2mlp run --set teacher.hid": "teacher.hidden",
    "gnn2mlp list gln": "glnn",
    "gnn2mlp run --setting ind": "inductive",
    "gnn2mlp --print-completion ba": "bash",
}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "gnn2mlp"
    command = [sys.executable, "-m", "gnn2mlp", "--print-completion", "bash"]
    path.write_text(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return path


@pytest.mark.skipif(os.name != "posix" or not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize("line", WORDS)
def test_bash_completes(line: str, script: Path) -> None:
    words = " ".join(f"'{word}'" for word in line.split())
    program = f"source {script}; COMP_WORDS=({words}); COMP_CWORD=$(({len(line.split())} - 1)); "
    program += '_shtab_gnn2mlp; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [WORDS[line]]
    assert done.stderr == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script_that_names_methods_and_keys(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--print-completion", shell])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for word in ("vqgraph", "method.temperature", "inductive", "distill"):
        assert word in told

"""Completion as a shell does it: the script is sourced, and asked."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.cli._completion import SHELLS
from gnn2mlp.condensers import CONDENSERS

WORDS = {
    "gnn2mlp com": "compare",
    "gnn2mlp run --met": "--method",
    "gnn2mlp run --method vq": "vqgraph",
    "gnn2mlp auto --method au": "auto",
    "gnn2mlp run --set teacher.hid": "teacher.hidden",
    "gnn2mlp list gln": "glnn",
    "gnn2mlp run --setting ind": "inductive",
    "gnn2mlp run --task li": "link",
    "gnn2mlp run --decoder had": "hadamard",
    "gnn2mlp condense --method mi": "mirage",
    "gnn2mlp condense --dataset mot": "motif-graphs",
    "gnn2mlp explain --method dn": "dnx",
    "gnn2mlp unlearn --method retr": "retrain",
    "gnn2mlp --print-completion ba": "bash",
}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "gnn2mlp"
    with path.open("w") as file, redirect_stdout(file), pytest.raises(SystemExit, match="^0$"):
        main(["--print-completion", "bash"])
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


def test_a_verb_offers_its_own_methods_alone(script: Path) -> None:
    text = script.read_text()
    offered = re.findall(r"^_shtab_gnn2mlp_condense___method_choices=\((.*)\)$", text, re.MULTILINE)
    assert [sorted(one.replace("'", "").split()) for one in offered] == [sorted(CONDENSERS.classes)]


# How a shell that somebody types into learns of the script, by the file that it reads when it starts.
STARTS = {
    "zsh": (".zshrc", "fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -d {folder}/dump; PS1='ready> '\n"),
    "tcsh": (".tcshrc", "set prompt='ready> '; set autolist; source {folder}/_gnn2mlp\n"),
}


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal as POSIX has it")
@pytest.mark.parametrize("shell", STARTS)
def test_a_shell_that_is_typed_into_completes(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"needs {shell}")
    with pytest.raises(SystemExit):
        main(["--print-completion", shell])
    (tmp_path / "_gnn2mlp").write_text(capsys.readouterr().out)
    name, content = STARTS[shell]
    (tmp_path / name).write_text(content.format(folder=tmp_path))
    (tmp_path / "a file.yaml").touch()
    where = {"HOME": str(tmp_path), "ZDOTDIR": str(tmp_path), "TERM": "xterm", "PATH": os.environ["PATH"]}
    with typed(found, tmp_path, where) as ask:
        ask("", "ready> ")
        for line, word in WORDS.items():
            if not line.endswith(" ba"):  # each script offers all shells
                whole = " ".join([*line.split()[:-1], word])
                ask(f"{line}\t", whole)
                ask("\x15\r", "ready> ")  # empties the line
        ask("gnn2mlp export --onnx a\t", "a\\ file.yaml")


@contextmanager
def typed(shell: str, folder: Path, where: dict[str, str]) -> Iterator[Callable[[str, str], None]]:
    """A shell at a terminal; what it is called with is typed, and has to be answered by the text beside it."""
    import fcntl
    import pty
    import select
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    process = subprocess.Popen(
        [shell, "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=where,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # tcsh edits lines of the terminal that controls it
    )
    os.close(theirs)

    def answer(keys: str, expected: str) -> str:
        os.write(ours, keys.encode())
        shown = ""
        while expected not in shown and select.select([ours], [], [], 4)[0]:
            # Besides the text there are colours and movements of the cursor.
            shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|.\x08", "", shown + os.read(ours, 4096).decode(errors="replace"))
        return shown

    def ask(keys: str, expected: str) -> None:
        shown = answer(keys, expected)
        for _ in range(10):
            if expected in shown:
                return
            # A shell prints its prompt before it listens to single keys; then the line is typed again.
            shown = answer(f"\x15{keys}", expected)
        raise AssertionError(f"{keys!r} was answered by {shown!r}, which has no {expected!r}")

    try:
        yield ask
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script_that_names_methods_and_keys(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--print-completion", shell])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for word in ("vqgraph", "method.temperature", "inductive", "distill"):
        assert word in told

"""Python programs that tests start by the dozen, forked from a process that has imported other people's libraries.

Importing torch, matplotlib and scikit-learn takes most of a short program's time. Nothing of this package is imported
before a program starts, so that it finds there what it would find in a process of its own.

Left out are libraries that start threads, which a fork does not copy.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import traceback
import types
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

LIBRARIES = (
    "IPython",
    "duckdb",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "jinja2",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "onnx",
    "pandas",
    "pyarrow.parquet",
    "pydantic",
    "rich.console",
    "scipy.spatial",
    "scipy.stats",
    "sklearn.datasets",
    "sklearn.neighbors",
    "sklearn.preprocessing",
    "torch._dynamo",
)
# What a program's caller runs in its place: it hands over its arguments, folder, environment and streams, passes
# signals on, and ends as the program ends.
_CALLER = """#!{python} -IS
import json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
body = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(body).to_bytes(8, "big")], [0, 1, 2])
server.sendall(body)
answers = server.makefile()
pid = int(answers.readline())
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda number, frame: os.kill(pid, number))
server.sendall(b"!")
ended = int(answers.readline() or 1)
sys.exit(ended if ended >= 0 else 128 - ended)
"""


@contextlib.contextmanager
def forking() -> Iterator[Path]:
    """Within the block there is a program that is called as `python -c` or `python -m`, and starts at once.

    What it runs has its caller's arguments, folder, environment, streams and exit code.
    """
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
    }  # what libraries read as they are imported
    folder = Path(tempfile.mkdtemp())  # a socket's path has to be short
    address = folder / "socket"
    with socket.socket(socket.AF_UNIX) as calls:
        calls.bind(str(address))
        calls.listen()
        started = [sys.executable, "-P", __file__, str(calls.fileno())]
        server = subprocess.Popen(
            started, env=environment, pass_fds=[calls.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        python = folder / "python"
        python.write_text(_CALLER.format(python=sys.executable, address=str(address)))
        python.chmod(stat.S_IRWXU)
        yield python
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        shutil.rmtree(folder)


def _serve(calls: socket.socket) -> None:
    """Import the libraries and fork once for each call; return in the process that is to be a program."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # programs look through what is theirs alone
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for programs
    while True:
        caller, _ = calls.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            calls.close()
            return _wait_or_be(caller)
        caller.close()


def _wait_or_be(caller: socket.socket) -> None:
    """Fork: wait for the program and tell its caller how it ended, or return as the program."""
    head, streams, _, _ = socket.recv_fds(caller, 8, 3)
    arguments, folder, environment = json.loads(_read(caller, int.from_bytes(head, "big")))
    pid = os.fork()
    if pid:
        caller.sendall(f"{pid}\n".encode())
        caller.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n".encode())
        os._exit(0)
    caller.recv(1)  # once it passes signals on
    caller.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout = (os.fdopen(number, mode, closefd=False) for number, mode in ((0, "r"), (1, "w")))
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if "JPY_PARENT_PID" in os.environ:  # a kernel ends when its parent has gone
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
    sys.argv = arguments


def _read(caller: socket.socket, size: int) -> bytes:
    body = b""
    while len(body) < size:
        body += caller.recv(size - len(body))
    return body


def _run() -> None:
    """What `python` does with `sys.argv`: `-c` and a program, or `-m` and a module, and what these are given."""
    kind, what, *_ = sys.argv
    sys.argv = [kind, *sys.argv[2:]]
    sys.path[:0] = ["", *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    sys.modules.pop("sitecustomize", None)
    with contextlib.suppress(ImportError):
        importlib.import_module("sitecustomize")
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), sys.modules["__main__"].__dict__)


def _run_and_end() -> NoReturn:
    """As Python ends a program, but for the tearing down of every module, which takes a second."""
    code = 0
    try:
        _run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
    _run_and_end()

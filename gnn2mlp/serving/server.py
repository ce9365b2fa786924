"""A server process: it listens, tells that it does, and goes in good order."""

import asyncio
import os
import socket
from pathlib import Path
from types import FrameType
from typing import Any

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import user_path

# Seconds that requests inside may take once the server was told to go.
_GRACE = 30
# In the environment: the token that requests have to bring, and the one that the teacher is sent.
TOKEN, TEACHER_TOKEN = "GNN2MLP_TOKEN", "GNN2MLP_TEACHER_TOKEN"  # names, no secrets
_LONGEST = 4096


def read_token(file: str | Path | None, variable: str = TOKEN) -> str | None:
    """A token from a file, or else from the environment; never from the command line, which other users see.

    Args:
        file: with the token, on one line.
        variable: of the environment.

    Raises:
        ConfigError: if it is empty, or of more than one line.
        ArtefactError: if the file cannot be read.
    """
    if file is None:
        found = os.environ.get(variable)
        if found is None:
            return None
    else:
        try:
            found = user_path(file, "token-file").read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ArtefactError(f"expected a token in {file}, got: {error}") from error
    token = found.strip()
    if not token or not token.isprintable() or not token.isascii() or " " in token or len(token) > _LONGEST:
        where = variable if file is None else file
        raise ConfigError(f"expected a token of letters and digits in {where}, on one line, got something else")
    return token


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any that is free.

    Raises:
        ConfigError: if it cannot.
    """
    if not 0 <= port <= 65_535:
        raise ConfigError(f"port: expected a number from 0 to 65535, got {port}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(2048)
    except OSError as error:
        raise ConfigError(
            f"cannot listen at {host}:{port} ({error.strerror or error}); name another --port, or stop what is there"
        ) from error
    made.set_inheritable(True)
    return made


def serve(app: Any, listening: socket.socket, drain: float = 0.0) -> None:
    """Answer requests until SIGTERM or SIGINT: `/ready` turns off, requests inside are finished, and it returns.

    Args:
        app: of `create_app`.
        listening: where.
        drain: seconds between the signal and the last request that is let in, for whoever sends them to notice. A
            second signal ends it at once.

    Raises:
        ConfigError: if uvicorn is not installed.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise ConfigError("serve: uvicorn is not installed; install the extra: pip install 'gnn2mlp[serve]'") from error

    class Server(uvicorn.Server):  # type: ignore[misc, unused-ignore]
        """Turns readiness off before it goes."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """The first signal lets go of the server in good order, the second at once."""
            if not app.state.service.ready:
                self.should_exit = self.force_exit = True
            app.state.service.ready = False
            asyncio.get_running_loop().call_later(drain, self._leave)

        def _leave(self) -> None:
            self.should_exit = True

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE, server_header=False, lifespan="on"
    )
    Server(config).run(sockets=[listening])


def address(listening: socket.socket) -> str:
    """Where a socket listens, as a browser takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

"""A server of a process of its own, and what asks it."""

import http.client
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

# Seconds after which a test gives up on a server.
PATIENCE = 60


def free_port() -> int:
    """A port that nobody listened at a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """`gnn2mlp serve` on loopback, until the block ends.

    Args:
        folder: of the model.
        options: further words of the command.
        port: to listen at; default: a free one.
    """

    def __init__(self, folder: Path, *options: str, port: int = 0):
        self.port = port or free_port()
        self.words = [sys.executable, "-m", "gnn2mlp", "serve", str(folder), "--port", str(self.port), *options]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it, and wait until it is ready."""
        self.process = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, "the server ended by itself"
            try:
                if self.ask("GET", "/ready")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server was not ready in time")

    def kill(self) -> None:
        """SIGKILL, as the system does it where memory is short."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, body (of JSON: what it says) and headers of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            chunked = body is not None and not isinstance(body, bytes | str)
            connection.request(method, path, body, headers or {}, encode_chunked=chunked)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        told = {name.lower(): value for name, value in response.getheaders()}
        is_json = told.get("content-type") == "application/json"
        return response.status, json.loads(content) if is_json else content.decode(), told

    def predict(self, rows: Any) -> tuple[int, Any, dict[str, str]]:
        """Ask about rows."""
        return self.ask("POST", "/predict", json.dumps(rows).encode())

    def raw(self, content: bytes) -> bytes:
        """What comes back for bytes that may be no HTTP."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            found = b""
            while part := connection.recv(65_536):
                found += part
        return found

    def metric(self, name: str) -> float:
        """The sum of a counter over its labels."""
        lines = self.ask("GET", "/metrics")[1].splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

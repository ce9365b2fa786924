"""A teacher behind an address, which is asked about rows that a student is not sure of.

It speaks as `/predict` does: a list of rows goes there as JSON, and `predictions` come back, each with `probabilities`
by class. So another `gnn2mlp serve` can be one, and so can whatever holds the graph.
"""

import asyncio
import http.client
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError

# Bytes of an answer at most, and requests to the teacher at a time.
_MOST_BYTES, _AT_ONCE = 16 * 2**20, 8
# After so many failures in a row it is spared for so many seconds.
_FAILURES, _REST = 3, 5.0


class TeacherEndpoint:
    """Asks a teacher over HTTP, in threads of its own, within a time limit.

    Args:
        url: `http://...` or `https://...` of what answers rows.
        timeout: seconds that an answer may take.
        token: that is sent as `Authorization: Bearer`, if there is one.

    Raises:
        ConfigError: for another kind of address, or a time that is none.
    """

    def __init__(self, url: str, timeout: float = 2.0, token: str | None = None):
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise ConfigError(f"teacher: expected an address, got {url!r} ({error})") from error
        if parts.scheme not in ("http", "https") or not host:
            raise ConfigError(f"teacher: expected an address that begins with http:// or https://, got {url!r}")
        if not 0 < timeout < float("inf"):
            raise ConfigError(f"teacher_timeout: expected seconds above 0, got {timeout}")
        self._connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port, self._timeout = host, port, timeout
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="teacher")
        self._failures, self._rested = 0, 0.0

    @property
    def rests(self) -> bool:
        """Whether the teacher has failed so often that it is not asked for now."""
        return self._failures >= _FAILURES and time.monotonic() < self._rested

    async def ask(self, rows: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> np.ndarray:
        """Probabilities float64 (rows, classes), in the order of `classes`. The event loop goes on meanwhile.

        Raises:
            DataError: if the teacher does not answer in time, or says something else.
        """
        loop = asyncio.get_running_loop()
        body = json.dumps(list(rows)).encode()
        try:
            asked = loop.run_in_executor(self._threads, self._post, body)
            found = _probabilities(await asyncio.wait_for(asked, self._timeout), classes)
        except TimeoutError:
            self._failed()
            raise DataError(f"the teacher did not answer within {self._timeout:g} seconds") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._failed()
            told = " ".join(str(error).split())[:200] or type(error).__name__
            raise DataError(f"the teacher did not answer ({told})") from error
        self._failures = 0
        return found

    def stop(self) -> None:
        """Ask no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _failed(self) -> None:
        self._failures += 1
        self._rested = time.monotonic() + _REST

    def _post(self, body: bytes) -> Any:
        connection = self._connection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request("POST", self._target, body, self._headers)
            response = connection.getresponse()
            content = response.read(_MOST_BYTES + 1)
        finally:
            connection.close()
        if response.status != 200:  # another address that it leads to is not followed
            raise ValueError(f"status {response.status}")
        if len(content) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES:,} bytes")
        try:
            return json.loads(content)
        except RecursionError as error:
            raise ValueError("JSON that is nested too deeply") from error


def _probabilities(answer: Any, classes: Sequence[str]) -> np.ndarray:
    try:
        rows = [[float(one["probabilities"][name]) for name in classes] for one in answer["predictions"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"expected predictions with probabilities of each class, got others: {error!r}") from error
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(classes))

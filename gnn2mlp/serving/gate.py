"""What a request passes before it is read: a token, a bound on how many are inside, and one on how large it is.

Plain ASGI, beneath the framework, so that a body is never in memory beyond its bound, however it is sent.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Container, Mapping, MutableMapping
from typing import Any

from gnn2mlp.serving.metrics import OTHER
from gnn2mlp.serving.refusal import TOO_LARGE, RefusalError, busy
from gnn2mlp.serving.service import Service

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Paths that answer anybody: they say nothing of the model but that it is there.
OPEN = frozenset({"/", "/live", "/ready", "/v2/health/live", "/v2/health/ready"})
# The header that says which version of the model answered.
VERSION = b"x-model-version"
# Seconds that a body may take to come, and that the rest of one that is refused is read and thrown away.
_ARRIVAL, _DRAIN = 10.0, 5.0
_UNAUTHORISED, _TOO_SLOW, _ENCODED = 401, 408, 415


class Gate:
    """Lets requests to an application that may pass, counts them, and hands it their bodies whole.

    Args:
        app: the application.
        service: whose settings and metrics are asked.
        known: paths that are counted one by one.
    """

    def __init__(self, app: App, service: Service[Any], known: Container[str]):
        self._app, self._service, self._known = app, service, known
        token = service.settings.token
        self._token = None if token is None else _hashed(token.encode())

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request of HTTP; all else goes through."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["method"] == "HEAD":  # as balancers ask: whoever sends the answer leaves its body out
            scope = {**scope, "method": "GET"}
        begin, status = time.perf_counter(), 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if all(name != VERSION for name, _ in message["headers"]):
                    message["headers"] = [*message["headers"], (VERSION, self._service.model.version.encode())]
            await send(message)

        try:
            await self._pass(scope, receive, told)
        finally:
            path = scope["path"] if scope["path"] in self._known else OTHER
            self._service.metrics.answered(path, status, time.perf_counter() - begin)

    async def _pass(self, scope: Message, receive: Receive, send: Send) -> None:
        headers, ended = dict(scope["headers"]), False

        async def heard() -> Message:
            nonlocal ended
            message = await receive()
            ended = message["type"] == "http.disconnect" or not message.get("more_body")
            return message

        try:
            self._check_token(scope["path"], headers)
            if scope["method"] != "POST":
                return await self._app(scope, receive, send)
            if self._service.inside >= self._service.settings.queue:
                raise busy(
                    f"the server has {self._service.inside} requests inside, as many as it takes; try again in a second"
                )
            _check_encoding(headers)
            self._service.inside += 1
            try:
                body = await self._body(headers, heard)
                await self._app(scope, _whole(body, receive), send)
            finally:
                self._service.inside -= 1
        except RefusalError as refusal:
            # A client that waits for a word before it sends anything gets that word.
            if scope["method"] == "POST" and not ended and b"expect" not in headers:
                await _drain(heard)
            await refuse(refusal, send)

    def _check_token(self, path: str, headers: Mapping[bytes, bytes]) -> None:
        if self._token is None or path in OPEN:
            return
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        # Digests of one length: neither letters nor their number can be told from the time that this takes.
        if kind.lower() != b"bearer" or not hmac.compare_digest(_hashed(given.strip()), self._token):
            raise RefusalError(
                _UNAUTHORISED,
                "expected the token of this server, got none or another; send the header: Authorization: Bearer TOKEN",
                {"www-authenticate": "Bearer"},
            )

    async def _body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """The body, of which no more is kept than is allowed."""
        most = self._service.settings.body_bytes
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > most:
            raise _too_large(most, f"{int(length[:20]):,}")
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(_ARRIVAL):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise RefusalError(400, "the client went away before its request had come")
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise _too_large(most, "more")
                    if not message.get("more_body"):
                        return parts[0] if len(parts) == 1 else b"".join(parts)
        except TimeoutError:
            raise RefusalError(
                _TOO_SLOW, f"expected the whole request within {_ARRIVAL:g} seconds; send it faster"
            ) from None


def _hashed(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def _too_large(most: int, got: str) -> RefusalError:
    return RefusalError(
        TOO_LARGE,
        f"body: expected at most {most:,} bytes, got {got}; send fewer rows at a time, or score a table with: "
        "gnn2mlp score",
    )


def _check_encoding(headers: Mapping[bytes, bytes]) -> None:
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").lower()
    if encoding != "identity":
        raise RefusalError(
            _ENCODED, f"body: expected it as it is, got it in the encoding {encoding[:40]!r}; send plain JSON"
        )


def _whole(body: bytes, receive: Receive) -> Receive:
    """What an application receives of a body that has come already."""
    given = False

    async def first_the_body() -> Message:
        nonlocal given
        if given:
            return await receive()  # which is when the client goes
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return first_the_body


async def _drain(receive: Receive) -> None:
    """Throw away what still comes: a client that is still sending may not listen to an answer."""
    try:
        async with asyncio.timeout(_DRAIN):
            while (message := await receive())["type"] != "http.disconnect" and message.get("more_body"):
                pass
    except TimeoutError:
        return


async def refuse(refusal: RefusalError, send: Send) -> None:
    """Answer with the sentence of a refusal."""
    body = json.dumps({"error": str(refusal)}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""What a request passes before it is read."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.serving import RowService, Settings, gate
from gnn2mlp.serving.gate import Gate
from tests.serving.served import run

KNOWN = frozenset({"/predict"})


class Inner:
    """An application that answers with what it was sent, and may take its time."""

    def __init__(self, seconds: float = 0.0):
        self.seconds, self.bodies = seconds, []  # type: ignore[var-annotated]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            self.bodies.append((await receive())["body"])
        await asyncio.sleep(self.seconds)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def service(folder: Path) -> RowService:
    return RowService(folder, Settings(watch=0, body_bytes=10, queue=2, token="secret"))


async def ask(
    app: Any, *chunks: bytes, method: str = "POST", path: str = "/predict", headers: Any = (), end: Any = None
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of what an application says to a body in chunks; `end` is what comes after them."""
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting[-1:] = [{**waiting[-1], "more_body": end is not None}] if waiting else []
    waiting += [end] if isinstance(end, dict) else []

    async def receive() -> Any:
        if not waiting:
            await asyncio.sleep(60)
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    given = [(b"authorization", b"Bearer secret"), *headers]
    await app({"type": "http", "method": method, "path": path, "headers": given}, receive, send)
    assert len(sent) == 2
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_a_body_comes_whole_however_it_was_sent(service: RowService) -> None:
    inner = Inner()
    status, headers, _ = run(lambda: ask(Gate(inner, service, KNOWN), b"abc", b"", b"def"))
    assert (status, inner.bodies, headers[b"x-model-version"].decode()) == (200, [b"abcdef"], service.model.version)
    assert service.inside == 0


@pytest.mark.parametrize(
    ("chunks", "headers"),
    [((b"12345678901",), []), ((b"123456", b"78901"), []), ((b"1",), [(b"content-length", b"9" * 30)])],
)
def test_a_body_beyond_its_bound_is_refused_and_never_kept(service: RowService, chunks: Any, headers: Any) -> None:
    inner = Inner()
    status, _, body = run(lambda: ask(Gate(inner, service, KNOWN), *chunks, headers=headers))
    assert (status, inner.bodies, service.inside) == (413, [], 0)
    assert b"expected at most 10 bytes" in body


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ([(b"authorization", b"")], b"none or another"),
        ([(b"authorization", b"Bearer secre")], b"none or another"),
        ([(b"authorization", b"Basic secret")], b"none or another"),
        ([(b"authorization", b"Bearer \xff")], b"none or another"),
    ],
)
def test_without_its_token_nobody_passes(service: RowService, headers: Any, word: bytes) -> None:
    inner = Inner()
    status, told, body = run(lambda: ask(Gate(inner, service, KNOWN), b"1", headers=headers))
    assert (status, told[b"www-authenticate"], inner.bodies) == (401, b"Bearer", [])
    assert word in body


@pytest.mark.parametrize("path", sorted(gate.OPEN))
def test_who_looks_whether_it_lives_needs_no_token(service: RowService, path: str) -> None:
    asked = ask(Gate(Inner(), service, KNOWN), method="GET", path=path, headers=[(b"authorization", b"")])
    assert run(lambda: asked)[0] == 200


def test_past_the_bound_of_requests_inside_the_next_is_told_to_come_again(service: RowService) -> None:
    app = Gate(Inner(0.05), service, KNOWN)

    async def at_once() -> list[Any]:
        return await asyncio.gather(*(ask(app, b"1") for _ in range(5)))

    found = run(at_once)
    assert [status for status, _, _ in found] == [200, 200, 503, 503, 503]
    assert found[2][1][b"retry-after"] == b"1"
    assert run(lambda: ask(app, b"1"))[0] == 200


def test_a_body_that_does_not_come_is_not_waited_for(service: RowService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_ARRIVAL", 0.02)
    monkeypatch.setattr(gate, "_DRAIN", 0.02)
    status, _, body = run(lambda: ask(Gate(Inner(), service, KNOWN), b"1", end=True))
    assert (status, service.inside) == (408, 0)
    assert b"within 0.02 seconds" in body


def test_a_client_that_goes_away_leaves_nothing_inside(service: RowService) -> None:
    gone = {"type": "http.disconnect"}
    assert run(lambda: ask(Gate(Inner(), service, KNOWN), b"1", end=gone))[0] == 400
    assert service.inside == 0


def test_an_encoded_body_is_refused(service: RowService) -> None:
    headers = [(b"content-encoding", b"gzip")]
    assert run(lambda: ask(Gate(Inner(), service, KNOWN), b"1", headers=headers))[0] == 415


def test_requests_are_counted_by_path_and_status(service: RowService) -> None:
    for path in ("/predict", "/secret/path"):
        asked = ask(Gate(Inner(), service, KNOWN), b"1", path=path)
        run(lambda asked=asked: asked)  # type: ignore[misc]
    text = service.metrics.text()[0].decode()
    assert 'gnn2mlp_requests_total{code="200",path="/predict"} 1.0' in text
    assert 'gnn2mlp_requests_total{code="200",path="other"} 1.0' in text


def test_what_is_no_request_goes_through(service: RowService) -> None:
    seen = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    run(lambda: Gate(inner, service, KNOWN)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]

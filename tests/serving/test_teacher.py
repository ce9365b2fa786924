"""A teacher behind an address: one that answers, and every way in which one does not."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.serving.teacher import TeacherEndpoint
from tests.serving.served import run

GOOD = {"predictions": [{"probabilities": {"a": 0.25, "b": 0.75}}]}


class Teacher(HTTPServer):
    """Answers with what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.content, self.seconds = 200, json.dumps(GOOD).encode(), 0.0
        self.asked: list[tuple[str, Any, str | None]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/predict?x=1"


class Handler(BaseHTTPRequestHandler):
    server: Teacher

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append((self.path, json.loads(body), self.headers["authorization"]))
        time.sleep(self.server.seconds)
        self.send_response(self.server.status)
        self.send_header("location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def teacher() -> Iterator[Teacher]:
    made = Teacher()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def asked(endpoint: TeacherEndpoint) -> Any:
    try:
        return run(lambda: endpoint.ask([{"id": 7}], ["b", "a"]))
    finally:
        endpoint.stop()


def test_rows_go_there_and_probabilities_come_back_in_order(teacher: Teacher) -> None:
    assert asked(TeacherEndpoint(teacher.url, token="secret")).tolist() == [[0.75, 0.25]]
    assert teacher.asked == [("/predict?x=1", [{"id": 7}], "Bearer secret")]


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (302, b"", "status 302"),
        (500, b"", "status 500"),
        (200, b"no json", "did not answer"),
        (200, b"[]", "expected predictions"),
        (200, b'{"predictions": [{"label": "a"}]}', "expected predictions"),
        (200, b"[" * 100_000, "expected predictions|did not answer"),
    ],
)
def test_another_answer_is_none(teacher: Teacher, status: int, content: bytes, reason: str) -> None:
    teacher.status, teacher.content = status, content
    with pytest.raises(DataError, match=reason):
        asked(TeacherEndpoint(teacher.url))


def test_one_that_is_late_or_gone_is_not_waited_for(teacher: Teacher) -> None:
    teacher.seconds = 0.3
    with pytest.raises(DataError, match=r"within 0\.05 seconds|timed out"):
        asked(TeacherEndpoint(teacher.url, timeout=0.05))
    with pytest.raises(DataError, match="did not answer"):
        asked(TeacherEndpoint("http://127.0.0.1:1/"))


def test_one_that_fails_often_is_spared_for_a_while() -> None:
    endpoint = TeacherEndpoint("http://127.0.0.1:1/")

    async def often() -> None:
        for _ in range(3):
            assert not endpoint.rests
            with pytest.raises(DataError):
                await endpoint.ask([{}], ["a"])

    run(often)
    assert endpoint.rests
    endpoint.stop()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/", "x", "http://", "http://[x", "http://x:99999/"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="expected an address"):
        TeacherEndpoint(url)


def test_a_time_is_one() -> None:
    with pytest.raises(ConfigError, match="teacher_timeout"):
        TeacherEndpoint("http://x/", timeout=0)

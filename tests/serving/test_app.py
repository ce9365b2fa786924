"""The addresses of a server."""

import sys
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.serving import Settings, create_app
from tests.serving import served


def error(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{", 400), (b"[" * 10_000, 400), (b"3", 422), (b"{}", 422), (b"x" * 2**21, 413)]
)
@pytest.mark.parametrize("path", ["/predict", "/explain", "/v2/models/places/infer"])
def test_what_cannot_be_read_is_one_sentence(client: Any, path: str, body: bytes, status: int) -> None:
    found, sentence = error(client.post(path, content=body))
    assert (found, "expected" in sentence) == (status, True)


def test_a_value_that_cannot_be_read_is_named(client: Any) -> None:
    status, sentence = error(client.post("/predict", json={**served.ROW, "since": "never"}))
    assert (status, "since" in sentence, "never" in sentence) == (422, True, True)


def test_health_and_what_there_is(client: Any) -> None:
    for path in ("/live", "/ready", "/v2/health/live", "/v2/health/ready", "/v2", "/v2/models/places/ready"):
        assert client.get(path).status_code == 200
    told = client.get("/model").json()
    assert (told["name"], told["title"], told["classes"]) == ("places", "Places", served.CLASSES)
    assert client.post("/predict", json=told["example"]).status_code == 200
    assert "gnn2mlp_requests_total" in client.get("/metrics").text
    assert client.get("/").headers["content-type"].startswith("text/html")


def test_balancers_may_ask_for_the_head_alone(client: Any) -> None:
    assert [client.head(path).status_code for path in ("/live", "/ready", "/nothing")] == [200, 200, 404]


def test_the_page_is_described_by_its_policy(client: Any) -> None:
    assert "default-src 'none'" in client.get("/").headers["content-security-policy"]


def test_other_addresses_and_methods_are_told_what_there_is(client: Any) -> None:
    assert error(client.get("/predct")) == (
        404,
        "there is nothing at '/predct'; GET /openapi.json lists what is there; did you mean '/predict'?",
    )
    found = client.get("/predict")
    assert (found.status_code, found.headers["allow"]) == (405, "POST")
    assert "GET is not for this address" in found.json()["error"]


def test_a_fault_of_the_server_is_a_sentence_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi.testclient import TestClient

    app = create_app(folder, Settings(watch=0))
    monkeypatch.setattr(app.state.service, "predict", lambda *arguments: 1 / 0)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert error(client.post("/predict", json=served.ROW)) == (
            500,
            "a fault of the server (ZeroDivisionError); its log says more",
        )


def test_it_is_ready_while_it_runs_alone(folder: Path) -> None:
    from fastapi.testclient import TestClient

    app = create_app(folder, Settings(watch=0))
    with TestClient(app) as client:
        assert client.get("/ready").status_code == 200
        app.state.service.ready = False
        assert [client.get(path).status_code for path in ("/ready", "/v2/models/places/ready", "/live")] == [
            503,
            503,
            200,
        ]
    assert not app.state.service.ready


def test_the_extra_is_named_where_it_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    with pytest.raises(ConfigError, match=r"gnn2mlp\[serve\]"):
        create_app(folder)

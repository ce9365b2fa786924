"""The addresses of a server of links."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.serving import NodeFiles, Settings, create_app
from tests.serving.linked import NEW


@pytest.fixture(scope="module")
def client(tables: Path) -> Iterator[Any]:
    from fastapi.testclient import TestClient

    settings = Settings(watch=0, nodes=NodeFiles(tables / "nodes.parquet"), body_bytes=2000)
    with TestClient(create_app(tables / "pages", settings)) as made:
        yield made


def error(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def test_nodes_and_pairs_are_answered_with_the_version(client: Any) -> None:
    version = client.app.state.service.model.version
    one = client.post("/top?k=3", json={"page": "p1"})
    assert (one.status_code, one.headers["x-model-version"]) == (200, version)
    told = one.json()
    assert (told["model"], told["model_version"]) == ("pages", version)
    ((first, *_),) = told["candidates"]
    assert ([*first], len(told["candidates"][0])) == (["page", "score"], 3)
    both = client.post("/top", json=["p1", NEW]).json()["candidates"]
    assert both[0][:3] == told["candidates"][0]
    assert [len(one) for one in both] == [10, 10]
    pair = client.post("/predict", json={"source": {"page": "p1"}, "target": first["page"]})
    assert pair.json()["predictions"] == [{"score": pytest.approx(first["score"], abs=2e-6)}]


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/top", b"", 400, "expected JSON"),
        ("/top", b'{"likes": NaN, "kind": "shop"}', 400, "which has no NaN"),
        ("/top", b'"p99"', 422, "which no row has"),
        ("/top", b'{"likes": "many", "kind": "shop"}', 422, "likes"),
        ("/top?k=0", b'"p1"', 422, "expected k from 1 to 24"),
        ("/top?k=x", b'"p1"', 422, "expected a whole number of candidates as k, such as 10, got 'x'"),
        ("/top?k=1.5", b'"p1"', 422, "expected a whole number"),
        ("/top?k=99999999999999999999", b'"p1"', 422, "expected a whole number"),
        ("/top?n=3", b'"p1"', 422, "query: expected k, got 'n'"),
        ("/predict?k=3", b"[]", 422, "query: expected nothing after the address, got 'k'"),
        ("/predict", b'{"source": "p1"}', 422, "none in 'target'"),
        ("/predict", b"x" * 3000, 413, "expected at most 2,000 bytes"),
        ("/explain", b'"p1"', 404, "there is nothing at '/explain'"),
        ("/v2/models/pages/infer", b"{}", 501, "at /top, and for pairs at /predict"),
        ("/v2/models/other/infer", b"{}", 404, "expected the model 'pages'"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(client: Any, path: str, body: bytes, status: int, word: str) -> None:
    found, sentence = error(client.post(path, content=body))
    assert (found, word in sentence) == (status, True), sentence


def test_health_and_what_there_is(client: Any) -> None:
    for path in ("/live", "/ready", "/v2", "/v2/health/ready", "/v2/models/pages/ready", "/"):
        assert client.get(path).status_code == 200
    told = client.get("/model").json()
    assert client.post("/predict", json=told["example"]).status_code == 200
    assert client.post("/top", json=[told["known_node"], told["new_node"]]).status_code == 200
    assert error(client.get("/v2/models/pages"))[0] == 501
    client.post("/top", json="p1")
    assert 'gnn2mlp_requests_total{code="200",path="/top"}' in client.get("/metrics").text


def test_without_nodes_pairs_alone_are_answered(tables: Path) -> None:
    from fastapi.testclient import TestClient

    with TestClient(create_app(tables / "pages", Settings(watch=0))) as client:
        told = client.get("/model").json()
        assert client.post("/predict", json=told["example"]).status_code == 200
        assert "gnn2mlp serve MODEL --nodes FILE" in error(client.post("/top", json=NEW))[1]

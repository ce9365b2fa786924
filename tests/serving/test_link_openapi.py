"""The description of a server of links."""

from pathlib import Path

import pytest

from gnn2mlp.serving import NodeFiles, Settings, create_app
from gnn2mlp.serving.link_openapi import link_parts
from gnn2mlp.serving.links import ServedLinks, load_links
from tests.serving.linked import READS


@pytest.mark.parametrize("nodes", [True, False])
def test_every_address_has_an_example_that_works(tables: Path, nodes: bool) -> None:
    from fastapi.testclient import TestClient

    files = NodeFiles(tables / "nodes.parquet") if nodes else None
    with TestClient(create_app(tables / "pages", Settings(watch=0, nodes=files))) as client:
        told = client.get("/openapi.json").json()
        for path in ("/top", "/predict"):
            operation = told["paths"][path]["post"]
            example = operation["requestBody"]["content"]["application/json"]["example"]
            assert client.post(path, json=example).status_code == (200 if nodes or path == "/predict" else 422)
            assert {"200", "400", "413", "422", "503"} <= operation["responses"].keys()
            assert operation["description"]
        assert {"/v2/models/pages", "/metrics", "/model"} <= told["paths"].keys()


def test_a_node_is_an_id_or_its_columns(pages: ServedLinks, tables: Path) -> None:
    schemas = link_parts(pages).schemas
    identity, known, new = schemas["Node"]["anyOf"]
    assert identity["type"] == ["string", "integer"]
    assert (known["required"], known["example"]) == (["page"], {"page": "p0"})
    assert new == {"$ref": "#/components/schemas/NewNode"}
    assert schemas["NewNode"]["required"] == READS
    assert link_parts(load_links(tables / "pages")).schemas["Node"]["anyOf"] == [new]

"""The description of a server."""

from typing import Any

from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.openapi import row_schema


def test_the_description_has_an_example_of_the_models_own_columns_that_works(client: Any) -> None:
    told = client.get("/openapi.json").json()
    assert {"/predict", "/explain", "/metrics", "/v2/models/places/infer"} <= told["paths"].keys()
    for path in ("/predict", "/explain", "/v2/models/places/infer"):
        operation = told["paths"][path]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        assert client.post(path, json=example).status_code == 200
        assert {"200", "400", "413", "422", "503"} <= operation["responses"].keys()
        assert operation["description"]
    identities = [operation["operationId"] for path in told["paths"].values() for operation in path.values()]
    assert len(set(identities)) == len(identities)


def test_a_row_has_every_column_with_its_type(model: ServedModel, numbers: ServedModel) -> None:
    schema = row_schema(model)
    assert schema["required"] == [column.name for column in model.columns]
    assert schema["properties"]["kind"] == {"type": ["string", "null"], "examples": ["a", "b"]}
    assert schema["properties"]["place"] == {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    assert schema["properties"]["likes"] == {"type": ["number", "null"]}
    assert row_schema(numbers)["properties"]["p"] == {"type": "number"}

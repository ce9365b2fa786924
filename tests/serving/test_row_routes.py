"""The addresses of a server of rows."""

from typing import Any

from tests.serving import served


def error(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def test_a_row_and_a_list_of_rows_are_answered(client: Any) -> None:
    one = client.post("/predict", json=served.ROW)
    several = client.post("/predict", json=served.table_rows())
    version = client.app.state.service.model.version
    assert (one.status_code, one.headers["x-model-version"], one.json()["model_version"]) == (200, version, version)
    (found,) = one.json()["predictions"]
    assert [*found] == ["label", "confidence", "probabilities", "set", "outlier"]
    assert several.json()["predictions"][0] == found
    assert len(several.json()["predictions"]) == len(served.table_rows())


def test_words_after_the_address_say_what_is_wanted(client: Any) -> None:
    wide = client.post("/predict?coverage=0.95&probabilities=false", json=served.table_rows()).json()["predictions"]
    narrow = client.post("/predict", json=served.table_rows()).json()["predictions"]
    assert "probabilities" not in wide[0]
    assert all(set(n["set"]) <= set(w["set"]) for n, w in zip(narrow, wide, strict=True))
    assert error(client.post("/predict?coverage=0.5", json=served.ROW))[0] == 422
    assert "expected a share" in error(client.post("/predict?coverage=x", json=served.ROW))[1]
    assert "did you mean 'coverage'" in error(client.post("/predict?coverge=0.9", json=served.ROW))[1]
    assert "expected true or false" in error(client.post("/predict?probabilities=x", json=served.ROW))[1]


def test_tensors_are_answered(client: Any) -> None:
    told = client.get("/openapi.json").json()["paths"]["/v2/models/places/infer"]["post"]
    request = told["requestBody"]["content"]["application/json"]["example"]
    found = client.post("/v2/models/places/infer", json={**request, "id": "7", "outputs": [{"name": "label"}]}).json()
    assert (found["model_name"], found["id"], [one["name"] for one in found["outputs"]]) == ("places", "7", ["label"])
    infer = "/v2/models/places/infer"
    wide = {**request, "parameters": {"coverage": 0.95}, "outputs": [{"name": "set"}]}
    assert client.post(infer, json=wide).status_code == 200
    wrong: list[dict[str, Any]] = [{"parameters": 3}, {"parameters": {"coverage": "x"}}, {"outputs": 3}, {"id": 3}]
    for one in [*wrong, {"outputs": [{}]}]:
        assert error(client.post(infer, json={**request, **one}))[0] == 422
    assert error(client.post("/v2/models/other/infer", json=request))[0] == 404
    assert error(client.get("/v2/models/other"))[0] == 404

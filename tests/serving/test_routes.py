"""What addresses are made of."""

from pathlib import Path

import pytest

from gnn2mlp.serving import RowService, Settings
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.routes import answer, check_name, check_query


def test_an_answer_is_json_with_its_version() -> None:
    found = answer({"label": "é", "share": 0.5}, 201, "abc")
    assert (found.status_code, found.headers["x-model-version"]) == (201, "abc")
    assert found.body.decode() == '{"label":"\\u00e9","share":0.5}'
    assert "x-model-version" not in answer([]).headers
    with pytest.raises(ValueError, match="JSON"):
        answer(float("nan"))


def test_words_that_say_nothing_are_refused(folder: Path) -> None:
    check_query({"k": "3"}, ("k", "n"))
    with pytest.raises(RefusalError, match="query: expected k or coverage, got 'coverge'; did you mean 'coverage'"):
        check_query({"coverge": "3"}, ("k", "coverage"))
    with pytest.raises(RefusalError, match="query: expected nothing after the address, got 'k'"):
        check_query({"k": "3"}, ())
    service = RowService(folder, Settings(watch=0))
    check_name("places", service)
    with pytest.raises(RefusalError, match="expected the model 'places', got 'other'"):
        check_name("other", service)

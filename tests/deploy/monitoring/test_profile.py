import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.deploy import add_files
from gnn2mlp.deploy.monitoring import PROFILE, Profile, profile_of
from gnn2mlp.deploy.monitoring.profile import as_trained, form_of
from gnn2mlp.encoders.reading import read
from tests.deploy.monitoring.watched import table_of, watched_model
from tests.deploy.scored import numbers_of, student_of


def test_it_lies_in_the_model_directory_and_comes_back(tmp_path: Path) -> None:
    predictor, profile = watched_model(300)
    predictor.save(tmp_path / "model")
    with pytest.raises(ArtefactError, match=r"has no profile.json of the table .* run the same fit again"):
        Profile.load(tmp_path / "model")
    add_files(tmp_path / "model", {PROFILE: profile.encode()})
    again = Profile.load(tmp_path / "model")
    assert again.encode() == profile.encode()
    assert again.basis == "rows that were held back"
    (tmp_path / "model" / PROFILE).write_bytes(profile.encode()[:-2])
    with pytest.raises(ArtefactError, match="truncated or altered"):
        Profile.load(tmp_path / "model")


def test_other_contents_are_refused() -> None:
    for content in (b"[]", b"{", b'{"format": 1}'):
        with pytest.raises(ArtefactError, match="is no profile of a training table"):
            Profile.decode(content, "profile.json")
    with pytest.raises(ArtefactError, match="has format 99"):
        Profile.decode(b'{"format": 99}', "profile.json")


def test_nothing_that_fewer_than_ten_rows_have_is_in_it() -> None:
    table = table_of(400, 0)
    secret = ["Xanthippe"] * 9 + table["city"].to_pylist()[9:]
    text = ["confidential matter"] * 9 + table["text"].to_pylist()[9:]
    predictor, _ = watched_model(400)
    changed = table.set_column(1, "city", pa.array(secret)).set_column(3, "text", pa.array(text))
    content = profile_of(predictor, changed).encode()
    assert b"Bonn" in content
    assert b"Xanthippe" not in content
    assert b"confidential" not in content
    facts = json.loads(content)
    for column in facts["columns"]:
        bins = column["counts"].get("bins", [])
        assert all(count >= 10 for count in bins[: -1 if column["form"] == "category" else None]), column["name"]


def test_features_with_names_are_numbers() -> None:
    profile = profile_of(student_of(["a", "b"]), numbers_of(100), ["id"])
    assert [(one.name, one.frame.form) for one in profile.columns] == [(n, "number") for n in ("likes", "age", "old")]
    with pytest.raises(DataError, match="expected the column 'likes', which the model reads"):
        profile_of(student_of(["a", "b"]), {"age": [1.0]})


def test_values_are_read_as_in_training() -> None:
    assert as_trained(read(np.array([0, 1])), "boolean", "boolean").kind == "boolean"
    assert form_of(read(["2024-01-01"]), "date") == "date"
    assert form_of(read([3, 4]), "category") == "category"
    assert form_of(read([[1.0, 2.0]]), "an encoder from outside") in ("words", "vector")
    with pytest.raises(DataError, match="expected number, as in training"):
        as_trained(read(["x"]), "number", "number")

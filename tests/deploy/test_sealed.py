import hashlib
import json

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy import sealed
from gnn2mlp.deploy.sealed import check_file, is_file_name, is_foreign, reseal, seal, unseal

FILES = {"student.safetensors": b"weights", "README.md": b"# Model\n"}
FACTS = {"name": "Füchse 日本", "classes": ["\ud800", 'a"b'], "value": 0.1}


def test_round_trip_keeps_facts_and_lists_files() -> None:
    config = unseal(seal(FACTS, FILES), "config.json")
    assert {key: config[key] for key in FACTS} == FACTS
    assert (config["format"], config["library_name"]) == (sealed.FORMAT, "gnn2mlp")
    digest = hashlib.sha256(b"weights").hexdigest()
    assert config["files"]["student.safetensors"] == {"bytes": 7, "sha256": digest}


def test_the_seal_is_of_all_lines_before_it() -> None:
    lines = seal(FACTS, FILES).splitlines(keepends=True)
    assert json.loads(b"".join(lines))["sha256"] == hashlib.sha256(b"".join(lines[:-2])).hexdigest()


def test_any_changed_byte_is_noticed() -> None:
    whole = seal({"a": 1}, FILES)
    unnoticed = []
    for place in range(len(whole)):
        for damaged in (
            whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :],
            whole[:place],
            whole[:place] + b" " + whole[place:],
        ):
            try:
                unseal(damaged, "config.json")
            except ArtefactError:
                continue
            unnoticed.append((place, damaged))
    assert not unnoticed
    with pytest.raises(ArtefactError):
        unseal(whole + b"\n", "config.json")


def edited(**facts: object) -> bytes:
    """Sealed as it should be, but of what it says."""
    return reseal({**unseal(seal({}, FILES), ""), **facts}, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "is no configuration of a gnn2mlp model"),
        (b"[" * 100_000, "is no configuration of a gnn2mlp model"),
        (b"[]", "is no configuration of a gnn2mlp model"),
        (b'{"format": "1", "library_name": "gnn2mlp"}', "is no configuration of a gnn2mlp model"),
        (b'{"format": 1, "format": 1}', "the name 'format' stands in it twice"),
        (b'{"format": 1, "library_name": "transformers"}', "belongs to the library 'transformers'"),
        (b'{"format": 1, "library_name": "gnn2mlp"}', "does not match its seal"),
        (edited(format=2), "has format 2, this release reads up to 1: upgrade gnn2mlp"),
        (seal({}, {"../up": b""}), "lists no files"),
        (seal({}, {"config.json": b""}), "lists no files"),
        (edited(name="x").replace(b'"bytes": 7', b'"bytes": 8'), "does not match its seal"),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ArtefactError, match=message):
        unseal(content, "config.json")


def test_files_are_exchanged_added_and_taken_away() -> None:
    config = unseal(reseal(unseal(seal(FACTS, FILES), ""), {"a.json": b"1", "README.md": b"2"}, ["x"]), "")
    assert list(config["files"]) == ["README.md", "a.json", "student.safetensors"]
    assert config["files"]["README.md"]["sha256"] == hashlib.sha256(b"2").hexdigest()
    assert list(unseal(reseal(config, {}, ["a.json"]), "")["files"]) == ["README.md", "student.safetensors"]


def test_a_file_is_compared_by_size_and_checksum() -> None:
    listed = unseal(seal({}, FILES), "")["files"]["README.md"]
    check_file("README.md", b"# Model\n", listed, "there")
    with pytest.raises(ArtefactError, match="there should have 8 bytes, and has 2: .* --reseal"):
        check_file("README.md", b"# ", listed, "there")
    with pytest.raises(ArtefactError, match="and has more"):
        check_file("README.md", b"# Model\n ", listed, "there")
    with pytest.raises(ArtefactError, match="does not match its checksum.*make it again"):
        check_file("student.safetensors", b"# model\n", listed, "there")


def test_names_of_files() -> None:
    assert all(map(is_file_name, ("model.onnx", "a b", "日本")))
    assert not any(map(is_file_name, ("", ".git", "a/b", "a\\b", "..", "a\0", "a\n")))


def test_the_configuration_of_another_library() -> None:
    assert is_foreign(b'{"library_name": "transformers"}')
    assert is_foreign(b"[]")
    assert not is_foreign(seal({}, {}))
    assert not is_foreign(b"{")

from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts._packages import checksum_of, model_file, needed, package_file


def test_what_is_not_installed_is_said_in_a_sentence_with_the_remedy() -> None:
    said = "^text encoder 'minilm' needs no_such_package; run: pip install 'gnn2mlp\\[minilm\\]'$"
    with pytest.raises(ConfigError, match=said):
        needed("no_such_package", "minilm", "minilm")
    with pytest.raises(ConfigError, match=said):
        package_file("no_such_package", "model.zip", "minilm", "minilm")


def test_a_file_of_a_package_is_found_without_importing_it() -> None:
    assert package_file("gnn2mlp", "py.typed", "x", "x").is_file()
    with pytest.raises(ConfigError, match="expected model.zip in the package gnn2mlp, found none; another release"):
        package_file("gnn2mlp", "model.zip", "x", "x")


def test_a_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    assert model_file(str(tmp_path), "a", "onnx") == tmp_path / "a"
    with pytest.raises(ConfigError, match="text encoder 'onnx': expected a folder with b, found none at "):
        model_file(str(tmp_path), "b", "onnx")


def test_checksums_are_of_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a")
    other.write_text("b")
    assert len({checksum_of(one), checksum_of(other), checksum_of(one, other), checksum_of(other, one)}) == 4
    before = checksum_of(one)
    one.write_text("longer")
    assert checksum_of(one) != before

"""Splits of links: digest, populations, and the file."""

from dataclasses import replace
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.data import LinkSplit
from gnn2mlp.data.links.split import LinkSetting
from tests.helpers import tiny_graph
from tests.links import tiny_link_split


@pytest.mark.parametrize("setting", ["transductive", "production"])
def test_saved_and_loaded(setting: LinkSetting, tmp_path: Path) -> None:
    split = tiny_link_split(tiny_graph(), setting)
    split.save(tmp_path / "links.safetensors")
    loaded = LinkSplit.load(tmp_path / "links.safetensors")
    assert loaded.digest == split.digest
    assert (loaded.setting, loaded.seed, loaded.scheme) == (split.setting, split.seed, split.scheme)
    content = bytearray((tmp_path / "links.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "links.safetensors").write_bytes(content)
    with pytest.raises(ArtefactError):
        LinkSplit.load(tmp_path / "links.safetensors")


def test_a_pair_or_a_node_more_changes_the_digest() -> None:
    split = tiny_link_split(tiny_graph(), "production")
    for part in split.sizes:
        assert replace(split, **{part: getattr(split, part)[1:]}).digest != split.digest


def test_populations_are_apart_and_complete() -> None:
    split = tiny_link_split(tiny_graph(), "production")
    new = set(split.new.tolist())
    for pairs in (split.test, split.test_negatives, split.known, split.test[:0]):
        found = split.populations(pairs)
        assert list(found) == ["overall", "old-old", "old-new", "new-new"]
        ends = [sum(end in new for end in pair) for pair in pairs.tolist()]
        for count, name in enumerate(list(found)[1:]):
            assert found[name].tolist() == [end == count for end in ends]
        assert found["overall"].all()
    assert list(tiny_link_split(tiny_graph()).populations(split.test)) == ["overall"]


def test_it_shows_itself_in_a_line() -> None:
    said = repr(tiny_link_split(tiny_graph(), "production"))
    assert said.startswith("LinkSplit(train=")
    assert len(said) < 200

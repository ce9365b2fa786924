import builtins
import html
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.explore import interactive_map, map_object
from tests.explore.maps import small_map


def test_it_is_saved_as_one_page(tmp_path: Path) -> None:
    found = small_map()
    path = found.save(tmp_path / "sub" / "map.html")
    assert path.read_text(encoding="utf-8") == found.html()


def test_it_says_what_it_is_in_a_line() -> None:
    assert repr(small_map()) == "InteractiveMap('Cats & dogs', 40 nodes, colours: class, answer, confidence)"
    assert repr(interactive_map([[0, 0]])) == "InteractiveMap('Map of nodes', 1 node, colours: none)"


def test_a_frame_has_the_rows_that_are_asked_for() -> None:
    pd = pytest.importorskip("pandas")
    found = small_map()
    frame = found.frame([0, 3])
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == ["id", "class", "answer", "confidence"]
    assert frame["id"].tolist() == [f"page {row}" for row in frame.index]
    assert frame["class"].tolist() == [["unknown", "cats", "dogs", "owls"][row % 4] for row in frame.index]
    assert len(found.frame()) == 40


def test_what_is_selected_in_the_widget_is_a_frame() -> None:
    pytest.importorskip("anywidget")
    found = small_map()
    assert len(found.selected) == 0
    found.widget().selected_rows = [2, 1]
    assert found.selected["id"].tolist() == found.ids[[2, 1]].tolist()
    assert "application/vnd.jupyter.widget-view+json" in found._repr_mimebundle_()[0]


def test_beside_the_widget_a_notebook_keeps_a_picture_and_a_page_that_is_not_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("anywidget")
    found = small_map()
    kept = found._repr_mimebundle_()[0]["text/html"]
    assert "Cats &amp; dogs: a picture of the map with 40 nodes." in kept
    assert '<img alt="Cats &amp; dogs" src="data:image/png;base64,iVBOR' in kept
    assert kept.index("<img") < kept.index("<iframe")
    assert "position:absolute" in kept  # over the picture
    monkeypatch.setattr(map_object, "KEPT", 1000)
    bundle, _ = found._repr_mimebundle_()
    assert "<img" in bundle["text/html"]
    assert "<iframe" not in bundle["text/html"]
    assert bundle["text/plain"] == repr(found)


def test_without_anywidget_a_notebook_shows_the_page_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def importing(name: str, *rest: Any) -> Any:
        if name in ("anywidget", "pandas"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)
    found = small_map()
    bundle = found._repr_mimebundle_()
    assert bundle["text/plain"] == repr(found)
    assert 'title="Cats &amp; dogs"' in bundle["text/html"]
    assert html.escape("<h1>Cats &amp; dogs</h1>") in bundle["text/html"]
    with pytest.raises(ConfigError, match=r"pip install 'gnn2mlp\[map\]'"):
        found.selected  # noqa: B018
    with pytest.raises(ConfigError, match="pip install pandas"):
        found.frame()

import sys

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.frames import frame


def test_a_frame_has_its_index_and_the_name_of_it() -> None:
    made = frame({"nodes": [3, 4]}, [7, 9], "code")
    assert (made.index.name, made.index.tolist(), made["nodes"].tolist()) == ("code", [7, 9], [3, 4])
    assert frame({"nodes": [3, 4]}).index.tolist() == [0, 1]


def test_without_pandas_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigError, match="pip install pandas"):
        frame({})

"""How a model is served."""

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.serving import NodeFiles, Settings


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"queue": 0}, "queue"),
        ({"batch_rows": 0}, "batch_rows"),
        ({"batch_wait": -1}, "batch_wait of 0 seconds or more"),
        ({"watch": float("nan")}, "watch of 0 seconds or more"),
        ({"seconds": 0}, "seconds above 0"),
        ({"token": ""}, "an empty one"),
        ({"router": "router.safetensors"}, "expected a teacher with a router"),
    ],
)
def test_settings_are_checked(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Settings(**wrong)


def test_a_token_is_in_no_repr() -> None:
    assert "secret" not in repr(Settings(token="secret", teacher_token="secret"))


def test_tables_of_nodes_are_told_with_what_goes_with_them() -> None:
    files = NodeFiles("nodes.csv", "page", known="~/links.parquet")
    assert files.paths == (Path("nodes.csv"), Path.home() / "links.parquet")
    with pytest.raises(ConfigError, match="shortlist: expected at least 1, got 0"):
        NodeFiles("nodes.csv", shortlist=0)

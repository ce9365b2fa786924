"""Scoring on Spark where there is none; the rest is in tests/integration/test_spark_scoring.py."""

import sys

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import BatchScorer, score_dataframe
from gnn2mlp.deploy.spark import _quoted
from tests.deploy.scored import student_of


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ConfigError, match="install the extra: pip install 'gnn2mlp.spark.'"):
        score_dataframe(BatchScorer(student_of(["a", "b"])), None)


def test_a_name_with_dots_and_quotes_is_one_column() -> None:
    assert _quoted("a.b`c") == "`a.b``c`"

"""A fit of whole graphs that is made once."""

import pytest

from tests.fitted_graphs import graph_fit  # noqa: F401  (a fixture)


@pytest.fixture(autouse=True)
def _undrawn(undrawn: pytest.MonkeyPatch) -> None:
    """No fit of these tests draws its page."""

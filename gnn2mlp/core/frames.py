"""pandas where it is installed: tables that a notebook shows."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import ConfigError


def frame(columns: Mapping[str, Any], index: Any = None, name: str | None = None) -> Any:
    """A `pandas.DataFrame` of these columns.

    Args:
        columns: by name, each with a value for each row.
        index: (rows,); default: row numbers.
        name: of the index.

    Raises:
        ConfigError: if pandas is not installed.

    Example:
        >>> frame({"nodes": [3, 4]}, index=[7, 9], name="code").loc[9, "nodes"].item()
        4
    """
    try:
        import pandas
    except ImportError as error:
        raise ConfigError("a frame takes pandas, which is not installed: pip install pandas") from error
    return pandas.DataFrame(columns, index=None if index is None else pandas.Index(index, name=name))

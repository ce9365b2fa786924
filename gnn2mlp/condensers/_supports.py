"""How many graphs a set has to be in: as a share, or as a number."""

import math
from collections.abc import Sequence

from gnn2mlp.core.errors import ConfigError


def check_support(support: float | Sequence[float]) -> None:
    """Raise `ConfigError` for a support that is neither a share nor a number of graphs."""
    for one in support if isinstance(support, Sequence) else [support]:
        if not 0 < one < math.inf or (one > 1 and not float(one).is_integer()):
            raise ConfigError(
                f"mirage.support: expected a share of the graphs of a class, such as 0.15, or a number of graphs, such "
                f"as 100, got {one}"
            )


def least_counts(support: float | Sequence[float], graphs: Sequence[int], names: Sequence[str]) -> list[int]:
    """For each class the least number of graphs that a set has to be in.

    A share is rounded up; 1 as a number without a fraction is one graph, and 1.0 is all of them.

    Args:
        support: one for all classes, or one for each.
        graphs: of each class.
        names: of the classes.

    Raises:
        ConfigError: if there is another number of supports than of classes.

    Example:
        >>> least_counts(0.15, [10, 40], ["no", "yes"]), least_counts((3, 0.5), [10, 40], ["no", "yes"])
        ([2, 6], [3, 20])
    """
    each = list(support) if isinstance(support, Sequence) else [support] * len(graphs)
    if len(each) != len(graphs):
        raise ConfigError(
            f"mirage.support: expected one number, or one for each of {len(graphs)} classes ({', '.join(names)}), got "
            f"{len(each)}"
        )
    return [_least(one, count) for one, count in zip(each, graphs, strict=True)]


def _least(support: float, graphs: int) -> int:
    whole = isinstance(support, int) or support > 1
    # Rounded first: .15 * 20 is 3.0000000000000004 in some orders of operations.
    return int(support) if whole else max(1, math.ceil(round(support * graphs, 9)))

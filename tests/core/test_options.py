"""What can be set of a component, as its constructor and docstring say; more in the docstrings' examples."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from gnn2mlp.core.options import Option, arguments_of, kind_of, options_of, summary_of, written
from gnn2mlp.core.spec import Configurable, Spec


class Base(Configurable):
    """A base.

    Args:
        depth: how deep,
            at most.
        width: of the base.
    """

    name = "base"

    def __init__(self, depth: int, width: float = 0.5):
        self.depth, self.width = depth, width


class Derived(Base):
    """One more.

    It says what is its own alone.

    Args:
        width: of this.

    Raises:
        ConfigError: depth: never.
    """

    name = "derived"

    def __init__(self, order: Literal["up", "down"] = "up", undocumented: bool = True, **options: Any):
        super().__init__(**options)
        self.order, self.undocumented = order, undocumented


def test_options_of_a_base_class_count_and_the_nearest_docstring_speaks() -> None:
    assert options_of(Derived) == [
        Option("order", "up or down", "up", ""),
        Option("undocumented", "true or false", "true", ""),
        Option("depth", "whole number", None, "how deep, at most."),
        Option("width", "number", "0.5", "of this."),
    ]


def test_a_summary_ends_where_sections_begin() -> None:
    assert summary_of(Derived) == "One more.\n\nIt says what is its own alone."
    assert arguments_of("Nothing to set.") == {}


def test_kinds_are_words() -> None:
    annotations = [Sequence[int], Mapping[str, int], dict[str, Any], Spec, Any, bool | None, Derived]
    assert [kind_of(one) for one in annotations] == [
        "list of whole number", "mapping", "mapping", "name, or a mapping with a name", "any value",
        "true or false or null", "Derived",
    ]  # fmt: skip


def test_values_are_written_as_yaml_takes_them() -> None:
    assert written({"a": [1, None]}) == "{a: [1, null]}"
    assert written(Spec("glnn", temperature=2.0)) == "{name: glnn, temperature: 2.0}"

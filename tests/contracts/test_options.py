"""What every registered component promises of its options: it keeps what it was given, and describes itself by it."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest

from gnn2mlp.cli._catalogue import KINDS, classes
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Configurable

COMPONENTS = [pytest.param(cls, id=f"{kind}-{name}") for kind in KINDS for name, cls in classes(kind).items()]
# What options of simple kinds may be; a component refuses what is out of its range.
VALUES: dict[Any, tuple[Any, ...]] = {bool: (True, False), int: (1, 2, 7), float: (0.25, 1.5), str: ("a",)}


def _values(annotation: Any) -> Iterator[Any]:
    """Values of an option that are numbers, truth values, texts or lists of these; of other kinds none."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) is tuple:
        yield from ((value, value) for value in VALUES.get(get_args(annotation)[0], ()))
    elif annotation in VALUES:
        yield from VALUES[annotation]
    else:
        for kind in get_args(annotation):
            yield from _values(kind)


def _made(cls: type[Configurable]) -> Iterator[tuple[Configurable, dict[str, Any]]]:
    """Objects with one option each that is not left to its default."""
    for name, parameter in cls.constructor_options().items():
        for value in _values(parameter.annotation):
            try:
                yield cls(**{name: value}), {name: value}
            except (ConfigError, TypeError):  # out of range or beside another option; or another one has no default
                continue


@pytest.mark.parametrize("cls", COMPONENTS)
def test_an_option_is_kept_as_it_was_given(cls: type[Configurable]) -> None:
    changed = [
        f"{cls.__name__}({name}={value!r}).{name} is {getattr(made, name)!r}"
        for made, given in _made(cls)
        for name, value in given.items()
        if not _named(cls, name) and getattr(made, name) != value
    ]
    assert not changed, "; ".join(changed)


@pytest.mark.parametrize("cls", COMPONENTS)
def test_one_that_is_made_of_its_options_is_alike(cls: type[Configurable]) -> None:
    for made, given in _made(cls):
        again = cls(**made.spec().checked(cls, "component"))
        assert again.spec() == made.spec(), given
        differs = [name for name, value in vars(made).items() if _is_plain(value) and getattr(again, name) != value]
        assert not differs, given


def _named(cls: type[Configurable], option: str) -> bool:
    """Whether the option may name a component, which is written out with all of its own options."""
    return cls.constructor_options()[option].annotation is Any


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str | tuple)

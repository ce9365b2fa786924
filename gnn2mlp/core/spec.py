"""A component as data: its registered name and the options of its constructor, whose signature is the schema."""

import inspect
import os
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin

import numpy as np
import pydantic
from pydantic_core import core_schema

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.registry import Registry, is_own, spec_name

T = TypeVar("T", bound="Configurable")


class Configurable:
    """A class whose constructor only stores its arguments under their own names, so that it can describe itself.

    Example:
        >>> class Ranking(Configurable):
        ...     name = "ranking"
        ...     def __init__(self, order: Literal["up", "down"] = "up", top: int = 10):
        ...         self.order = order
        ...         self.top = top
        >>> Ranking(top=3)
        Spec('ranking', order='up', top=3)
        >>> Ranking(topp=3)
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: Ranking has no option 'topp'; did you mean 'top'? (options: order, top)
        >>> Ranking("left")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: Ranking.order: expected one of 'up', 'down', got 'left'
    """

    name: ClassVar[str]
    citation: ClassVar[str] = "unpublished"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not hasattr(cls, "name") and not is_own(cls):
            cls.name = cls.__qualname__  # a class of a user's own need not think of one

    def __new__(cls, *args: Any, **options: Any) -> Self:
        """A new object, if its constructor has these options, these choices, and values of these simple kinds.

        In `__new__`, as this sees what the caller wrote before any constructor does.

        Raises:
            ConfigError: on an unknown option (with the nearest match), a value that is none of the choices, or
                one of another kind, such as text or a fraction where a whole number is due.
        """
        if args or options:  # neither has a copy, which is made without arguments
            parameters = cls.constructor_options()
            for option in options:
                _check_option(option, parameters, cls.__name__)
            for option, value in {**dict(zip(parameters, args, strict=False)), **options}.items():
                where, annotation = f"{cls.__name__}.{option}", parameters[option].annotation
                _check_choice(value, annotation, where)
                _check_kind(value, annotation, where)
        return super().__new__(cls)

    @classmethod
    def constructor_options(cls) -> dict[str, inspect.Parameter]:
        """The constructor's parameters by name: the options that a `Spec` of this class accepts.

        A constructor that takes `**options` hands them to its base class, whose parameters then count too.
        """
        found: dict[str, inspect.Parameter] = {}
        for base in cls.__mro__:
            if "__init__" not in vars(base) or not issubclass(base, Configurable):
                continue
            _, *own = inspect.signature(base.__init__).parameters.values()
            for parameter in own:
                if parameter.kind is not parameter.VAR_KEYWORD:
                    found.setdefault(parameter.name, parameter)
            if all(parameter.kind is not parameter.VAR_KEYWORD for parameter in own):
                break
        return found

    def spec(self) -> "Spec":
        """The spec that builds an equal object; its name is the registered one, or the import path of the class."""
        return Spec(spec_name(type(self)), **{key: plain(getattr(self, key)) for key in self.constructor_options()})

    def outside(self) -> Any:
        """What decides its results and lies neither in it nor in its code, such as weights in a file; mostly nothing.

        It is a part of the identity of every result that is made with the object.
        """
        return None

    def __repr__(self) -> str:
        return repr(self.spec())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Configurable) and type(self) is type(other) and self.spec() == other.spec()

    def __hash__(self) -> int:
        return hash((type(self), self.name))


def plain(value: Any) -> Any:
    """Reduce `value` to what YAML and JSON hold: tuples become lists, components specs, numpy's scalars numbers."""
    if isinstance(value, Configurable):
        return plain(value.spec())
    if isinstance(value, Spec):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


class Spec:
    """A name and options, e.g. `Spec("glnn", temperature=0.8)`. In YAML: `{name: glnn, temperature: 0.8}` or `glnn`.

    The name of a class of one's own is its import path, `"my_package.my_module:MyTeacher"`.

    Immutable and comparable. `build(registry)` checks the options against the constructor and calls it.
    """

    __slots__ = ("name", "options")

    name: str
    options: Mapping[str, Any]

    def __init__(self, name: str, /, **options: Any):
        if "name" in options:
            raise ConfigError(f"'name' is the name of the component ({name!r}), it cannot be an option as well")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "options", MappingProxyType(options))

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Accept a `Spec`, a bare name, a mapping with a `name` key, or a `Configurable` object."""
        if isinstance(value, Configurable):
            value = value.spec()
        if isinstance(value, Spec):
            return cls(value.name, **value.options)
        if isinstance(value, str):
            return cls(value)
        if isinstance(value, Mapping) and isinstance(value.get("name"), str):
            return cls(value["name"], **{str(k): v for k, v in value.items() if k != "name"})
        raise ConfigError(f"expected a name or a mapping with the key 'name', got {value!r}")

    def override(self, **options: Any) -> Self:
        """A new spec in which `options` win over the present ones."""
        return type(self)(self.name, **{**self.options, **options})

    def to_dict(self) -> dict[str, Any]:
        """`{"name": ..., **options}` in plain types."""
        return {"name": self.name, **plain(self.options)}

    def checked(self, cls: type[Configurable], where: str) -> dict[str, Any]:
        """Options validated against the constructor of `cls`; `where` (e.g. `"method"`) prefixes messages.

        Raises:
            ConfigError: on an unknown option (with the nearest match), a missing one, or one of the wrong type.
        """
        parameters = cls.constructor_options()
        for key in self.options:
            _check_option(key, parameters, f"{where} {self.name!r}")
        checked = {}
        for key, parameter in parameters.items():
            if key not in self.options:
                if parameter.default is parameter.empty:
                    raise ConfigError(f"{where} {self.name!r} needs the option {key!r}; set {where}.{key}")
                continue
            checked[key] = _coerce(self.options[key], parameter.annotation, f"{where}.{key}")
        return checked

    def build(self, registry: Registry[T]) -> T:
        """Construct the registered class called `self.name` with these options."""
        cls = registry.get(self.name)
        options = self.checked(cls, registry.kind)
        try:
            return cls(**options)
        except ConfigError:
            raise
        except ValueError as error:
            raise ConfigError(f"{registry.kind} {self.name!r}: {error}") from error

    def resolved(self, registry: Registry[T]) -> "Spec":
        """The same spec with every option written out, defaults included."""
        return self.build(registry).spec()

    def __setattr__(self, key: str, value: Any) -> None:
        raise AttributeError("a Spec is immutable; use override(...)")

    def __reduce__(self) -> tuple[Any, ...]:  # for copy and pickle, which would set attributes
        return _rebuild, (type(self), self.name, dict(self.options))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spec) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        options = "".join(f", {k}={v!r}" for k, v in self.options.items())
        return f"Spec({self.name!r}{options})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(lambda spec: spec.to_dict())
        )


def name_of(value: Any) -> str | None:
    """The name of a component in any form in which one can be given; `None` for what is none.

    Example:
        >>> name_of("glnn"), name_of({"name": "glnn", "temperature": 2.0}), name_of(Spec("glnn")), name_of(3)
        ('glnn', 'glnn', 'glnn', None)
    """
    found = value if isinstance(value, str) else value.get("name") if isinstance(value, Mapping) else None
    found = getattr(value, "name", None) if isinstance(value, Spec | Configurable) else found
    return found if isinstance(found, str) else None


def _rebuild(cls: type[Spec], name: str, options: dict[str, Any]) -> Spec:
    return cls(name, **options)


def _check_option(option: str, known: Iterable[str], owner: str) -> None:
    """Raise `ConfigError` if `owner` has no such option."""
    if option not in known:
        raise ConfigError(
            f"{owner} has no option {option!r}{nearest(option, known)} (options: {', '.join(known) or 'none'})"
        )


def _check_choice(value: Any, annotation: Any, where: str) -> None:
    """Raise `ConfigError` if the annotation is a `Literal` and the value is none of its choices.

    Other annotations pass: what Python code hands over may be more than YAML can hold.
    """
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    if choices and not any(isinstance(value, type(choice)) and value == choice for choice in choices):
        raise ConfigError(f"{where}: expected one of {', '.join(map(repr, choices))}, got {value!r}")


# What a constructor's argument of a simple kind may be, and what messages call it. Python's truth values are integers
# as well, and are taken for none here.
_KINDS: dict[Any, tuple[tuple[type, ...], str]] = {
    int: ((Integral,), "a whole number"),
    float: ((Real,), "a number"),
    bool: ((bool, np.bool_), "True or False"),
    str: ((str, os.PathLike), "text"),
    NoneType: ((NoneType,), "None"),
}


def _check_kind(value: Any, annotation: Any, where: str) -> None:
    """Raise `ConfigError` if the annotation is made of numbers, truth values, text and tuples, and the value is not.

    Numbers of numpy are numbers, and a list does for a tuple. Other annotations pass, as in `_check_choice`.
    """
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    if all(map(_is_simple, kinds)) and not any(_fits(value, kind) for kind in kinds):
        raise ConfigError(f"{where}: expected {' or '.join(map(_called, kinds))}, got {value!r}")


def _is_simple(kind: Any) -> bool:
    items = get_args(kind)
    if get_origin(kind) is tuple:
        return len(items) == 2 and items[1] is ... and _is_simple(items[0])
    return isinstance(kind, type) and kind in _KINDS


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is tuple:
        return isinstance(value, list | tuple) and all(_fits(each, get_args(kind)[0]) for each in value)
    types, _ = _KINDS[kind]
    return isinstance(value, types) and (kind is bool or not isinstance(value, bool))


def _called(kind: Any) -> str:
    return f"a list, each {_KINDS[get_args(kind)[0]][1]}," if get_origin(kind) is tuple else _KINDS[kind][1]


def _coerce(value: Any, annotation: Any, where: str) -> Any:
    """Validate one option against its annotation with pydantic, turning failures into one-line messages."""
    if annotation is inspect.Parameter.empty:
        return value
    if isinstance(value, bool):  # which pydantic takes for 0 or 1
        _check_kind(value, annotation, where)
    try:
        adapter = pydantic.TypeAdapter(annotation, config=pydantic.ConfigDict(arbitrary_types_allowed=True))
        return adapter.validate_python(value)
    except pydantic.ValidationError as error:
        kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
        wanted = " or ".join(map(_in_words, kinds))
        why = "" if all(map(_has_words, kinds)) else f" ({error.errors()[0]['msg']})"
        raise ConfigError(f"{where}: expected {wanted}, got {value!r}{why}") from error


def _has_words(kind: Any) -> bool:
    return get_origin(kind) is Literal or _is_simple(kind)


def _in_words(kind: Any) -> str:
    """What messages call a type; one without words is called as Python calls it."""
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(repr, get_args(kind)))}"
    if _is_simple(kind):
        return _called(kind)
    name = str(kind) if get_args(kind) else getattr(kind, "__name__", str(kind))
    return name.replace("typing.", "")

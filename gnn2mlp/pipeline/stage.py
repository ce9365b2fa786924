"""A stage of a run: a function, what it is given, and where its result is kept. Made once for what decides it.

What decides a result is what its function is given, and the code of that function: both are computed, neither is listed
by hand (`gnn2mlp.core.identity`). Data go one way. A stage that is given another one gets its result; until a result is
asked for nothing is made or read, so that a finished run trains nothing and loads nothing.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.core.source import code_of
from gnn2mlp.knowledge.store import Store

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Identity = Mapping[str, str]
"""Fingerprint by name of what a result was made from, and `code`."""


class Origin(NamedTuple):
    """How a result came about; it is kept beside the result.

    Args:
        identity: of all that decides it.
        environment: versions, device and processor where it was made.
        given: the environments in which the results that it was given were made, by their names.
    """

    identity: Identity
    environment: Mapping[str, Any]
    given: Mapping[str, Mapping[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, for a card."""
        return {"identity": dict(self.identity), "environment": dict(self.environment), "given": dict(self.given)}

    @classmethod
    def parse(cls, value: Any) -> "Origin | None":
        """What `to_dict` gave; `None` for anything else."""
        if not isinstance(value, Mapping) or value.keys() != set(cls._fields):
            return None
        return cls(**value)


class Kept(NamedTuple, Generic[T]):
    """A result and how it came about."""

    value: T
    origin: Origin


class Source(Protocol[T_co]):
    """What a stage may be given in place of a value: another stage, or what is left of it."""

    @property
    def identity(self) -> Identity:
        """What decides the value."""

    @property
    def environment(self) -> Mapping[str, Any]:
        """Where the value was made."""

    @property
    def value(self) -> T_co:
        """The value."""


@dataclass(frozen=True)
class Storage(Generic[T]):
    """The file of a result.

    Args:
        path: where the result of an identity lies: a file of its own for each, or one for the newest.
        load: read the result and what was kept as its origin; `ArtefactError` for a file that cannot be used.
        save: write both.
        check: called before a result is made: raises `ArtefactError` if it could not be written.
    """

    path: Callable[[Identity], Path]
    load: Callable[[Path], tuple[T, Any]]
    save: Callable[[Path, T, Origin], object]
    check: Callable[[], object] = lambda: None

    def find(self, identity: Identity) -> Kept[T] | None:
        """The result of this identity, if it is there and intact."""
        path = self.path(identity)
        if not os.path.exists(path):  # not Path.exists, which fails in a folder that may not be read
            return None
        try:
            value, about = self.load(path)
        except ArtefactError:
            return None
        origin = Origin.parse(about)
        return Kept(value, origin) if origin is not None and origin.identity == identity else None


@dataclass(frozen=True, eq=False)
class Stage(Generic[T]):
    """`make(**inputs, **context())`, found again for as long as the inputs and the code of `make` stay the same.

    Args:
        make: a function; what it imports, directly or not, is its code.
        inputs: by the names of its parameters. All of them decide the result. Where one is a stage, or holds some in a
            list, `make` is given their results, and their identities decide.
        storage: where the result is kept.
        environment_here: what is kept as the environment of results that are made now.
        context: gives, when the result is made, what decides nothing: a listener, and which of several equal devices.
    """

    make: Callable[..., T]
    inputs: Mapping[str, Any]
    storage: Storage[T]
    environment_here: Mapping[str, Any]
    context: Callable[[], Mapping[str, Any]] = dict

    @cached_property
    def identity(self) -> Identity:
        """Fingerprint of every input, and of the code."""
        found = {name: fingerprint(_decisive(value)) for name, value in self.inputs.items()}
        return {**found, "code": code_of(self.make)}

    @cached_property
    def kept(self) -> Kept[T]:
        """The result: read if it is there, else made and written."""
        found = self.storage.find(self.identity)
        if found is not None:
            return found
        self.storage.check()
        given = {name: dict(v.environment) for name, v in self.inputs.items() if _is_source(v)}
        value = self.make(**{name: _resolved(value) for name, value in self.inputs.items()}, **self.context())
        origin = Origin(self.identity, self.environment_here, given)
        self.storage.save(self.storage.path(self.identity), value, origin)
        return Kept(value, origin)

    @property
    def value(self) -> T:
        """The result."""
        return self.kept.value

    @property
    def environment(self) -> Mapping[str, Any]:
        """Where the result was made, which need not be here."""
        return self.kept.origin.environment

    def reference(self) -> "Reference[T]":
        """The result as a later stage may be given it, without all that this one holds."""
        _ = self.kept
        return Reference(self.identity, self.storage)


@dataclass(frozen=True, eq=False)
class Reference(Generic[T]):
    """A result that has been made and is read when it is asked for."""

    identity: Identity
    storage: Storage[T]

    @property
    def value(self) -> T:
        """The result, read anew each time."""
        return self._kept().value

    @property
    def environment(self) -> Mapping[str, Any]:
        """Where it was made."""
        return self._kept().origin.environment

    def _kept(self) -> Kept[T]:
        found = self.storage.find(self.identity)
        if found is None:
            path = self.storage.path(self.identity)
            raise ArtefactError(f"{path} was removed or altered while it was in use; start the same command again")
        return found


def _is_source(value: Any) -> bool:
    return isinstance(value, Stage | Reference)


def _decisive(value: Any) -> Any:
    """A value with identities in place of stages."""
    if _is_source(value):
        return value.identity
    return [_decisive(entry) for entry in value] if isinstance(value, list) else value


def _resolved(value: Any) -> Any:
    """A value with results in place of stages."""
    if _is_source(value):
        return value.value
    return [_resolved(entry) for entry in value] if isinstance(value, list) else value


def json_file(path: Path) -> Storage[dict[str, Any]]:
    """One JSON file for the newest record of numbers."""

    def load(path: Path) -> tuple[dict[str, Any], Any]:
        saved = read_json(path)
        if not isinstance(saved, dict) or not isinstance(saved.get("record"), dict):
            raise ArtefactError(f"expected a record in {path}, got something else")
        return saved["record"], saved.get("made")

    def save(path: Path, record: dict[str, Any], origin: Origin) -> None:
        write_json(path, {"made": origin.to_dict(), "record": record})

    return Storage(lambda identity: path, load, save)


def stored(
    store: Store, kind: str, load: Callable[[Path], tuple[T, Any]], save: Callable[[Path, T, Origin], object]
) -> Storage[T]:
    """A file in the cache for each identity."""

    def replace(path: Path, value: T, origin: Origin) -> None:
        path.unlink(missing_ok=True)  # it is there if it is damaged, perhaps beyond telling what it was
        save(path, value, origin)

    return Storage(lambda identity: store.path(kind, identity), load, replace, store.check_writable)


def unkept() -> Storage[Any]:
    """No file: the result is made each time."""

    def load(path: Path) -> tuple[Any, Any]:
        raise ArtefactError("nothing was kept")

    return Storage(lambda identity: Path(os.devnull), load, lambda path, value, origin: None)

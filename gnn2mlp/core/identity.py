"""What decides a result, as one string computed from the values themselves.

`fingerprint` goes through a value by its type: all fields, all entries, all bytes. No list of what counts is kept by
hand, and a type that it does not know is an error, since a guess would let a stale result pass for a new one.
"""

import dataclasses
import functools
import hashlib
import struct
import weakref
from collections.abc import Callable, Mapping, Sequence, Set
from enum import Enum
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType, MethodWrapperType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gnn2mlp.core.digest import tensor_bytes, tensor_header
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.source import code_of
from gnn2mlp.core.spec import Configurable, Spec

# Tensors from this size on are hashed once and remembered for as long as they live and are not written to.
REMEMBERED = 2**16


@dataclasses.dataclass(frozen=True)
class Execution:
    """What decides a result beside inputs and code: how torch computes.

    Args:
        device: where; of several equal ones it does not matter which.
        threads: CPU threads, which decide the order of sums.
        version: of torch.
        dtype: default precision.
        matmul: precision of matrix products of floats.
        autocast: to what precision torch lowers operations on the device by itself; `None`: to none.
        deterministic: whether torch keeps to algorithms that give the same bits each time, which are others on CUDA.
    """

    device: torch.device
    threads: int
    version: str
    dtype: torch.dtype
    matmul: str
    autocast: torch.dtype | None = None
    deterministic: bool = False

    @classmethod
    def on(cls, device: torch.device | str) -> "Execution":
        """How torch computes now, on `device`.

        Example:
            >>> Execution.on("cpu").device.type
            'cpu'
        """
        where = torch.device(device)
        lowered = torch.get_autocast_dtype(where.type) if torch.is_autocast_enabled(where.type) else None
        return cls(
            device=where,
            threads=torch.get_num_threads(),
            version=torch.__version__,
            dtype=torch.get_default_dtype(),
            matmul=_matmul_precision(),
            autocast=lowered,
            deterministic=torch.are_deterministic_algorithms_enabled(),
        )


def _matmul_precision() -> str:
    """Torch's word for the precision of products of floats; by back-end, where it was set for one of them alone."""
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:  # torch refuses to say it in one word then
        return f"{torch.backends.cuda.matmul.fp32_precision}/{torch.backends.mkldnn.matmul.fp32_precision}"  # type: ignore[attr-defined]


def fingerprint(value: Any) -> str:
    """32 hex digits that are equal for equal values, and differ where anything in them does.

    Numbers, text, paths (as text, not by content), arrays and tensors count by type, shape and bytes; mappings,
    sequences and sets by their entries; dataclasses by every field with `compare=True`; components, networks, classes
    and functions by all that they hold and by the code that they reach (`gnn2mlp.core.source.code_of`). Whether a
    sequence is a list or a tuple does not matter, nor the order of a mapping's keys, nor on which device a tensor lies.

    Raises:
        ConfigError: for a value of a type that it cannot go through.

    Example:
        >>> fingerprint({"lr": 0.1, "widths": (8, 8)}) == fingerprint({"widths": [8, 8], "lr": 0.1})
        True
        >>> fingerprint(torch.zeros(2, 3)) == fingerprint(torch.zeros(3, 2))
        False
    """
    return _digest(value).hex()[:32]


def _digest(value: Any) -> bytes:
    for kinds, rule in _RULES:
        if isinstance(value, kinds):
            return rule(value)
    if dataclasses.is_dataclass(value):
        return _dataclass(value)
    raise ConfigError(
        f"expected a value whose identity can be computed, got {_path(type(value))}: give plain values, arrays, a "
        "dataclass, or a component whose constructor stores its options"
    )


def _hashed(kind: str, *parts: bytes) -> bytes:
    sha = hashlib.sha256(f"{kind}:{len(parts)}".encode())
    for part in parts:
        sha.update(struct.pack("<q", len(part)))
        sha.update(part)
    return sha.digest()


def _number(value: complex | np.generic) -> bytes:
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float):
        return _hashed("float", struct.pack("<d", plain))
    if isinstance(plain, bool | int | complex | bytes):
        return _hashed(type(plain).__name__, plain if isinstance(plain, bytes) else str(plain).encode())
    return _hashed("numpy", str(value.dtype).encode(), value.tobytes())  # type: ignore[union-attr]  # dates


def _text(value: str) -> bytes:
    return _hashed("str", value.encode("utf-8", "surrogatepass"))


def _named(kind: str) -> Callable[[Any], bytes]:
    return lambda value: _hashed(kind, str(value).encode("utf-8", "surrogatepass"))


_tensors: dict[int, tuple[weakref.ref[Tensor], int, bytes]] = {}


def _tensor(value: Tensor) -> bytes:
    """By its bytes. A large one is remembered under its version, which torch counts up whenever it is written to."""
    if value.layout != torch.strided or value.is_quantized or value.is_meta:
        raise ConfigError(f"expected a dense tensor, got one of layout {value.layout} on {value.device}; convert it")
    large = value.numel() * value.element_size() >= REMEMBERED and not value.is_inference()
    known = _tensors.get(id(value)) if large else None
    if known is not None and known[0]() is value and known[1] == value._version:
        return known[2]
    sha = hashlib.sha256(tensor_header("tensor", value.dtype, value.shape))
    sha.update(tensor_bytes(value))
    if large:
        key = id(value)
        _tensors[key] = (weakref.ref(value, lambda _: _tensors.pop(key, None)), value._version, sha.digest())
    return sha.digest()


def _array(value: np.ndarray[Any, Any]) -> bytes:
    header = f"{value.dtype.str}{value.shape}".encode()
    if value.dtype.hasobject:
        return _hashed("objects", header, *map(_digest, value.ravel().tolist()))
    sha = hashlib.sha256(b"array:" + header)
    if value.size:
        sha.update(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
    return sha.digest()


def _mapping(value: Mapping[Any, Any]) -> bytes:
    pairs = sorted((_digest(key), _digest(entry)) for key, entry in value.items())
    return _hashed("mapping", *(part for pair in pairs for part in pair))


def _sequence(value: Sequence[Any]) -> bytes:
    if hasattr(value, "_fields"):  # a NamedTuple: another one with equal entries means something else
        return _hashed("named", _path(type(value)).encode(), *map(_digest, value))
    return _hashed("sequence", *map(_digest, value))


def _set(value: Set[Any]) -> bytes:
    return _hashed("set", *sorted(map(_digest, value)))


def _dataclass(value: Any) -> bytes:
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
    return _hashed("dataclass", _path(type(value)).encode(), _mapping(fields))


def _component(value: Any) -> bytes:
    """A component or a network: its class with all code, and all that it holds."""
    held = {key: entry for key, entry in vars(value).items() if not _computed(type(value), key)}
    outside = value.outside() if isinstance(value, Configurable) else None
    lying = [] if outside is None else [_digest(outside)]
    return _hashed("component", _class(type(value)), _mapping(held), *lying)


def _computed(cls: type, key: str) -> bool:
    return isinstance(getattr(cls, key, None), functools.cached_property)


def _spec(value: Spec) -> bytes:
    return _hashed("spec", _text(value.name), _mapping(value.options))


def _class(value: type) -> bytes:
    return _hashed("class", _path(value).encode(), code_of(value).encode())


def _function(value: FunctionType) -> bytes:
    cells = [cell.cell_contents for cell in value.__closure__ or ()]
    given = [value.__defaults__, value.__kwdefaults__, cells]
    return _hashed("function", _path(value).encode(), code_of(value).encode(), _digest(given))


def _method(value: MethodType) -> bytes:
    return _hashed("method", _digest(value.__func__), _digest(value.__self__))


def _partial(value: "functools.partial[Any]") -> bytes:
    return _hashed("partial", _digest(value.func), _digest(value.args), _digest(value.keywords))


def _generator(value: torch.Generator) -> bytes:
    return _hashed("generator", _tensor(value.get_state()))


def _enum(value: Enum) -> bytes:
    return _hashed("enum", _path(type(value)).encode(), value.name.encode())


def _path(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"


# The first that fits counts: a bool is an int too, a parameter a tensor, an enum perhaps a number.
_RULES: tuple[tuple[Any, Callable[[Any], bytes]], ...] = (
    (type(None), _named("none")),
    (Enum, _enum),
    (str, _text),
    ((bool, int, float, complex, bytes, np.generic), _number),
    (PurePath, _named("path")),
    (torch.device, lambda value: _hashed("device", value.type.encode())),
    ((torch.dtype, torch.Size, np.dtype), _named("type")),
    (Tensor, _tensor),
    (np.ndarray, _array),
    (Spec, _spec),
    ((Configurable, nn.Module), _component),
    (torch.Generator, _generator),
    (type, _class),
    (FunctionType, _function),
    (MethodType, _method),
    ((BuiltinFunctionType, MethodWrapperType), lambda value: _hashed("builtin", _path(value).encode())),
    (functools.partial, _partial),
    (Mapping, _mapping),
    (Set, _set),
    (Sequence, _sequence),
)

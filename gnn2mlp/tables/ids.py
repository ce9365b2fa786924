"""Ids of any type: numbers, texts, bytes, UUIDs, dates and times, compared and hashed by their values."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.hashing import uniform, uniform_bytes
from gnn2mlp.core.parquet import is_text, one_array, pyarrow_modules

Kind = Literal["integer", "unsigned", "text", "bytes", "uuid", "date", "time", "time_utc"]
# As which arrow type ids of a kind are compared and sorted.
_COMPARED: dict[Kind, str] = {
    "integer": "int64",
    "unsigned": "uint64",
    "text": "string",
    "bytes": "binary",
    "uuid": "binary",
    "date": "int64",
    "time": "int64",
    "time_utc": "int64",
}
_NAMES: dict[Kind, str] = {
    "integer": "whole numbers",
    "unsigned": "whole numbers",
    "text": "text",
    "bytes": "bytes",
    "uuid": "UUIDs",
    "date": "dates",
    "time": "times without a zone",
    "time_utc": "times with a zone",
}
# What ids that are no numbers are called among the arrays of a file.
ID_BYTES = ("id_bytes", "id_offsets")


@dataclass(frozen=True)
class Ids:
    """What kind of ids a column holds, and how they are compared, hashed, kept in a file and given back.

    Args:
        kind: of values, whatever their width in the file.
    """

    kind: Kind

    @staticmethod
    def of(kind: Any, where: str) -> "Ids":
        """The kind of ids in a column of an arrow type.

        Raises:
            DataError: if values of this type are no ids.
        """
        arrow, _ = pyarrow_modules()
        types = arrow.types
        if types.is_dictionary(kind):
            return Ids.of(kind.value_type, where)
        tests: dict[Kind, bool] = {
            "unsigned": types.is_uint64(kind),
            "integer": types.is_integer(kind)
            or types.is_floating(kind)
            or (types.is_decimal(kind) and kind.scale == 0),
            "text": is_text(kind),
            "bytes": types.is_binary(kind)
            or types.is_large_binary(kind)
            or types.is_fixed_size_binary(kind)
            or types.is_binary_view(kind),
            "uuid": kind == arrow.uuid(),
            "date": types.is_date(kind),
            "time": types.is_timestamp(kind) and kind.tz is None,
            "time_utc": types.is_timestamp(kind) and kind.tz is not None,
        }
        for name, holds in tests.items():
            if holds:
                return Ids(name)
        raise DataError(f"{where}: expected ids that are numbers, text, bytes, UUIDs, dates or times, got {kind}")

    def joined_with(self, other: "Ids", here: str, there: str) -> "Ids":
        """The kind as which ids of this column are compared with those of another.

        Args:
            other: the kind of ids there.
            here: what holds these ids, for messages.
            there: what holds the others.

        Raises:
            DataError: if no value of one kind is one of the other.
        """
        if self.kind == other.kind:
            return self
        if {self.kind, other.kind} == {"integer", "unsigned"}:
            return Ids("integer")
        if {self.kind, other.kind} == {"bytes", "uuid"}:
            return self
        raise DataError(
            f"ids: {here} has {_NAMES[self.kind]} and {there} has {_NAMES[other.kind]}, and none of the one can equal "
            "one of the other; write the ids as the same type in both tables"
        )

    @property
    def compared(self) -> Any:
        """The arrow type as which they are compared."""
        arrow, _ = pyarrow_modules()
        return arrow.type_for_alias(_COMPARED[self.kind])

    def read(self, column: Any, where: str) -> Any:
        """The ids of a column as one array of the type `compared`.

        Raises:
            DataError: for gaps, fractions, or numbers that do not fit.
        """
        arrow, _ = pyarrow_modules()
        if column.null_count:
            raise DataError(f"{where}: expected an id in every row, got {column.null_count} without")
        chunk = one_array(column)
        if arrow.types.is_dictionary(chunk.type):
            chunk = chunk.dictionary_decode()
        if chunk.type == arrow.uuid():
            chunk = chunk.storage
        try:
            return self._cast(chunk, where)
        except arrow.ArrowInvalid as error:
            raise DataError(f"{where}: expected {_NAMES[self.kind]} as ids, got others: {error}") from error

    def _cast(self, chunk: Any, where: str) -> Any:
        arrow, _ = pyarrow_modules()
        if arrow.types.is_floating(chunk.type):
            self._check_floats(chunk.to_numpy(zero_copy_only=False), where)
        if self.kind == "date":
            return chunk.cast(arrow.date32()).cast(arrow.int32()).cast(arrow.int64())
        if self.kind in ("time", "time_utc"):
            return chunk.cast(arrow.timestamp("us", tz=chunk.type.tz)).cast(arrow.int64())
        return chunk.cast(self.compared)

    def _check_floats(self, values: np.ndarray, where: str) -> None:
        if not (np.isfinite(values) & (np.trunc(values) == values)).all():
            raise DataError(f"{where}: expected whole numbers as ids, got {values.dtype} values that are not")
        bits = np.finfo(values.dtype).nmant + 1  # from 2^bits on several whole numbers share a float
        if (np.abs(values) >= 2**bits).any():
            raise DataError(
                f"{where}: ids are {values.dtype} from 2^{bits} on, where several ids become one; write them as int64"
            )

    @property
    def _are_numbers(self) -> bool:
        """Whether they are compared as numbers, and not as bytes."""
        return _COMPARED[self.kind] in ("int64", "uint64")

    def uniform(self, ids: Any, seed: int, purpose: str) -> np.ndarray:
        """float64 (ids,) in [0, 1): a pure function of each id, the seed and the purpose.

        Args:
            ids: as `read` gives them.
            seed: of the hash.
            purpose: numbers for different purposes are independent.
        """
        if self._are_numbers:
            return uniform(ids.to_numpy(zero_copy_only=False), seed, purpose)
        return uniform_bytes(*bytes_of(ids), seed, purpose)

    def arrays(self, ids: Any) -> dict[str, Tensor]:
        """Ids, as `read` gives them, as arrays of a file."""
        if self._are_numbers:
            return {"ids": torch.from_numpy(ids.to_numpy(zero_copy_only=False).view(np.int64).copy())}
        data, offsets = bytes_of(ids)
        return dict(zip(ID_BYTES, (torch.from_numpy(data.copy()), torch.from_numpy(offsets)), strict=True))

    def restored(self, arrays: Mapping[str, Tensor]) -> np.ndarray:
        """Ids as the user wrote them, of the arrays that `arrays` made.

        Whole numbers come back as int64 or uint64, dates and times as datetime64, all else as an array of objects.
        """
        if self._are_numbers:
            dtype = {"date": "datetime64[D]", "time": "datetime64[us]", "time_utc": "datetime64[us]"}.get(self.kind)
            numbers = arrays["ids"].numpy()
            return numbers.view(np.uint64) if self.kind == "unsigned" else numbers.astype(dtype or np.int64)
        data, offsets = arrays[ID_BYTES[0]].numpy().tobytes(), arrays[ID_BYTES[1]].tolist()
        decoders: dict[str, Callable[[bytes], Any]] = {
            "text": bytes.decode,
            "uuid": lambda value: uuid.UUID(bytes=value),
        }
        decode = decoders.get(self.kind, bytes)
        found = np.empty(len(offsets) - 1, dtype=object)
        found[:] = [decode(data[i:j]) for i, j in pairwise(offsets)]
        return found

    def shown(self, ids: Any) -> str:
        """The first id as the user wrote it, for messages."""
        value = self.restored(self.arrays(ids.slice(0, 1)))[0]
        return repr(value) if isinstance(value, str | bytes) else str(value)


def bytes_of(ids: Any) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of an arrow array of strings, and where each begins and the last ends."""
    _, offsets, data = ids.buffers()
    if not len(ids):
        return np.zeros(0, dtype=np.uint8), np.zeros(1, dtype=np.int64)
    places = np.frombuffer(offsets, dtype=np.int32)[ids.offset : ids.offset + len(ids) + 1].astype(np.int64)
    held = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return held[places[0] : places[-1]], places - places[0]

"""Rows that are needed next, read and moved to the device while it computes on those before them."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import torch

from gnn2mlp.tables.table import RowChunk

Make = Callable[[], RowChunk]


class Prefetch:
    """Makes rows before they are asked for, in a thread of its own; on CUDA on a stream of its own as well.

    On a CPU, which computes with the cores that would read ahead, they are made when they are asked for.

    Args:
        device: where the rows will be.
        ahead: whether to read ahead; default: on CUDA.

    Example:
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> ids = torch.arange(2)
        >>> rows = RowChunk(torch.eye(2), ids, TeacherKnowledge(ids, {}))
        >>> coming = Prefetch("cpu", ahead=True).soon(lambda: rows)
        >>> coming().labels.tolist()
        [0, 1]
    """

    def __init__(self, device: torch.device | str, ahead: bool | None = None):
        self.device = torch.device(device)
        on_cuda = self.device.type == "cuda"
        self.ahead = on_cuda if ahead is None else ahead
        self._thread = ThreadPoolExecutor(1, "prefetch") if self.ahead else None
        self._stream = torch.cuda.Stream(self.device) if on_cuda and self.ahead else None

    def soon(self, make: Make) -> Make:
        """Begin to make rows, after all that were asked for before; what is returned waits for them.

        They have to lie in memory of their own: `make` may use that of the rows before it again.
        """
        if self._thread is None:
            return make
        coming = self._thread.submit(self._made, make)
        return lambda: self._received(coming.result())

    def each(self, makes: Iterable[Make]) -> Iterator[RowChunk]:
        """All of them in order, the next one begun before the present one is given."""
        present: Make | None = None
        for make in makes:
            following = self.soon(make)
            if present is not None:
                yield present()
            present = following
        if present is not None:
            yield present()

    def _made(self, make: Make) -> RowChunk:
        if self._stream is None:
            return make()
        with torch.cuda.stream(self._stream):
            rows = make()
            # Only this thread waits. Afterwards the memory that was copied from may be written again.
            self._stream.synchronize()
        return rows

    def _received(self, rows: RowChunk) -> RowChunk:
        if self._stream is not None:
            user = torch.cuda.current_stream(self.device)
            for array in rows.arrays:  # else they could be given to the next rows while they are still being read
                array.record_stream(user)
        return rows

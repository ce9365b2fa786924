"""What a server counts, for Prometheus."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import ConfigError

if TYPE_CHECKING:
    from gnn2mlp.serving.version import Version

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
# Classes that are counted one by one: each is a series of its own.
_CLASSES = 200
# Says of any other class, and of any other path.
OTHER = "other"


class Metrics:
    """Counters of one server, in a registry of their own.

    Args:
        queue: asked how many requests are in the server.

    Raises:
        ConfigError: if prometheus_client is not installed.
    """

    def __init__(self, queue: Callable[[], int]):
        client = prometheus()
        self._registry = client.CollectorRegistry()
        client.ProcessCollector(registry=self._registry)
        self._requests = self._made(client.Counter, "requests", "requests by path and status", ("path", "code"))
        self._seconds = self._made(
            client.Histogram, "request_seconds", "from the first byte to the last", ("path",), buckets=_SECONDS
        )
        self._batches = self._made(
            client.Histogram, "batch_rows", "rows that went through the network at once", buckets=_ROWS
        )
        self._predicted = self._made(client.Counter, "predicted", "rows by predicted class", ("label",))
        self._outliers = self._made(client.Counter, "outliers", "rows that are foreign to the model")
        self._reloads = self._made(client.Counter, "reloads", "looks at a changed model directory", ("outcome",))
        self._taught = self._made(client.Counter, "teacher_rows", "rows that a teacher was asked", ("outcome",))
        self._model = self._made(client.Gauge, "model", "1 for the version that answers", ("name", "version"))
        self._made(client.Gauge, "queue_requests", "requests that are in the server").set_function(queue)
        self._children: dict[tuple[str, int], Any] = {}
        self._by_label: dict[str, Any] = {}

    def _made(self, kind: Any, name: str, told: str, labels: Sequence[str] = (), **options: Any) -> Any:
        return kind(f"gnn2mlp_{name}", told, labels, registry=self._registry, **options)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """A request was answered."""
        key = (path, status)
        if key not in self._children:
            self._children[key] = self._requests.labels(path, str(status)), self._seconds.labels(path)
        count, times = self._children[key]
        count.inc()
        times.observe(seconds)

    def batch(self, rows: int) -> None:
        """A batch goes through the network."""
        self._batches.observe(rows)

    def model(self, model: "Version") -> None:
        """Another version answers from now on."""
        self._model.clear()
        self._model.labels(model.name, model.version).set(1)
        self._predicted.clear()
        self._by_label = {name: self._predicted.labels(name) for name in model.labels[:_CLASSES]}

    def predicted(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What rows were answered with."""
        outliers = 0
        for row in rows:
            for label in (row["label"],) if "label" in row else row.get("labels", ()):
                child = self._by_label.get(str(label))
                (self._predicted.labels(OTHER) if child is None else child).inc()
            outliers += bool(row.get("outlier"))
        if outliers:
            self._outliers.inc(outliers)

    def reload(self, outcome: str) -> None:
        """A model directory had changed: `"loaded"` or `"refused"`."""
        self._reloads.labels(outcome).inc()

    def taught(self, outcome: str, rows: int) -> None:
        """A teacher was asked about rows, and `"answered"`, `"failed"` or was `"spared"`."""
        self._taught.labels(outcome).inc(rows)

    def text(self) -> tuple[bytes, str]:
        """All of it as Prometheus reads it, and the type of that."""
        client = prometheus()
        return client.generate_latest(self._registry), client.CONTENT_TYPE_LATEST


def prometheus() -> Any:
    """The library; raises `ConfigError` if it is not installed."""
    try:
        import prometheus_client
    except ImportError as error:
        raise ConfigError(
            "serve: prometheus_client is not installed; install the extra: pip install 'gnn2mlp[serve]'"
        ) from error
    return prometheus_client

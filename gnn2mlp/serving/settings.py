"""How a model is served: limits, tokens, a teacher, and the tables of nodes of a model of links."""

from dataclasses import dataclass
from pathlib import Path

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.limits import check_at_least, check_count


@dataclass(frozen=True)
class NodeFiles:
    """The nodes that a model of links answers with, as tables; they mean what they mean to `gnn2mlp.deploy.score_top`.

    Args:
        nodes: a table with a row for each node, and the columns that the model reads: Parquet, CSV, Arrow or Feather.
        id_column: its column of ids; default: that of the tables that the model was made from.
        candidates: a table with ids of those who may be answered; default: all nodes.
        known: a table of links that are not to be answered again.
        shortlist: score so many candidates of a node that a quick stand-in for the decoder puts first; default: all.

    Raises:
        ConfigError: for a short list below 1.
    """

    nodes: str | Path
    id_column: str | None = None
    candidates: str | Path | None = None
    known: str | Path | None = None
    shortlist: int | None = None

    def __post_init__(self) -> None:
        if self.shortlist is not None:
            check_count("serve", 1, shortlist=self.shortlist)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Of all tables."""
        given = {"nodes": self.nodes, "candidates": self.candidates, "known": self.known}
        return tuple(user_path(path, name) for name, path in given.items() if path is not None)


@dataclass(frozen=True)
class Settings:
    """How a model is served.

    Args:
        name: of the model in addresses; default: its folder's.
        threads: that one batch may use.
        queue: requests that are in the server at most; further ones are answered 503.
        batch_rows: that go through the network at once.
        batch_wait: seconds that a batch waits for more rows.
        body_bytes: of a request at most; larger ones are answered 413.
        rows: of a request at most.
        seconds: that a request may take; later it is answered 503.
        token: that a request has to bring as `Authorization: Bearer`.
        watch: seconds between looks for a new version; 0: none.
        teacher: address of what is asked about rows that the model is not sure of.
        teacher_below: the confidence below which it is, as `Cascade.chosen` finds one.
        teacher_timeout: seconds that its answer may take.
        teacher_token: that it is sent.
        router: file of a `NodeRouter`, as `gnn2mlp explain` writes it: what is compared with `teacher_below` is then
            how likely the model is to answer as its teacher. Reading it loads torch, as nothing else here does.
        router_id: what in a row names its node, for the router.
        nodes: of a model of links, the nodes among which it finds the best candidates.
    """

    name: str | None = None
    threads: int = 1
    queue: int = 256
    batch_rows: int = 64
    batch_wait: float = 0.0
    body_bytes: int = 2**20
    rows: int = 1000
    seconds: float = 30.0
    token: str | None = None
    watch: float = 1.0
    teacher: str | None = None
    teacher_below: float = 0.8
    teacher_timeout: float = 2.0
    teacher_token: str | None = None
    router: str | None = None
    router_id: str = "id"
    nodes: NodeFiles | None = None

    def __post_init__(self) -> None:
        check_at_least(
            "serve",
            1,
            threads=self.threads,
            queue=self.queue,
            batch_rows=self.batch_rows,
            body_bytes=self.body_bytes,
            rows=self.rows,
        )
        for name in ("batch_wait", "watch"):
            if not 0 <= (value := getattr(self, name)) < float("inf"):
                raise ConfigError(f"serve: expected {name} of 0 seconds or more, got {value}")
        if not 0 < self.seconds < float("inf"):
            raise ConfigError(f"serve: expected seconds above 0, got {self.seconds}")
        if self.router is not None and self.teacher is None:
            raise ConfigError("serve: expected a teacher with a router, which tells when to ask it; add --teacher")
        if self.token is not None and not self.token:
            raise ConfigError("serve: expected a token of some letters, got an empty one")

    def __repr__(self) -> str:  # tokens belong into no log
        return f"Settings(name={self.name!r}, queue={self.queue}, batch_rows={self.batch_rows})"

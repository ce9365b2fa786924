from pathlib import Path

from gnn2mlp import RunConfig
from gnn2mlp.pipeline.graphs.opening import opened_graphs
from gnn2mlp.pipeline.graphs.seed import plan
from tests.graphs import SMALL


def silent(seed: int, stage: str):  # type: ignore[no-untyped-def]
    return lambda *news: None


def test_what_decides_a_stage(tmp_path: Path) -> None:
    def identities(**settings: object) -> dict[str, object]:
        config = RunConfig(**{**SMALL, **settings}, out=tmp_path / str(len(seen)), cache=tmp_path / "cache").resolve()
        seen.append(1)
        with opened_graphs(config, config.folder(), silent) as job:
            found = plan(job, 0)
            return {name: getattr(found, name).identity for name in ("teacher", "knowledge", "mlp", "student")}

    seen: list[int] = []
    first = identities()
    other = identities(distill={"epochs": 4})
    assert [first[name] == other[name] for name in ("teacher", "knowledge", "mlp", "student")] == [
        True,
        True,
        False,
        False,
    ]
    taught = identities(teacher={"name": "gin", "hidden": 8, "layers": 1, "epochs": 3})
    assert [first[name] == taught[name] for name in ("teacher", "mlp", "student")] == [False, True, False]

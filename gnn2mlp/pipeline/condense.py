"""`condense`: a few graphs that train in place of all training graphs, for each seed's split."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pydantic
import torch

from gnn2mlp.condensers import CONDENSERS, Condenser, DistilledSet
from gnn2mlp.core.digest import digest_json, digest_tensors
from gnn2mlp.core.environment import environment
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import write_json, write_text
from gnn2mlp.core.locks import locked
from gnn2mlp.core.notebook import shown
from gnn2mlp.core.registry import short_name
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS
from gnn2mlp.data.graphs import GraphSet, GraphViews, load_graph_set, resolve_graph_dataset, split_graphs
from gnn2mlp.data.split import Split
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.pipeline.config import RunConfig, Settings, UserPath, differing, read_yaml
from gnn2mlp.pipeline.job import Listen, label
from gnn2mlp.report.condense_report import write_condense_report
from gnn2mlp.report.page import plain_yaml

FORMAT = 1
RESULTS, PAGE, CONFIG = "condense.json", "condense.html", "condense.yaml"


class CondenseConfig(Settings):
    """Settings of `condense`; immutable. Components are given by name, mapping, `Spec` or object.

    Args:
        dataset: a data set of whole graphs: registered name, or path of a folder of tables.
        split: how graphs get their roles; default: the data set's.
        method: which condenser: `"mirage"`, or one of the baselines. Options that are left open are those of the data
            set's recipe, where it has some.
        seeds: how many (0, 1, ...), or which; each has its own split and its own set.
        out: folder of the sets; default: `condensed/` and a name that tells the configuration.
        data_root: folder with raw data, read only; default `$GNN2MLP_DATA`, else data are downloaded.
        cache: folder for what is downloaded.
    """

    beside: ClassVar[tuple[str, ...]] = ("seeds", "out", "data_root", "cache")

    dataset: Spec = Spec("motif-graphs")
    split: Spec | None = None
    method: Spec = Spec("mirage")
    seeds: tuple[int, ...] = (0, 1, 2)
    out: UserPath | None = None
    data_root: UserPath | None = None
    cache: UserPath | None = None

    @pydantic.field_validator("seeds", mode="before")
    @classmethod
    def _seeds(cls, value: Any) -> Any:
        return RunConfig(seeds=value).seeds

    @classmethod
    def of_run(cls, config: RunConfig) -> "CondenseConfig":
        """What a run of whole graphs shares with it: data set, split, seeds, and where things are."""
        named = config.model_fields_set & {"dataset", "split", "seeds", "data_root", "cache"}
        return cls(**{key: getattr(config, key) for key in named})

    def resolve(self) -> "CondenseConfig":
        """The same with every setting written out.

        Raises:
            UnknownNameError: for a name that is not registered; the message offers the nearest match.
            ConfigError: for an unknown or ill-typed option.
        """
        dataset = resolve_graph_dataset(self.dataset)
        known = dataset.recipe.get("condenser", {}).get(self.method.name, {})
        return self.model_copy(
            update={
                "dataset": dataset.spec(),
                "split": (self.split or dataset.default_split()).resolved(SPLITTERS),
                "method": Spec(self.method.name, **{**known, **self.method.options}).resolved(CONDENSERS),
            }
        )

    def folder(self) -> Path:
        """Where sets go: `out`, or a name under `condensed/` made from the configuration. Call on a resolved one."""
        if self.out is not None:
            return self.out
        dataset = Path(self.dataset.options.get("path", short_name(self.dataset.name))).stem
        parts = (dataset, short_name(self.method.name), digest_json(self.identity())[:6])
        return Path("condensed") / "-".join(parts)


@dataclass(frozen=True, eq=False)
class CondenseResult:
    """What `condense` leaves behind.

    Args:
        results: the content of `condense.json`.
        sets: the distilled set of each seed.
        out: the folder that holds them, as `seed-000.safetensors` and so on, with `condense.json` and `condense.html`.
    """

    results: dict[str, Any]
    sets: Mapping[int, DistilledSet]
    out: Path

    __repr__ = short_repr


def condense(
    config: CondenseConfig | RunConfig | None = None,
    method: Any = None,
    *,
    listen: Listen = shown,
    **options: Any,
) -> CondenseResult:
    """Condense the training graphs of each seed's split, and report on what is left of them.

    `run(task="graph", train_on=FOLDER)` trains on the sets: validation and test graphs stay those of the split.

    Args:
        config: data set, split and seeds, or a run of whole graphs that has them. Default: the demonstration.
        method: a condenser, its name, mapping, spec or object; default: that of the configuration.
        listen: gives the progress listener of each seed.
        options: of the condenser, in place of its own.

    Raises:
        ConfigError: for settings that cannot work, a class without a frequent set, or a folder that holds sets of
            another configuration.
        DataError: for data that cannot be condensed.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     found = condense(CondenseConfig(seeds=[0], out=folder), "random", graphs=3)
        >>> len(found.sets[0])
        6
    """
    chosen = config or CondenseConfig()
    chosen = CondenseConfig.of_run(chosen) if isinstance(chosen, RunConfig) else chosen
    spec = chosen.method if method is None else Spec.parse(method)
    chosen = chosen.model_copy(update={"method": spec.override(**options)}).resolve()
    folder = chosen.folder()
    check_place(folder)
    listen(chosen.seeds[0], "data")(0, 1)
    graphs = load_graph_set(chosen.dataset, chosen.data_root, chosen.cache)
    with locked(folder, partial(_busy, folder)):
        _check_free(folder, chosen)
        splits = {number: split_graphs(graphs, _split(chosen), number) for number in chosen.seeds}
        condenser = chosen.method.build(CONDENSERS)
        rows = {number: _of_seed(condenser, graphs, split, listen, number) for number, split in splits.items()}
        results = {**_facts(chosen, graphs, folder, condenser), "seeds": [row for row, _ in rows.values()]}
        sets = {number: small for number, (_, small) in rows.items()}
        _write(folder, chosen, results, sets)
    return CondenseResult(results, sets, folder)


def set_for(path: Path, seed: int) -> DistilledSet:
    """The set that a run trains on with a seed: the file itself, or that of the seed in a folder of `condense`.

    Raises:
        ConfigError: if the folder has no set of this seed.
        ArtefactError: if there is no such file, or it is something else.
    """
    if not path.is_dir():
        return DistilledSet.load(path)
    file = path / f"{label(seed)}.safetensors"
    if not file.exists():
        known = sorted(one.stem for one in path.glob("seed-*.safetensors"))
        raise ConfigError(
            f"train_on: expected a set for seed {seed} in {path}, found {', '.join(known) or 'none'}; run with these "
            "seeds, or condense with more"
        )
    return DistilledSet.load(file)


def data_digest(graphs: GraphSet) -> str:
    """Digest of the arrays of a set of graphs, labels included; options of the task, such as its metric, are none."""
    return digest_tensors({name: value for name, value in vars(graphs).items() if isinstance(value, torch.Tensor)})


def _split(config: CondenseConfig) -> Spec:
    assert config.split is not None, "resolved"
    return config.split


def _of_seed(
    condenser: Condenser, graphs: GraphSet, split: Split, listen: Listen, number: int
) -> tuple[dict[str, Any], DistilledSet]:
    """A seed's row of the results, and its set."""
    listen(number, "condense")(0, 1)
    observed = GraphViews.of(graphs, split).observed
    begun = time.perf_counter()
    small = condenser.condense(observed, number)
    seconds = time.perf_counter() - begun
    made_of = {"name": graphs.name, "digest": data_digest(graphs)}
    facts = {"digest": split.digest, "seed": split.seed, "scheme": split.scheme}
    small = small.described(data=made_of, split=facts, seconds=seconds)
    row = {
        "seed": number,
        "split": {"digest": split.digest, **split.sizes},
        "set": {
            "digest": small.digest,
            "sets": len(small),
            "parts": small.parts.num_graphs,
            "nodes": small.nodes,
            "trained_nodes": small.trained_nodes,
            "bytes": small.bytes,
            **{
                key: value
                for key, value in small.card.items()
                if key in ("depth", "distinct_trees", "classes", "source")
            },
        },
        "seconds": seconds,
    }
    return row, small


def _facts(config: CondenseConfig, graphs: GraphSet, folder: Path, condenser: Condenser) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "date": datetime.now(UTC).date().isoformat(),
        "config": config.to_dict() | {"out": str(folder)},
        "graph": {"name": graphs.name, **graphs.sizes, "digest": graphs.digest, "notes": dict(graphs.notes)},
        "citations": {"dataset": resolve_graph_dataset(config.dataset).citation, "method": condenser.citation},
        "environment": environment(torch.device("cpu")),
    }


def _write(folder: Path, config: CondenseConfig, results: dict[str, Any], sets: Mapping[int, DistilledSet]) -> None:
    """The files of a result, the page last."""
    write_text(folder / CONFIG, plain_yaml(config.model_copy(update={"out": folder}).to_dict()))
    for number, small in sets.items():
        small.save(folder / f"{label(number)}.safetensors")
    write_json(folder / RESULTS, results)
    write_condense_report(results, sets[config.seeds[0]], folder / PAGE)


def _check_free(folder: Path, config: CondenseConfig) -> None:
    """Raise `ConfigError` if the folder holds sets of another configuration."""
    path = folder / CONFIG
    if path.exists():
        others = differing(CondenseConfig(**read_yaml(path)).resolve().identity(), config.identity())
        if others:
            raise ConfigError(
                f"out: {folder} holds sets with another {others}; choose another --out, or remove that folder"
            )


def _busy(folder: Path) -> None:
    raise ConfigError(f"out: another process works in {folder} at this moment; wait for it, or choose another --out")

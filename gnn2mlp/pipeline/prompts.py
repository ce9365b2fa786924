"""`prompts`: what a language model elsewhere has to read so that it can teach here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import atomic
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.showing import call
from gnn2mlp.data import SPLITTERS, GraphData, NodeData, load_dataset
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.views import scoring_view, training_view
from gnn2mlp.teachers import TEACHERS, prompts_of
from gnn2mlp.teachers.language import Language
from gnn2mlp.texts import text_digest

FORMAT = 1


@dataclass(frozen=True)
class Prompts:
    """What `write_prompts` wrote.

    Args:
        path: of the table.
        prompts: rows of it: different prompts.
        asked: how many there are with repetitions, over nodes, hops, seeds and views.
    """

    path: Path
    prompts: int
    asked: int

    def __repr__(self) -> str:
        return call("Prompts", {"path": str(self.path), "prompts": self.prompts, "asked": self.asked})


def write_prompts(config: RunConfig, path: Path, progress: Progress = silent) -> Prompts:
    """Write every prompt that a run of this configuration will ask an encoder for, each once.

    Those of training hold texts of observed nodes alone; those that score unseen nodes are of the whole graph, and of
    the graph in which nothing links unseen nodes. Columns: `digest`, by which the encoder `stored` finds a prompt's
    vector again; `prompt`; and, of its first occurrence, `node` (its number), `hop` and `view` (`observed`, `full` or
    `cold`). The table's metadata say of which data set, split and template it is.

    Args:
        config: of the run; its teacher is `language` with `read="prompt"`.
        path: of the Parquet table.
        progress: told after each seed.

    Raises:
        ConfigError: if the teacher reads no prompts, or pyarrow is missing.
        DataError: for data without texts.
        ArtefactError: if the file cannot be written.
    """
    arrow, parquet = pyarrow_modules()
    config = config.resolve()
    check_place(path.parent)
    teacher = config.teacher.build(TEACHERS)
    if not isinstance(teacher, Language) or teacher.read != "prompt":
        raise ConfigError(
            "prompts: expected the teacher 'language' that reads prompts; add --teacher language --set "
            "teacher.read=prompt"
        )
    graph = load_dataset(config.dataset, config.data_root, config.cache)
    teacher.check_reads(graph)
    found: dict[str, tuple[str, int, int, str]] = {}
    asked = 0
    for done, seed in enumerate(config.seeds, start=1):
        for view, seen, numbers in _views(config, graph, seed):
            for hop, prompts in enumerate(prompts_of(seen, teacher.hops, teacher.template)):
                asked += len(prompts)
                for node, prompt in zip(numbers, prompts, strict=True):
                    found.setdefault(text_digest(prompt), (prompt, node, hop, view))
        progress(done, len(config.seeds), f"{len(found):,} prompts")
    columns = {
        "digest": list(found),
        **{
            name: [one[place] for one in found.values()] for place, name in enumerate(("prompt", "node", "hop", "view"))
        },
    }
    table = arrow.table(columns).replace_schema_metadata({"gnn2mlp": json.dumps(_card(config, teacher))})
    atomic(path, lambda file: parquet.write_table(table, file))
    return Prompts(path, len(found), asked)


def _views(config: RunConfig, graph: NodeData, seed: int) -> Iterator[tuple[str, GraphData, list[int]]]:
    """What a teacher is asked about in a seed, with the number of each node in the whole graph."""
    assert config.split is not None and config.setting != "production", "resolved, and of nodes"
    split = config.split.build(SPLITTERS).split(graph, seed, config.setting, config.unseen_fraction)
    observed, full = training_view(graph, split), scoring_view(graph, split)
    seen = [("observed", observed.graph, observed.node_ids.tolist())]
    if split.setting != "transductive":
        everyone = list(range(graph.num_nodes))
        seen += [("full", full.graph, everyone), ("cold", full.graph.without_links_of(split.unseen), everyone)]
    for view, data, numbers in seen:
        assert isinstance(data, GraphData), "the teacher checked it"
        yield view, data, numbers


def _card(config: RunConfig, teacher: Language) -> dict[str, Any]:
    """What the prompts are of."""
    assert config.split is not None, "resolved"
    return {
        "format": FORMAT,
        "dataset": config.dataset.to_dict(),
        "split": config.split.to_dict(),
        "setting": config.setting,
        "seeds": list(config.seeds),
        "hops": teacher.hops,
        "template": {"own": teacher.own, "other": teacher.other, "most": teacher.most},
    }

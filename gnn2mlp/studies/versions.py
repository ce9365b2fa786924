"""Which code a line was made with: that which decides it, by digest, and the version of the whole package."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gnn2mlp.core.identity import fingerprint
from gnn2mlp.core.source import code_of
from gnn2mlp.data import SPLITTERS
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.data.links import LINK_SPLITTERS
from gnn2mlp.decoders import DECODERS
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.links import records as links
from gnn2mlp.pipeline.records import score_all
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

Line = Mapping[str, Any]
UNKNOWN = "not recorded"
# Settings that name a component, beside the data set.
REGISTRIES = {"split": SPLITTERS, "teacher": TEACHERS, "method": METHODS, "student": STUDENTS, "inputs": INPUTS}
# The same where links are predicted.
OF_LINKS = {"split": LINK_SPLITTERS, "decoder": DECODERS}


def deciding_code(config: RunConfig) -> str:
    """Digest of all source that the scores of a resolved configuration depend on: the pipeline, and its components."""
    registries = {**REGISTRIES, **OF_LINKS} if config.of_links else REGISTRIES
    components = {key: getattr(config, key).build(registry) for key, registry in registries.items()}
    objective = components["method"].build_objective()
    pipeline = links.score_all if config.of_links else score_all
    return fingerprint([code_of(pipeline), resolve_dataset(config.dataset), components, objective])


def may_stand(line: Line, config: RunConfig) -> bool:
    """Whether a line need not be made anew: by its code, or because it does not tell which (`made_by` says so)."""
    return line.get("code") in (None, deciding_code(config))


def made_by(line: Line) -> str:
    """`gnn2mlp 0.1.0, code 1a2b3c4d`, as far as the line tells."""
    environment = line.get("environment", {})
    version = environment.get("versions", {}).get("gnn2mlp")
    code = str(environment["code"])[:8] if "code" in environment else UNKNOWN
    return f"gnn2mlp {version or UNKNOWN}, code {code}"


def counted(lines: Iterable[Line]) -> list[tuple[str, int, int]]:
    """Each `made_by` with its number of lines, and of rows that have such a line; the most frequent first."""
    pairs = [(made_by(line), line["row"]) for line in lines]
    number = Counter(made for made, _ in pairs)
    return [(made, count, len({row for one, row in pairs if one == made})) for made, count in number.most_common()]

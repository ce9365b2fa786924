"""Deleting what saw that which is forgotten: the files of a run, and those of the cache that it shares with others."""

import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.data import Observed
from gnn2mlp.deploy import traces
from gnn2mlp.explore import disagreement_file
from gnn2mlp.knowledge import Store
from gnn2mlp.knowledge.store import default_root
from gnn2mlp.nn.csr import CSR
from gnn2mlp.pipeline import explain_files
from gnn2mlp.pipeline.auto import BEST, WORK
from gnn2mlp.pipeline.maps import MAP
from gnn2mlp.pipeline.opening import CONFIG
from gnn2mlp.pipeline.searching.leaderboard import BOARD
from gnn2mlp.pipeline.unlearning.before import Before, identities
from gnn2mlp.pipeline.unlearning.texts_read import texts_gone
from gnn2mlp.texts.cache import cached_files

# All that the package writes into the folder of a run, whichever verb does.
_STAGES = (CONFIG, "splits", "teachers", "knowledge", "students", "seeds", "student", "data.safetensors", "reference")
_FILES = (
    *("results.json", "report.html", MAP, "codebook.html", WORK, BEST, BOARD, "leaderboard.html", "nodes.csv"),
    *(f"{name}.{end}" for name in ("trust", "latency", "explain", "unlearn") for end in ("html", "json")),
    *(disagreement_file.FILE, disagreement_file.PAGE),
    *(explain_files.NODES, explain_files.EDGES, explain_files.FEATURES, explain_files.STUDENT, explain_files.PICTURES),
    *("router.safetensors", "monitor.html", "monitor.json"),
)
OWN = frozenset(_STAGES + _FILES)
# What is said of a file that is to be deleted, and is not yet.
PENDING = "to be deleted"
_UNKNOWN = "gnn2mlp did not write it; look into it yourself"
# Texts that are looked for in files that stay: more of them would take minutes.
_MOST = 1000


def to_purge(
    folder: Path, store: Store, befores: Sequence[Before], more: Collection[Observed] = ()
) -> list[dict[str, Any]]:
    """What there is to delete of a run, and in the cache of what was made from what it saw. Nothing is deleted yet.

    Args:
        folder: of the run. What the package has not written there is to stay, and is listed.
        store: the cache of the run. Teachers and knowledge that were made from the same view go, also those of other
            runs: they saw the same. So do files of encoded texts that hold a row of a text that is forgotten; what
            else is in them is encoded again when it is asked for.
        befores: the seeds of the run.
        more: further views from which something in the cache was made.

    Returns:
        For each file or folder `path`, `done` (`PENDING` or `"kept"`), and `why`.
    """
    seen = {fingerprint(view) for view in (*(one.observed for one in befores), *more)}
    seen |= {str(one.knowledge.identity.get("observed")) for one in befores}
    made = [_entry(path, PENDING, "made from what is forgotten") for path in _made_from(store, seen)]
    said = {text for one in befores for text in texts_gone(one)}
    roots = dict.fromkeys([store.root, default_root()])  # other verbs keep theirs in the user's cache
    texts = [path for root in roots for path in cached_files(said, root / "texts")]
    made += [_entry(path, PENDING, "rows of texts that are forgotten") for path in texts]
    # The settings go last: as long as they are there, the run can be named again, and the rest of it deleted.
    own = sorted(folder.iterdir(), key=lambda path: (path.name == CONFIG, path.name))
    return made + [
        _entry(path, PENDING, "of the run") if path.name in OWN else _entry(path, "kept", _UNKNOWN) for path in own
    ]


def purge(folder: Path, plan: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Carry out a plan of `to_purge`, or the rest of it; what is gone already counts as deleted.

    Returns:
        The plan, with `"deleted"` in place of `PENDING`.

    Raises:
        ArtefactError: if something cannot be deleted.
    """
    done = [{**one, "done": _deleted(Path(one["path"]))} if one["done"] == PENDING else dict(one) for one in plan]
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    return done


def _made_from(store: Store, seen: Collection[str]) -> list[Path]:
    """Files of the cache that were made from one of these views, or from something that was.

    Knowledge is made from a teacher, and what is kept of it for a later student from older knowledge; those who were
    given the latter are not among them: they hold what is left.
    """
    return [path for path, identity in identities(store) if identity.get("observed") in seen]


def _entry(path: Path, done: str, why: str) -> dict[str, Any]:
    # In full, as what is left of a plan may be carried out from another folder.
    return {"path": str(path.absolute()), "done": done, "why": why}


def _deleted(path: Path) -> str:
    try:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    except OSError as error:
        raise ArtefactError(
            f"unlearn: could not delete {path} ({error.strerror}), which saw what is forgotten; make that possible and "
            "start the same command again"
        ) from error
    return "deleted"


def searched(folder: Path, befores: Sequence[Before]) -> dict[str, Any] | None:
    """Whether names of nodes that are forgotten are anywhere in a folder; `None` where nodes have no names to look for.

    Names of three letters are found anywhere, and so are numbers that may be those of a row or a feature: neither is
    looked for. Larger numbers are, as texts and as arrays hold them.

    Returns:
        `names`, how many were looked for, and `found`, the files that hold one.
    """
    graph, removal = befores[0].graph, befores[0].removal
    if graph.node_names is None or not removal.nodes.numel():
        return None
    names = [str(name) for name in graph.node_names[removal.nodes.numpy()].tolist()]
    kept = {str(name) for name in graph.node_names[removal.left.numpy()].tolist()}
    # A number below this is written wherever nodes or features are counted, and tells nothing.
    counted = max(graph.num_nodes, graph.num_features)
    telling = [name for name in names if len(name) > 3 and name not in kept and not _counts(name, counted)]
    rare = telling[:_MOST]
    # Sparse matrices count their entries: links in both directions and of each node to itself, or features.
    entries = 2 * max(graph.link_counts.values()) + graph.num_nodes
    entries = max(entries, graph.features.nnz) if isinstance(graph.features, CSR) else entries
    numbers = [int(name) for name in rare if name.isascii() and name.isdecimal() and entries < int(name) < 2**63]
    found = traces(folder, rare, whole=True, numbers=numbers) if rare else {}
    return {"names": len(rare), "found": sorted(found)} if rare else None


def _counts(name: str, most: int) -> bool:
    return name.isascii() and name.isdecimal() and int(name) < most

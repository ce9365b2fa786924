"""Reading node-level data of the Open Graph Benchmark through the `ogb` package: quietly, safely, out of place.

Release 1.3.6 of `ogb` asks by `input()` before large downloads and when a release note is missing, writes its processed
file beside the raw ones, and cannot read that file back under torch >= 2.6. So the raw folder is linked into a folder
of the cache that has all that `ogb` looks for, and files are opened with an allow-list instead of arbitrary pickles.
"""

import contextlib
import io
import os
import pickle
import shutil
import tempfile
import warnings
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.files import check_writable
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.knowledge.store import REMEDY

# What a truncated or foreign file makes pandas, gzip, torch and ogb raise.
_UNREADABLE = (OSError, EOFError, ValueError, LookupError, RuntimeError, pickle.UnpicklingError, zlib.error)


class OgbNodes(NamedTuple):
    """Features (nodes, features), labels (nodes,), edges (2, edges), the official split, the number of classes."""

    features: np.ndarray[Any, Any]
    labels: np.ndarray[Any, Any]
    edges: np.ndarray[Any, Any]
    split: dict[str, np.ndarray[Any, Any]]
    num_classes: int


def read_ogb(files: RawFiles, name: str) -> OgbNodes:
    """Read the data set called `name` by OGB, from the data root or downloaded into the cache.

    Raises:
        ConfigError: if the `ogb` package is not installed.
        DataError: if raw files are missing or unreadable.
    """
    meta = _meta(name)
    raw = _raw_folder(files, name, meta)
    place = files.cache / "ogb" / f"{raw.name}-{_fingerprint(raw)}"
    if place.is_dir():
        try:
            return _open(place, name, meta)
        except DataError:
            shutil.rmtree(place)  # damaged: made again below
    return _process(raw, place, name, meta)


def _meta(name: str) -> dict[str, Any]:
    try:
        import ogb.nodeproppred
        import pandas as pd
    except ImportError as error:
        raise ConfigError(
            f"data set {name!r} needs the package ogb, which is not installed; run: pip install 'gnn2mlp[ogb]'"
        ) from error
    table = Path(ogb.nodeproppred.__file__).with_name("master.csv")
    meta: dict[str, Any] = pd.read_csv(table, index_col=0, keep_default_na=False)[name].to_dict()
    # Directions are added when the graph is made canonical, and no model here reads further columns.
    return {**meta, "add_inverse_edge": "False", "additional node files": "None", "additional edge files": "None"}


def _raw_folder(files: RawFiles, name: str, meta: Mapping[str, Any]) -> Path:
    """The folder with `raw/` and `split/`, downloaded where no data root was given."""
    folder = "ogb/" + name.replace("-", "_")
    if files.root is not None:
        files.fetch(f"{folder}/raw/edge.csv.gz", None)
        files.fetch(f"{folder}/split/{meta['split']}", None)
        return files.root / folder
    target = files.cache / folder
    if not target.is_dir():
        _download(target, meta)
    return target


def _download(target: Path, meta: Mapping[str, Any]) -> None:
    """Fetch and unpack with ogb's own helpers, without its question; complete or absent, never in between."""
    from ogb.utils.url import download_url, extract_zip

    check_writable(target.parent, f"it is the cache of raw data: {REMEDY}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-") as staging:
        try:
            with _quiet():
                extract_zip(download_url(meta["url"], staging), staging)
            os.replace(Path(staging) / meta["download_name"], target)
        except (OSError, RuntimeError, ValueError) as error:
            raise DataError(
                f"could not download {meta['url']} ({error}); unpack it by hand to {target}, "
                "or pass the folder that holds ogb/ as --data-root"
            ) from error


def _fingerprint(raw: Path) -> str:
    """Changes when a raw file changes, by path, size and time."""
    found = sorted(path for part in ("raw", "split") for path in (raw / part).rglob("*") if path.is_file())
    stats = [(str(path.relative_to(raw)), path.stat().st_size, path.stat().st_mtime_ns) for path in found]
    return digest_json([str(raw.resolve()), stats])


def _process(raw: Path, place: Path, name: str, meta: Mapping[str, Any]) -> OgbNodes:
    """Let ogb process `raw` in a side folder, and move that to `place` when it is complete."""
    check_writable(place.parent, f"it is the cache of processed data: {REMEDY}")
    place.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=place.parent, prefix=".partial-"))
    try:
        (staging / "processed").mkdir()  # ogb writes into it, but does not make it
        (staging / f"RELEASE_v{meta['version']}.txt").touch()  # where it is missing, ogb asks and waits
        for part in ("raw", "split"):
            (staging / part).symlink_to((raw / part).resolve(), target_is_directory=True)
        nodes = _open(staging, name, meta)
        with contextlib.suppress(OSError):  # another process was first: its result is the same
            staging.rename(place)
        return nodes
    finally:
        shutil.rmtree(staging, ignore_errors=True)  # links are removed, not followed


def _open(place: Path, name: str, meta: Mapping[str, Any]) -> OgbNodes:
    from ogb.nodeproppred import NodePropPredDataset

    try:
        with _quiet(), torch.serialization.safe_globals(_numpy_globals()):
            dataset = NodePropPredDataset(name, meta_dict={**meta, "dir_path": str(place)})
            split = dataset.get_idx_split()
        graph, labels = dataset[0]
    except _UNREADABLE as error:
        raise DataError(f"{name}: {place} does not hold readable files in OGB's layout: {error}") from error
    if graph["node_feat"] is None:
        raise DataError(f"{name}: expected features in raw/node-feat.csv.gz, found none")
    parts = {key: np.asarray(ids) for key, ids in split.items()}
    return OgbNodes(graph["node_feat"], labels.reshape(-1), graph["edge_index"], parts, int(meta["num classes"]))


def _numpy_globals() -> list[Any]:
    """What a pickle of plain numeric arrays names, and nothing else."""
    rebuild = np.empty(0).__reduce__()[0]  # a private function whose module differs between numpy releases
    dtypes = [type(np.dtype(kind)) for kind in ("bool", "int32", "int64", "float32", "float64")]
    return [rebuild, np.ndarray, np.dtype, *dtypes]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Swallow what ogb prints as it goes; a command's standard output is for its result."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore"),  # torch points out the pickle protocol that ogb chose
    ):
        yield

"""What a data set is: a name, where it comes from, how to load it, and the settings published for it."""

import http.client
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.files import check_writable, user_path
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.knowledge.store import REMEDY, default_root


class Dataset(Configurable, ABC):
    """A named graph or hypergraph. Its recipe holds published settings by component; those of a user win over them.

    Attributes:
        split: the default splitter of this data set; `default_split` is what a run asks for.
        recipe: `{"teacher": {name: options}, "student": {name: options}, "distill": options}`.
        has_texts: whether its nodes have texts, which some teachers and inputs read.
    """

    split: ClassVar[Spec]
    recipe: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    has_texts: ClassVar[bool] = False

    @abstractmethod
    def load(self, files: "RawFiles") -> NodeData:
        """Read it from its raw files."""

    def default_split(self) -> Spec:
        """The splitter to use where the user names none; a data set may choose by its own options."""
        return self.split


class RawFiles:
    """Where raw files are found: in a folder that is only read, or downloaded into the user's cache.

    Args:
        root: folder with raw data in the standard layouts; `None` means download.
        cache: folder for what is downloaded or processed; default `$GNN2MLP_CACHE` or the user's cache folder.
    """

    def __init__(self, root: Path | None, cache: Path | None = None):
        self.root = root
        self._cache = cache

    @property
    def cache(self) -> Path:
        """The folder of downloaded and processed data. Only data sets that need it ask, and may be told of no home."""
        return (self._cache or default_root()) / "data"

    def has(self, relative: str) -> bool:
        """Whether the given root holds the raw file `relative`, so that a data set of several layouts may choose."""
        return self.root is not None and (self.root / relative).exists()

    def fetch(self, relative: str, url: str | None) -> Path:
        """The path of the raw file `relative`, downloaded from `url` where no root was given.

        Raises:
            DataError: if the given root does not hold it, or if it cannot be downloaded.
        """
        if self.root is not None:
            path = self.root / relative
            if not path.exists():
                raise DataError(
                    f"expected the raw file {relative} under the data root {self.root}, found none; put it there, "
                    "or leave out --data-root (and GNN2MLP_DATA) to download it"
                )
            return path
        path = self.cache / relative
        if path.exists():
            return path
        if url is None:
            raise DataError(f"{relative} has no public download; pass the folder that holds it as --data-root")
        return _download(url, path)


def _download(url: str, path: Path) -> Path:
    from torch_geometric.data import download_url

    check_writable(path.parent, f"it is the cache of raw data: {REMEDY}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Into a fresh side folder: an interrupted download must not look like a finished one, now or next time.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".partial-") as staging:
            download_url(url, staging, log=False, filename=path.name)
            os.replace(Path(staging) / path.name, path)
    except (OSError, http.client.HTTPException) as error:
        raise DataError(
            f"could not download {url} ({error}); fetch it by hand to {path}, "
            "or pass the folder that holds it as --data-root"
        ) from error
    return path


DATASETS: Registry[Dataset] = Registry("dataset", "gnn2mlp.data.datasets", Dataset)  # type: ignore[type-abstract]


def resolve_dataset(spec: Spec | str) -> Dataset:
    """The data set of a spec, a registered name, or the path of an `.npz` file."""
    spec = Spec.parse(spec)
    if spec.name.endswith(".npz"):
        if "path" in spec.options:
            raise ConfigError(f"dataset.path: the data set is the file {spec.name} already; leave out one of the two")
        spec = Spec("npz", path=spec.name, **spec.options)
    elif spec.name not in DATASETS.classes and os.path.exists(os.path.expanduser(spec.name)):
        raise _no_npz(spec.name)
    return spec.build(DATASETS)


def _no_npz(path: str) -> DataError:
    """The error for a path that exists and is no `.npz` file: how to make one of it."""
    if path.endswith((".pt", ".pth")):
        return DataError(
            f"expected the name of a data set or the path of an .npz file, got {path}, which only pickle could read; "
            "turn a graph of PyTorch Geometric that you trust into an .npz file: import torch; from gnn2mlp.data "
            "import graph_from_pyg, write_npz; "
            f"write_npz('graph.npz', graph_from_pyg(torch.load({path!r}, weights_only=False)))"
        )
    return DataError(
        f"expected the name of a data set or the path of an .npz file, got the path {path}; write arrays with "
        "numpy.savez('graph.npz', x=features, y=labels, edge_index=edges)"
    )


def load_dataset(
    spec: Spec | str,
    data_root: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> NodeData:
    """Load a data set by name, spec, or `.npz` path.

    Args:
        spec: e.g. `"digits"`, `"cpf-cora"`, `"my/graph.npz"`.
        data_root: folder with raw files, read only; default `$GNN2MLP_DATA`, else raw files are downloaded.
        cache: folder for what is downloaded or processed; default `$GNN2MLP_CACHE` or the user's cache folder.

    Raises:
        UnknownNameError: for a name that is not registered.
        DataError: if raw files are missing or the data are unusable.
    """
    chosen = data_root or os.environ.get("GNN2MLP_DATA") or None
    root = user_path(chosen, "data root") if chosen else None
    if root is not None and not root.is_dir():
        raise ConfigError(f"data root: expected a folder, got {root}, which is none")
    return resolve_dataset(spec).load(RawFiles(root, None if cache is None else user_path(cache, "cache")))

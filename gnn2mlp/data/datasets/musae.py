"""Networks of pages, developers and streamers, in the files of MUSAE."""

import csv
import json
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.npz.arrays import csr_from_parts, read_arrays, texts

URL = "https://raw.githubusercontent.com/benedekrozemberczki/MUSAE/master/input"


class _Raw(NamedTuple):
    """Features as a sparse matrix, labels, the names of their classes, and links (2, links)."""

    features: Any
    labels: np.ndarray
    classes: list[Any] | None
    links: np.ndarray


class _Musae(Dataset):
    """A network with multi-hot features; of MUSAE's text files, or `musae/<file>.npz` where the data root holds it.

    Licence of the source repository: GPL-3.0. No split is published; half of the labels train, a quarter validates.
    """

    split = Spec("fraction", train=0.5, valid=0.25)
    citation = "Rozemberczki et al., Multi-scale Attributed Node Embedding, Journal of Complex Networks 2021"
    file: ClassVar[str]
    raw: ClassVar[str]
    width: ClassVar[int]
    target: ClassVar[str]
    id: ClassVar[str] = "id"

    def load(self, files: RawFiles) -> GraphData:
        """Read, symmetrise and drop self-loops; features stay sparse."""
        npz = f"musae/{self.file}.npz"
        found = self._of_npz(files.fetch(npz, None)) if files.has(npz) else self._of_text(files)
        return graph_from_arrays(found.features, found.labels, found.links, name=self.name, class_names=found.classes)

    def _of_npz(self, path: Path) -> _Raw:
        arrays = read_arrays(path, self.name)
        for key in ("edge_index", "y"):
            if key not in arrays:
                raise arrays.missing("links and labels", "edge_index and y")
        names = texts(arrays["class_names"], f"{self.name}: class_names") if "class_names" in arrays else None
        return _Raw(csr_from_parts(arrays, "x"), arrays["y"], names, arrays["edge_index"])

    def _of_text(self, files: RawFiles) -> _Raw:
        parts = {"edges": f"{self.raw}_edges.csv", "features": f"{self.raw}.json", "target": f"{self.raw}_target.csv"}
        paths = {part: files.fetch(f"musae/raw/{name}", f"{URL}/{part}/{name}") for part, name in parts.items()}
        try:
            labels, classes = self._labels(paths["target"])
            links = np.loadtxt(paths["edges"], delimiter=",", skiprows=1, dtype=np.int64, ndmin=2).T
            return _Raw(self._features(paths["features"], labels.size), labels, classes, links)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise DataError(f"{self.name}: expected MUSAE's files in {paths['edges'].parent}, got: {error}") from error

    def _features(self, path: Path, nodes: int) -> Any:
        from scipy.sparse import csr_matrix

        given = {int(node): sorted(set(found)) for node, found in json.loads(path.read_text()).items()}
        row = np.repeat(list(given), [len(found) for found in given.values()]).astype(np.int64)
        column = np.concatenate([np.array(found, dtype=np.int64) for found in given.values()])
        return csr_matrix((np.ones(row.size, dtype=np.float32), (row, column)), shape=(nodes, self.width))

    def _labels(self, path: Path) -> tuple[np.ndarray, list[Any] | None]:
        with path.open(encoding="utf-8", newline="") as file:
            rows = {int(row[self.id]): row[self.target] for row in csv.DictReader(file)}
        given = [rows[node] for node in range(len(rows))]
        classes = sorted(set(given))
        return np.array([classes.index(value) for value in given]), self.named(classes)

    def named(self, classes: list[str]) -> list[Any] | None:
        """What the classes are called, given what the file calls them."""
        return [*classes]


class FacebookPages(_Musae):
    """22,470 pages on Facebook, 170,823 mutual likes, 4,714 words, 4 kinds: company, government, politician, show."""

    name = "facebook-pages"
    file = "facebook_pagepage"
    raw = "facebook"
    width = 4714
    target = "page_type"


class GithubDevelopers(_Musae):
    """37,700 developers, 289,003 mutual followers, 4,005 properties of them, 2 fields: web, machine learning."""

    name = "github-developers"
    file = "github"
    raw = "git"
    width = 4005
    target = "ml_target"

    def named(self, classes: list[str]) -> list[Any] | None:
        """The file has 0 and 1."""
        return ["web", "ml"]


class _Twitch(_Musae):
    """Streamers of one language, their friendships, games and habits; whether they use explicit language."""

    width = 3170
    target = "mature"
    id = "new_id"

    def named(self, classes: list[str]) -> list[Any] | None:
        """The numbers 0 and 1; the file has False and True."""
        return None


class TwitchDe(_Twitch):
    """9,498 streamers in German, 153,138 friendships, 3,170 features, 2 classes: explicit language or not."""

    name = "twitch-de"
    file = "twitch_DE"
    raw = "DE"


class TwitchEn(_Twitch):
    """7,126 streamers in English, 35,324 friendships, 3,170 features, 2 classes: explicit language or not."""

    name = "twitch-en"
    file = "twitch_EN"
    raw = "ENGB"


class TwitchEs(_Twitch):
    """4,648 streamers in Spanish, 59,382 friendships, 3,170 features, 2 classes: explicit language or not."""

    name = "twitch-es"
    file = "twitch_ES"
    raw = "ES"


class TwitchFr(_Twitch):
    """6,549 streamers in French, 112,666 friendships, 3,170 features, 2 classes: explicit language or not."""

    name = "twitch-fr"
    file = "twitch_FR"
    raw = "FR"


class TwitchPt(_Twitch):
    """1,912 streamers in Portuguese, 31,299 friendships, 3,170 features, 2 classes: explicit language or not."""

    name = "twitch-pt"
    file = "twitch_PT"
    raw = "PTBR"


class TwitchRu(_Twitch):
    """4,385 streamers in Russian, 37,304 friendships, 3,170 features, 2 classes: explicit language or not."""

    name = "twitch-ru"
    file = "twitch_RU"
    raw = "RU"


class TwitchTw(_Twitch):
    """2,772 streamers in Chinese, 63,462 friendships, 3,170 features, 2 classes: explicit language or not."""

    name = "twitch-tw"
    file = "twitch_TW"
    raw = "ZHTW"

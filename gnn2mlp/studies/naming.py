"""Names of models of which there are several on the same data: each is followed by what tells it from the others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.digest import digest_json
from gnn2mlp.studies.lines import resolved_identity

if TYPE_CHECKING:
    from gnn2mlp.studies.reading import Score

# Which settings of a run make a model what it is; a student is made by all of them.
MAKES: Mapping[str, tuple[str, ...]] = {
    "teacher": ("split", "unseen_fraction", "teacher", "task"),
    "mlp": ("split", "unseen_fraction", "student", "inputs", "distill", "task"),
    "plain": ("split", "unseen_fraction", "student", "inputs", "distill", "task"),
    "student": (),
}
_BESIDE = ("seeds", "initialisation", "out", "data_root", "cache", "device", "threads", "latency", "refit", "recipe")
# Letters that settings may take in a name.
_LONGEST = 60


def named_apart(scores: Sequence["Score"]) -> list["Score"]:
    """The same scores; models of one name that different settings made on the same data have names of their own."""
    told = list(scores)
    for model in _ambiguous(scores):
        numbers = [number for number, score in enumerate(scores) if score.model == model]
        words = _apart([scores[number] for number in numbers])
        for number, word in zip(numbers, words, strict=True):
            told[number] = scores[number]._replace(model=f"{model} [{word}]")
    return told


def made_with(score: "Score") -> str:
    """Digest of the settings that make the model; options that did not exist yet take their defaults."""
    return digest_json(_makes(score))


def _makes(score: "Score") -> dict[str, Any]:
    config = resolved_identity(score.line) or score.line["config"]
    keys = MAKES[score.role] or [key for key in config if key not in _BESIDE]
    return {key: config.get(key) for key in keys}


def _place(score: "Score") -> tuple[str, str, str]:
    """Where models have to be told apart."""
    return score.dataset, score.setting, score.metric


def _ambiguous(scores: Sequence["Score"]) -> list[str]:
    makes: dict[tuple[tuple[str, str, str], str], set[str]] = {}
    for score in scores:
        makes.setdefault((_place(score), score.model), set()).add(made_with(score))
    return list(dict.fromkeys(model for (_, model), made in makes.items() if len(made) > 1))


def _apart(alike: Sequence["Score"]) -> Sequence[str]:
    """A word for each of several scores of one name: of where they come from, of their settings, else a digest."""
    for words in ([_origin(score) for score in alike], _differing(alike)):
        renamed = [score._replace(model=word) for score, word in zip(alike, words, strict=True)]
        if max(map(len, words)) <= _LONGEST and not _ambiguous(renamed):
            return words
    return [f"#{made_with(score)[:4]}" for score in alike]


def _origin(score: "Score") -> str:
    cell = score.line.get("cell", {})
    told = [cell[axis] for axis in ("student", "override") if axis in cell]
    # The rows of the benchmarks are called <author>_<method>_<data>_<setting>, and the last two are known here.
    return ", ".join(told) or score.line["source"].removesuffix(f"_{score.dataset}_{score.setting}")


def _differing(alike: Sequence["Score"]) -> list[str]:
    """The settings of each that are not the same for all of them on the same data: `epochs=6`."""
    settings = [dict(_flat(_makes(score))) for score in alike]
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for score, one in zip(alike, settings, strict=True):
        groups.setdefault(_place(score), []).append(one)
    paths = dict.fromkeys(
        path for group in groups.values() for one in group for path in one if len({o.get(path) for o in group}) > 1
    )
    last = [path.rpartition(".")[2] for path in paths]
    called = {path: end if last.count(end) == 1 else path for path, end in zip(paths, last, strict=True)}
    return [", ".join(f"{called[path]}={one[path]}" for path in paths if path in one) for one in settings]


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each setting by its path: `distill.epochs`; a component's name by that of the component."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, path if key == "name" and path else f"{path}.{key}".lstrip("."))
    else:
        yield path, str(value)

"""Settings that were chosen for a data set and a method, which the short command then has.

A recipe says for which runs it is (`when`: data set, method, teacher, and perhaps the setting), by what search it was
`chosen`, and then settings. It fills in what a user leaves open, as the settings published for a data set do; those
stand behind it.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from gnn2mlp.core.spec import Spec

_PARTS = ("split", "teacher", "export", "method", "student", "decoder", "distill")


class Recipe(NamedTuple):
    """Settings for some runs.

    Args:
        when: the runs: for each of `dataset`, `method`, `teacher` and `setting` what it is, or several; any, where one
            is left out. The teacher of a tokenizer is that of its encoder.
        chosen: the search that chose them, or an empty text.
        settings: options by part of the configuration.
        file: where it stands.
    """

    when: Mapping[str, tuple[str, ...]]
    chosen: str
    settings: Mapping[str, Any]
    file: str

    def __str__(self) -> str:
        return f"{self.file}, chosen by {self.chosen}" if self.chosen else self.file

    def fits(self, **run: str) -> bool:
        """Whether it is for a run of this data set, method, teacher and setting."""
        return all(run[key] in values for key, values in self.when.items() if key in run)


@cache
def recipes() -> tuple[Recipe, ...]:
    """All recipes of the package.

    Example:
        >>> {"glnn", "krd"} <= {name for recipe in recipes() for name in recipe.when["method"]}
        True
    """
    found = []
    for file in sorted(resources.files(__name__).iterdir(), key=lambda path: path.name):
        if file.name.endswith(".yaml"):
            for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
                when = {k: (v,) if isinstance(v, str) else tuple(v) for k, v in entry["when"].items()}
                settings = {part: entry[part] for part in _PARTS if part in entry}
                found.append(Recipe(when, entry.get("chosen", ""), settings, file.name))
    return tuple(found)


def find(dataset: str, method: str, setting: str, teacher: str | None) -> Recipe | None:
    """The recipe of a run.

    Args:
        dataset: its name.
        method: its name.
        setting: `"transductive"`, `"inductive"` or `"production"`.
        teacher: its name, that of the encoder for a tokenizer; `None` if the user named none: then any fits.
    """
    run = {"dataset": dataset, "method": method, "setting": setting}
    wanted = run if teacher is None else {**run, "teacher": teacher}
    return next((recipe for recipe in recipes() if recipe.fits(**wanted)), None)


def filled(options: Mapping[str, Any], recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Options with those of a recipe where they are silent, also within components that both name alike.

    Example:
        >>> filled({"codes": 64, "encoder": "gat"}, {"codes": 512, "encoder": {"name": "gat", "heads": 4}})
        {'codes': 64, 'encoder': {'name': 'gat', 'heads': 4}}
    """
    made = {**recipe, **options}
    for key in options.keys() & recipe.keys():
        own, other = options[key], recipe[key]
        if isinstance(other, Mapping) and "name" in other and isinstance(own, str | Mapping | Spec):
            own = Spec.parse(own)
            if own.name == other["name"]:
                rest = {k: v for k, v in other.items() if k != "name"}
                made[key] = {"name": own.name, **filled(own.options, rest)}
    return made


def filled_component(own: Spec, recipe: Any) -> Spec:
    """A component with the options of a recipe's where it is silent, unless the recipe names another one.

    Example:
        >>> filled_component(Spec("mlp", dropout=0.1), {"name": "mlp", "dropout": 0.5, "hidden": 256})
        Spec('mlp', dropout=0.1, hidden=256)
    """
    wanted = dict(recipe) if isinstance(recipe, Mapping) else {}
    same = wanted.pop("name", own.name) == own.name
    return Spec(own.name, **filled(own.options, wanted)) if same else own

"""Options of components as parameters of the estimator: `teacher__hidden`, `distill__epochs`."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.spec import Configurable, Spec, name_of

COMPONENTS = ("teacher", "method", "student", "inputs", "distill")


def split(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Parameters of the estimator itself, and those of each component by its name.

    Example:
        >>> split({"teacher": "gcn", "teacher__hidden": 64})
        ({'teacher': 'gcn'}, {'teacher': {'hidden': 64}})
    """
    own: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in params.items():
        component, _, option = name.partition("__")
        if option and component in COMPONENTS:
            nested[component][option] = value
        else:
            own[name] = value
    return own, dict(nested)


def options(component: str, value: Any) -> dict[str, Any]:
    """All options of a component, those that are not set with their defaults; none of what cannot be built."""
    try:
        cls, own = _described(component, value)
    except (ConfigError, TypeError):  # said in `fit`, which is asked to build it
        return {}
    parameters = cls.constructor_options().items()
    return {**{key: p.default for key, p in parameters if p.default is not p.empty}, **own}


def with_options(component: str, value: Any, changed: Mapping[str, Any]) -> Any:
    """The component with other options: a mapping for `distill`, an object for an object, else a `Spec`.

    Raises:
        ConfigError: for an option that it has not.

    Example:
        >>> with_options("student", "mlp", {"hidden": 64})
        Spec('mlp', hidden=64)
    """
    cls, own = _described(component, value)
    known = cls.constructor_options()
    for option in changed:
        if option not in known:
            raise ConfigError(
                f"{component}__{option}: {component} {getattr(cls, 'name', component)!r} has no such option"
                f"{nearest(option, known)} (options: {', '.join(known) or 'none'})"
            )
    if component == "distill":
        return {**own, **changed}
    if isinstance(value, Configurable):
        return type(value)(**{**own, **changed})
    return Spec.parse(value).override(**changed)


def _described(component: str, value: Any) -> tuple[type[Configurable], dict[str, Any]]:
    """The class of a component, and the options that are set."""
    if component == "distill":
        from gnn2mlp.distill import Distiller

        if value is not None and not isinstance(value, Mapping):
            raise ConfigError(f"distill: expected a mapping of options, or None, got {value!r}")
        return Distiller, dict(value or {})
    if component == "method" and name_of(value) == "auto":
        from gnn2mlp.pipeline.searching.settings import Auto, auto_of

        return Auto, dict(auto_of(value).spec().options)
    registry = _registry(component)
    if isinstance(value, Configurable) and not isinstance(value, registry.base):  # an objective is no method by a name
        raise ConfigError(f"{component}: expected a component with options of its own, got {value!r}")
    if isinstance(value, registry.base):
        return type(value), {key: getattr(value, key) for key in type(value).constructor_options()}
    spec = Spec.parse(value)
    return registry.get(spec.name), dict(spec.options)


def _registry(component: str) -> Any:
    # Not at the top: a process that loads and predicts must not pay for the training side.
    if component == "teacher":
        from gnn2mlp.teachers import TEACHERS

        return TEACHERS
    if component == "method":
        from gnn2mlp.methods import METHODS

        return METHODS
    if component == "student":
        from gnn2mlp.students import STUDENTS

        return STUDENTS
    from gnn2mlp.inputs import INPUTS

    return INPUTS

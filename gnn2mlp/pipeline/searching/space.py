"""What is searched: choices of teacher, method, student, inputs and training, from registries and one YAML file."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gnn2mlp.core.errors import ConfigError, Gnn2mlpError, listing
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Spec, plain
from gnn2mlp.data import NodeData
from gnn2mlp.distill.in_memory import check_links
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import CSR
from gnn2mlp.pipeline.searching.settings import Auto, check_names
from gnn2mlp.pipeline.searching.space_file import read_space
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, providing

OPEN = "–"
"""The label of a choice that is left open: as it is without a search."""

Options = Mapping[str, Sequence[Any]]
"""Option -> values, beside the one that is left open."""

Pick = Callable[[str, Sequence[str]], str]
"""Chooses one of some labels for the parameter of a name, such as Optuna's `trial.suggest_categorical`."""

_OPENED = Spec("gcn")


class NotOfferedError(Exception):
    """A configuration that was asked for is none of the space."""


@dataclass(frozen=True)
class Choice:
    """A point of the space: what differs from the configuration that the search starts from.

    Args:
        method: with the options that were chosen.
        teacher: `None`: as left open, or no teacher is needed.
        student: likewise with its options.
        inputs: what makes the student's row.
        distill: options of the student's training.
    """

    method: Spec
    teacher: Spec | None
    student: Spec
    inputs: Spec
    distill: Mapping[str, Any] = field(default_factory=dict)

    def label(self, opened: str = "") -> str:
        """In a line: `glnn of grand, mlp hidden=512`; `opened` is the teacher's name where it was left open."""
        named = opened if self.teacher is None else _text(self.teacher)
        teacher = f" of {named}" if named else ""
        more = [f"{key}={_value(value)}" for key, value in self.distill.items()]
        parts = [f"{_text(self.method)}{teacher}", _text(self.student), *more]
        if self.inputs.name != "features":
            parts.append(_text(self.inputs))
        return ", ".join(parts)


@dataclass(frozen=True)
class Space:
    """All choices.

    Args:
        teachers: label -> teacher; the first is the one that is left open, `None`.
        methods: name -> options to vary.
        students: likewise.
        inputs: likewise.
        distill: options to vary of the student's training.
        given: part -> spec with the options that are fixed.
        first: configurations to begin with, as part -> spec or mapping.
        taught: methods that need a teacher -> labels of the teachers that can write what they read.

    Example:
        >>> from gnn2mlp.data import load_dataset
        >>> space = Space.of(load_dataset("digits"), Auto(methods=["glnn"]))
        >>> space.choose(lambda name, labels: labels[0]).label()
        'glnn, mlp'
    """

    teachers: Mapping[str, Spec | None]
    methods: Mapping[str, Options]
    students: Mapping[str, Options]
    inputs: Mapping[str, Options]
    distill: Options
    given: Mapping[str, Spec]
    first: Sequence[Mapping[str, Any]]
    taught: Mapping[str, Sequence[str]]

    @classmethod
    def of(
        cls,
        graph: NodeData,
        auto: Auto,
        opened: Spec = _OPENED,
        named: Mapping[str, Spec] | None = None,
        distill: Mapping[str, Any] | None = None,
        with_teacher: bool = False,
    ) -> "Space":
        """What can be tried on these data.

        Args:
            graph: whose links and features decide what can read them.
            auto: among what is searched.
            opened: the teacher where none is named.
            named: `teacher`, `student` or `inputs` that are fixed, with the options that are.
            distill: options of the student's training that are fixed.
            with_teacher: leave out the methods without one.

        Raises:
            ConfigError: for a name that there is none of, or that these data leave nothing to try with.
        """
        content, named = read_space(auto.space), dict(named or {})
        skipped = content.get("left_out", {})

        def lines(part: str, registry: Registry[Any], only: tuple[str, ...] | None) -> dict[str, Options]:
            check_names(only, registry.names(), part)
            written = content.get(part, {})
            every = [*(name for name in written if name in registry.classes), *registry.names()]
            names = only or [name for name in dict.fromkeys(every) if name not in skipped.get(part, ())]
            return {name: written.get(name) or {} for name in names}

        teachers = _teachers(content, graph, lines("teachers", TEACHERS, auto.teachers), named.get("teacher"))
        if auto.teachers is None and "teacher" not in named and _teaches(opened, graph):
            teachers = {OPEN: None, **teachers}
        _check_kept(auto.teachers, {spec.name for spec in teachers.values() if spec is not None}, "teachers", graph)
        methods = {n: o for n, o in lines("methods", METHODS, auto.methods).items() if _learns(n, graph)}
        _check_kept(auto.methods, methods, "methods", graph)
        taught = {
            name: [label for label, teacher in teachers.items() if _can_teach(teacher or opened, needs, graph)]
            for name in methods
            if (needs := METHODS.get(name)().teacher_keys)
        }
        if mute := [name for name in auto.methods or () if name in taught and not taught[name]]:
            raise ConfigError(
                f"method.methods: {mute[0]!r} reads what none of these teachers writes: {listing([*teachers])}; name "
                "other teachers, or leave it out"
            )
        free = [name for name in methods if name not in taught and not with_teacher]
        methods = {name: o for name, o in methods.items() if name in free or taught.get(name)}
        if not methods:
            raise ConfigError(f"method: nothing is left that could be tried on {graph.name}; name other teachers")
        students = {
            name: options
            for name, options in lines("students", STUDENTS, auto.students).items()
            if STUDENTS.get(name).unit == "node" and not STUDENTS.get(name).needs_graph
        }
        _check_kept(auto.students, students, "students", graph)
        inputs = {n: o for n, o in lines("inputs", INPUTS, None).items() if _reads(n, graph)}
        return cls(
            teachers,
            methods,
            _fixed(students, named.get("student")),
            _fixed(inputs, named.get("inputs")),
            {key: values for key, values in content.get("distill", {}).items() if key not in (distill or {})},
            named,
            content.get("first", ()),
            taught,
        )

    def choose(self, pick: Pick) -> Choice:
        """The point that `pick` chooses, parameter by parameter."""

        def component(part: str, lines: Mapping[str, Options]) -> Spec:
            name = pick(part, list(lines))
            given = self.given.get(part)
            fixed = dict(given.options) if given is not None and given.name == name else {}
            return Spec(name, **fixed, **_picked(pick, f"{part}.{name}.", lines[name], fixed))

        method = component("method", self.methods)
        teacher = self.teachers[self._teacher(pick, method.name)] if method.name in self.taught else None
        student, inputs = component("student", self.students), component("inputs", self.inputs)
        return Choice(method, teacher, student, inputs, _picked(pick, "distill.", self.distill))

    def plain(self, method: str) -> Choice:
        """A method with its defaults, and all else as it is left open."""
        left_open = self.choose(lambda name, labels: labels[0])
        teacher = next(iter(self.teachers.values()), None) if METHODS.get(method)().teacher_keys else None
        return Choice(Spec(method), teacher, left_open.student, left_open.inputs)

    def _teacher(self, pick: Pick, method: str) -> str:
        """The label of a teacher; those that not every method can learn from are a parameter of their own."""
        labels = self.taught[method]
        return pick("teacher" if len(labels) == len(self.teachers) else f"teacher.{method}", labels)

    def beginnings(self) -> Iterator[dict[str, str]]:
        """Parameter -> label of each configuration to begin with that the space offers."""
        for entry in self.first:
            found: dict[str, str] = {}
            try:
                self.choose(lambda name, labels, entry=entry, found=found: _wanted(name, labels, entry, found))  # type: ignore[misc]
            except NotOfferedError:
                continue
            yield found


def _check_kept(wanted: Sequence[str] | None, kept: Collection[str], part: str, graph: NodeData) -> None:
    """Raise `ConfigError` where a name that was asked for is none that can be tried on these data."""
    if lost := [name for name in wanted or () if name not in kept]:
        raise ConfigError(
            f"method.{part}: expected those that read {graph.name} and end in a student that needs no graph, got "
            f"{lost[0]!r}; leave it out"
        )


def _teachers(
    content: Mapping[str, Any], graph: NodeData, names: Mapping[str, Any], named: Spec | None
) -> dict[str, Spec | None]:
    """Label -> teacher, for each that can read the graph, with each of its settings."""
    base = [named] if named is not None else [Spec(name) for name in names]
    found: dict[str, Spec | None] = {}
    for spec in base:
        variants = content.get("teachers", {}).get(spec.name) or []
        for options in ({}, *variants):
            made = Spec(spec.name, **{**options, **spec.options})
            if _teaches(made, graph):
                found.setdefault(_text(made), made)
    return found


def _fixed(lines: dict[str, Options], named: Spec | None) -> dict[str, Options]:
    return lines if named is None else {named.name: lines.get(named.name, {})}


def _teaches(spec: Spec, graph: NodeData) -> bool:
    """Whether a teacher can be built, without options that only a user can give, and reads such a graph."""
    try:
        spec.build(TEACHERS).check_reads(graph)
    except Gnn2mlpError:
        return False
    return True


def _learns(name: str, graph: NodeData) -> bool:
    """Whether a method can be built, speaks of what these data have, and ships a student that reads no graph."""
    try:
        method = Spec(name).build(METHODS)
        check_links(method.build_objective(), graph)
    except Gnn2mlpError:
        return False
    return not method.needs_graph


def _reads(name: str, graph: NodeData) -> bool:
    """Whether inputs make a row of a node alone: of its text, or of features, which stay sparse where they are."""
    try:
        made = Spec(name).build(INPUTS)
    except Gnn2mlpError:
        return False
    if made.reads_texts:
        return graph.texts is not None
    return made.of_features and not (made.rescales and isinstance(graph.features, CSR))


def _can_teach(teacher: Spec, needs: Iterable[str], graph: NodeData) -> bool:
    """Whether a teacher, or one around it, writes these keys of such a graph."""
    try:
        able = providing(teacher, needs)
    except Gnn2mlpError:
        return False
    return able == teacher or _teaches(able, graph)


def _picked(pick: Pick, prefix: str, options: Options, fixed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The options that are not left open."""
    found = {}
    for key, values in options.items():
        if key not in (fixed or {}):
            labels = {OPEN: None, **{_value(value): value for value in values}}
            label = pick(f"{prefix}{key}", list(labels))
            if label != OPEN:
                found[key] = labels[label]
    return found


def _wanted(name: str, labels: Sequence[str], entry: Mapping[str, Any], found: dict[str, str]) -> str:
    """The label that an entry of `first` wants for a parameter; it is noted in `found`.

    Raises:
        NotOfferedError: if there is none such.
    """
    part, _, rest = name.partition(".")
    given = entry.get(part, {} if part == "distill" else None)
    if part == "teacher":
        label = OPEN if given is None else _text(Spec.parse(given))
    elif not rest:
        label = labels[0] if given is None else Spec.parse(given).name
    else:
        options = given if part == "distill" else {} if given is None else Spec.parse(given).options
        key = rest if part == "distill" else rest.rpartition(".")[2]
        label = _value(options[key]) if key in options else OPEN
    if label not in labels:
        if part == "teacher" and label == OPEN:
            label = labels[0]
        else:
            raise NotOfferedError(name)
    found[name] = label
    return label


def _text(spec: Spec) -> str:
    """`sage hidden=128`."""
    return " ".join([spec.name, *(f"{key}={_value(value)}" for key, value in spec.options.items())])


def _value(value: Any) -> str:
    """A value in a line: `0.5`, `none`, `sage+gcn`, `gat{hidden=8}`."""
    value = plain(value)
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        options = ",".join(f"{key}={_value(one)}" for key, one in value.items() if key != "name")
        return f"{value['name']}{{{options}}}" if options else str(value["name"])
    if isinstance(value, list):
        return "+".join(map(_value, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)

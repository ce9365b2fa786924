"""Where student, teacher and plain MLP disagree: by class, by kind of node, and on groups found by a search."""

import importlib
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError, nearest
from gnn2mlp.evaluate.conditions import Conditions, groups_of, joined
from gnn2mlp.evaluate.confusion import ClassScore, class_scores, confusion_matrix
from gnn2mlp.evaluate.intervals import Interval
from gnn2mlp.evaluate.repeated import by_node, difference_of_nodes, mean_of_nodes, share_of_nodes
from gnn2mlp.evaluate.slices import DRAWS, GROUPS, LEAST, Slice, find_slices, halves
from gnn2mlp.explore.answered import VALID, Answered
from gnn2mlp.explore.grouping import NEED_TRUTH, most_common

if TYPE_CHECKING:
    import pandas

    from gnn2mlp.explore.book import Codebook

# What is asked of groups of nodes, and what a group that is found means.
GAPS = {"teacher": "the student falls behind its teacher", "truth": "the student is wrong"}
# Beside the conditions on features: groupings by which the search goes.
_STRUCTURE = ("class", "answer", "degree", "homophily", "distance", "code")


class GroupScore(NamedTuple):
    """How the models fare on a group of nodes.

    Args:
        text: what its nodes have in common.
        nodes: how many different ones there are.
        errors: by model, mean error with its interval.
        behind: by rival of the student, how much larger the student's error is, with its interval.
    """

    text: str
    nodes: int
    errors: dict[str, Interval]
    behind: dict[str, Interval]


class FoundSlice(NamedTuple):
    """A group that the search proposed, with the question and the population that it is of.

    Args:
        number: for `Disagreement.rows`.
        population: of test nodes.
        gap: one of `GAPS`.
        slice: the group with its test.
        score: of all models on its nodes in the half that tests.
        needs_truth: whether it can only be told of nodes whose true class is known.
    """

    number: int
    population: str
    gap: str
    slice: Slice
    score: GroupScore
    needs_truth: bool


class Disagreement:
    """Answers of several models on the same nodes, looked at from all sides. Frames need pandas.

    With several seeds a node is answered by several teachers and students. Its answers are averaged, and it counts as
    one node in every interval and test, which speak of nodes like these and of the models that were trained.

    Args:
        answered: the rows.
        groups: that the search proposes for each question.
        least: nodes of a group in either half.
        draws: permutations of the test.
    """

    def __init__(self, answered: Answered, groups: int = GROUPS, least: int = LEAST, draws: int = DRAWS):
        self.answered = answered
        self.search = {"groups": groups, "least": least, "draws": draws}

    @property
    def population(self) -> str:
        """What is looked at where nothing else is said: unseen nodes, if there are any."""
        return self.answered.tested[0]

    def of_seed(self, seed: int) -> "Disagreement":
        """The answers of one seed alone, whose codes are those of one codebook.

        Raises:
            DataError: if there is no such seed.
        """
        table = self.answered
        if seed not in table.seeds:
            raise DataError(f"seed: expected one of {', '.join(map(str, table.seeds))}, got {seed}")
        return Disagreement(_some(table, np.flatnonzero(table.seed == seed)), **self.search)

    # By class

    def class_scores(self, model: str = "student", population: str | None = None) -> list[ClassScore]:
        """Recall and precision of each class with intervals, as `by_class` has them.

        Raises:
            DataError: for a task without exclusive classes, or another model or population.
        """
        rows, answers = self._answers(model, population)
        table = self.answered
        return class_scores(table.label[table.node[rows]], answers, len(table.classes), table.node[rows])

    def confusion_counts(self, model: str = "student", population: str | None = None) -> np.ndarray:
        """How many answers of each class (columns) were given for each true one (rows), over all seeds."""
        rows, answers = self._answers(model, population)
        return confusion_matrix(self.answered.label[self.answered.node[rows]], answers, len(self.answered.classes))

    def by_class(self, population: str | None = None) -> "pandas.DataFrame":
        """A row for each class and model: nodes, recall and precision with 95 % intervals, and F1."""
        from gnn2mlp.explore.disagreement_frames import class_frame

        return class_frame(self, self._known(population))

    def confusion(
        self, model: str = "student", population: str | None = None, normalised: bool = False
    ) -> "pandas.DataFrame":
        """The confusion matrix, true classes as rows; `normalised` by the sum of each row."""
        from gnn2mlp.explore.disagreement_frames import confusion_frame

        return confusion_frame(self, model, self._known(population), normalised)

    # By kind of node

    @property
    def attributes(self) -> list[str]:
        """By what `by` and `scores_by` can group: kinds of nodes, then features or columns."""
        return list(dict.fromkeys([*self.answered.groups, *self.answered.conditions.attributes]))

    def scores_by(self, attribute: str, population: str | None = None) -> list[GroupScore]:
        """How the models fare on each group of an attribute, as `by` has it.

        Raises:
            DataError: if there is no such attribute or population.
        """
        table, rows = self.answered, self.answered.rows_of(self._known(population))
        if attribute in table.groups:
            group, texts = table.groups[attribute]
            members = [(texts[k], rows[group[rows] == k]) for k in range(len(texts))]
        else:
            members = self._column_members(attribute, rows)
        return [self.score_of(text, found) for text, found in members if found.size]

    def by(
        self, attribute: str, population: str | None = None, codebook: "Codebook | None" = None
    ) -> "pandas.DataFrame":
        """A row for each group: nodes, the share of right answers of each model (or its error) and the student's gaps.

        Args:
            attribute: `"class"`, `"degree"`, `"homophily"`, `"distance"`, `"code"`, `"answer"`, or the name of a
                feature or column; see `attributes`.
            population: default: unseen nodes, if there are any.
            codebook: whose codes the groups are, such as `model.codebook()`; a column `description` then has what it
                says of each.

        Raises:
            DataError: if there is no such attribute or population, or it has nothing to do with the codebook.
        """
        from gnn2mlp.explore.disagreement_frames import groups_frame

        found = groups_frame(self, self.scores_by(attribute, population), attribute)
        if codebook is None:
            return found
        if attribute != "code":
            raise DataError(f"by: a codebook describes groups by 'code', got {attribute!r}; leave codebook out")
        return found.assign(description=[codebook.describe(int(text.rpartition(" ")[2])) for text in found["code"]])

    def by_column(self, population: str | None = None) -> "pandas.DataFrame":
        """A row for each condition on a feature or column, where the student is furthest behind its teacher first.

        Many are looked at, and the first are so in part by luck: `slices` has what was tested.
        """
        from gnn2mlp.explore.disagreement_frames import groups_frame

        scores = self.column_scores(population)
        return groups_frame(self, scores, "condition")

    def column_scores(self, population: str | None = None, least: int = 1, most: int | None = None) -> list[GroupScore]:
        """What `by_column` has, of conditions that at least `least` answers meet; `most` of them."""
        table, rows = self.answered, self.answered.rows_of(self._known(population))
        holds = table.conditions.holds[table.node[rows]].tocsc()
        rival = "teacher" if "teacher" in table.errors else None
        gap = table.errors["student"][rows] - (table.errors[rival][rows] if rival else 0)
        count = np.diff(holds.indptr)
        able = np.flatnonzero((np.array(table.conditions.kinds) == "column") & (count >= max(1, least)))
        # To score every word of a vocabulary takes long: a sum tells which are to be scored.
        mean = (holds.T @ gap)[able] / count[able]
        kept = able[np.argsort(-mean, kind="stable")[:most]]
        found = [
            self.score_of(table.conditions.texts[k], rows[holds.indices[holds.indptr[k] : holds.indptr[k + 1]]])
            for k in kept
        ]
        return sorted(found, key=lambda one: -(one.behind[rival] if rival else one.errors["student"]).value)

    # Groups that are found

    @cached_property
    def found(self) -> list[FoundSlice]:
        """Groups that the search proposed, tested on nodes at which it did not look; of all questions together."""
        table = self.answered
        nodes = len(table.ids)
        conditions, first = self.node_conditions, self._first()
        asked = {
            (population, gap): self._node_values(gap, population)
            for population in table.tested
            for gap in GAPS
            if gap == "truth" or gap in table.errors
        }
        if not nodes or not len(conditions):
            return []
        found = find_slices(asked, conditions, first, rationed=NEED_TRUTH, **self.search)
        flat = [(population, gap, one) for (population, gap), slices in found.items() for one in slices]
        return [self._found(number, *one, conditions, first) for number, one in enumerate(flat)]

    def slices(self, gap: str | None = None, population: str | None = None) -> "pandas.DataFrame":
        """A row for each group that the search proposed, with its test; `holds` where it is beyond chance and search.

        Args:
            gap: `"teacher"`: where the student falls behind its teacher, `"truth"`: where it is wrong; default: both.
            population: default: all.
        """
        from gnn2mlp.explore.disagreement_frames import slices_frame

        return slices_frame(self, self.of_gap(gap, population))

    def of_gap(self, gap: str | None = None, population: str | None = None) -> list[FoundSlice]:
        """What `slices` has."""
        if gap is not None and gap not in GAPS:
            raise DataError(f"gap: expected one of {', '.join(GAPS)}, got {gap!r}{nearest(gap, GAPS)}")
        wanted = None if population is None else self._known(population)
        return [one for one in self.found if gap in (None, one.gap) and wanted in (None, one.population)]

    def rows(self, which: int | str, population: str | None = None, most: int | None = None) -> "pandas.DataFrame":
        """The nodes of a group, to look at: ids, labels of all models, features; those that the student misses first.

        Args:
            which: the number of a slice, or the text of a condition such as `"degree 1"`.
            population: of nodes; default: the slice's, or unseen nodes.
            most: rows at most.

        Raises:
            DataError: if there is no such slice or condition.
        """
        from gnn2mlp.explore.disagreement_frames import rows_frame

        return rows_frame(self, self.rows_in(which, population)[:most])

    def rows_in(self, which: int | str, population: str | None = None) -> np.ndarray:
        """Positions of the answered rows of a group, in the order of `rows`."""
        table, conditions = self.answered, self.node_conditions
        if isinstance(which, str):
            if which not in conditions.texts:
                raise DataError(f"rows: there is no condition {which!r}{nearest(which, conditions.texts)}")
            places: tuple[int, ...] = (conditions.texts.index(which),)
            name = self._known(population)
        else:
            if not 0 <= which < len(self.found):
                raise DataError(f"rows: expected the number of a slice, 0 .. {len(self.found) - 1}, got {which}")
            places = self.found[which].slice.conditions
            name = self.found[which].population if population is None else self._known(population)
        rows = table.rows_of(name)
        rows = rows[conditions.mask(places)[table.node[rows]]]
        ours = table.errors["student"][rows]
        behind = ours - table.errors.get("teacher", table.errors["student"])[rows]
        found: np.ndarray = rows[np.lexsort((-ours, -behind))]
        return found

    @cached_property
    def node_conditions(self) -> Conditions:
        """All conditions that groups are made of; a node is in the group that it is in for most of its rows.

        Codes of several seeds are those of several codebooks, and make no group.
        """
        table = self.answered
        parts = []
        for name in _STRUCTURE:
            if name not in table.groups or (name == "code" and len(table.seeds) > 1):
                continue
            own = most_common(table.groups[name], table.node, len(table.ids))
            # A class with an answer is right or wrong as a whole, and no group to look for.
            about = "class" if name == "answer" else name
            parts.append(groups_of(about, name, own.group, own.texts))
        return joined([*parts, table.conditions]) if parts else table.conditions

    def __repr__(self) -> str:
        table = self.answered
        seeds = f"seed {table.seeds[0]}" if len(table.seeds) == 1 else f"{len(table.seeds)} seeds"
        told = []
        for population in table.tested:
            rows = table.rows_of(population)
            score = self.score_of(population, rows)
            models = ", ".join(f"{table.name_of(m)} {self.told(score.errors[m].value)}" for m in table.models)
            told.append(f"{score.nodes:,} {population} nodes: {models}")
        what = "right" if table.is_share else table.measure
        return f"Disagreement({seeds}; {'; '.join(told)} ({what}))"

    def _repr_html_(self) -> str:
        # By its name: how a page shows it is known above this layer.
        shown: str = importlib.import_module("gnn2mlp.report.disagreement_cell").disagreement_cell(self)
        return shown

    def told(self, error: float) -> str:
        """A mean error as a person reads it: the share that is right, in per cent, or the error itself."""
        return f"{100 * (1 - error):.1f} %" if self.answered.is_share else f"{error:.3g}"

    def _known(self, population: str | None) -> str:
        if population is None:
            return self.population
        self.answered.rows_of(population)
        return population

    def _answers(self, model: str, population: str | None) -> tuple[np.ndarray, np.ndarray]:
        table = self.answered
        if not table.answers:
            raise DataError("expected a task with one class for each node; by_class and confusion are of classes")
        if model not in table.answers:
            raise DataError(f"model: expected one of {', '.join(table.answers)}, got {model!r}")
        rows = table.rows_of(self._known(population))
        return rows, table.answers[model][rows]

    def _column_members(self, attribute: str, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
        conditions = self.answered.conditions
        places = [k for k, name in enumerate(conditions.attributes) if name == attribute]
        if not places:
            raise DataError(
                f"by: there is no attribute {attribute!r}{nearest(attribute, self.attributes)}; attributes lists them"
            )
        masks = [conditions.mask([place])[self.answered.node[rows]] for place in places]
        members = [(conditions.texts[place], rows[mask]) for place, mask in zip(places, masks, strict=True)]
        rest = rows[~np.any(masks, axis=0)]
        return [*members, ("all others", rest)] if rest.size else members

    def score_of(self, text: str, rows: np.ndarray) -> GroupScore:
        """How the models fare on some rows of the table, such as `answered.rows_of("unseen")`."""
        table = self.answered
        node, mean = table.node[rows], share_of_nodes if table.is_share else mean_of_nodes
        errors = {model: mean(table.errors[model][rows], node) for model in table.models}
        ours = table.errors["student"][rows]
        behind = {
            model: difference_of_nodes(ours, table.errors[model][rows], node)
            if table.is_share
            else mean_of_nodes(ours - table.errors[model][rows], node)
            for model in table.models
            if model != "student"
        }
        return GroupScore(text, next(iter(errors.values())).nodes, errors, behind)

    def _node_values(self, gap: str, population: str) -> np.ndarray:
        """(nodes,): mean over the rows of the population, and of validation nodes, which test nothing; NaN without."""
        table = self.answered
        values = table.errors["student"] - (table.errors[gap] if gap != "truth" else 0)
        rows = table.rows_of(population)
        if VALID in table.populations:
            rows = np.concatenate([rows, self._only_valid()])
        found = np.full(len(table.ids), np.nan)
        found[np.unique(table.node[rows])] = by_node(values[rows], table.node[rows])
        return found

    def _only_valid(self) -> np.ndarray:
        """Rows of validation nodes that no seed tests: the half that proposes may have them."""
        table = self.answered
        valid = table.rows_of(VALID)
        tested = np.zeros(len(table.ids), dtype=bool)
        tested[np.delete(table.node, valid)] = True
        found: np.ndarray = valid[~tested[table.node[valid]]]
        return found

    def _first(self) -> np.ndarray:
        first: np.ndarray = halves(len(self.answered.ids))
        if VALID in self.answered.populations:
            first[self.answered.node[self._only_valid()]] = True
        return first

    def _found(
        self, number: int, population: str, gap: str, one: Slice, conditions: Conditions, first: np.ndarray
    ) -> FoundSlice:
        table = self.answered
        rows = table.rows_of(population)
        held = rows[(conditions.mask(one.conditions) & ~first)[table.node[rows]]]
        score = self.score_of(one.text, held) if held.size else GroupScore(one.text, 0, {}, {})
        truth = any(conditions.kinds[place] in NEED_TRUTH for place in one.conditions)
        return FoundSlice(number, population, gap, one, score, truth)


def _some(table: Answered, rows: np.ndarray) -> Answered:
    """The table of some rows; nodes stay numbered as they are."""
    return replace(
        table,
        node=table.node[rows],
        seed=table.seed[rows],
        population=table.population[rows],
        errors={name: each[rows] for name, each in table.errors.items()},
        answers={name: each[rows] for name, each in table.answers.items()},
        confidence=None if table.confidence is None else table.confidence[rows],
        groups={name: each._replace(group=each.group[rows]) for name, each in table.groups.items()},
    )

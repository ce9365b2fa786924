"""Where student, teacher and plain MLP disagree: by class, by kind of node, and on groups found by a search."""

import importlib
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gnn2mlp.core.errors import DataError, nearest
from gnn2mlp.evaluate.conditions import Conditions
from gnn2mlp.evaluate.confusion import ClassScore, class_scores, confusion_matrix
from gnn2mlp.evaluate.slices import DRAWS, GROUPS, LEAST
from gnn2mlp.explore.answered import Answered
from gnn2mlp.explore.group_scores import GroupScore, score_rows, scores_by_condition, scores_by_group
from gnn2mlp.explore.group_search import GAPS, FoundSlice, conditions_of, find_groups

if TYPE_CHECKING:
    import pandas

    from gnn2mlp.explore.book import Codebook


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
        return Disagreement(table.take(np.flatnonzero(table.seed == seed)), **self.search)

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
        if attribute not in self.attributes:
            close = nearest(attribute, self.attributes)
            raise DataError(f"by: there is no attribute {attribute!r}{close}; attributes lists them")
        return scores_by_group(table, attribute, rows)

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
        return scores_by_condition(self.answered, self.answered.rows_of(self._known(population)), least, most)

    # Groups that are found

    @cached_property
    def found(self) -> list[FoundSlice]:
        """Groups that the search proposed, tested on nodes at which it did not look; of all questions together."""
        return find_groups(self.answered, self.node_conditions, self.search)

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
        return conditions_of(self.answered)

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

    def score_of(self, text: str, rows: np.ndarray) -> GroupScore:
        """How the models fare on some rows of the table, such as `answered.rows_of("unseen")`."""
        return score_rows(self.answered, text, rows)

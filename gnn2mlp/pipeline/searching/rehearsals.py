"""The inner splits on which configurations are judged, and what each of them says."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.seeds import derive
from gnn2mlp.data import Observed, Views, rehearse
from gnn2mlp.data.split import Setting
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.searching.clock import Clock
from gnn2mlp.pipeline.searching.judging import Judged, Truth, judge, load_judged, save_judged
from gnn2mlp.pipeline.seed import knowledge_stage, teacher_stage
from gnn2mlp.pipeline.stage import Stage, stored
from gnn2mlp.students import STUDENTS

# Each validation node judges once in so many inner splits.
FOLDS = 2


# Graphs of inner splits are copies: of larger data only the newest is held, and others are cut anew.
SMALL = 50_000


class Rehearsal(NamedTuple):
    """An inner split, without its graph.

    Args:
        view: which of the outer views it is a part of.
        seed: of all that is trained in it.
        judges: row numbers of the outer view, ascending.
        truth: what answers are compared with.
    """

    view: int
    seed: int
    judges: Tensor
    truth: Truth


@dataclass(eq=False)
class Rehearsals:
    """Trains configurations in inner splits and keeps what they say; the same is never trained twice.

    Args:
        job: whose store keeps teachers, knowledge and answers, and whose device is trained on.
        outer: seed and observed view of each split in which is searched; nothing else is looked at.
        setting: what judges are to training.
        clock: says when time is over.
    """

    job: Job
    outer: Sequence[tuple[int, Observed]]
    setting: Setting
    clock: Clock
    _splits: dict[int, Rehearsal] = field(default_factory=dict)
    _views: dict[int, Views] = field(default_factory=dict)
    _known: dict[tuple[str, int], Judged] = field(default_factory=dict)

    def split(self, number: int) -> Rehearsal:
        """The inner split of a number: all views in turn, each with another part of its judges, then drawn anew."""
        if number not in self._splits:
            observed, full = self.views(number)
            view, seed, _, _ = self._place(number)
            self._splits[number] = Rehearsal(view, seed, full.split.test, Truth.of(observed, full))
        return self._splits[number]

    def views(self, number: int) -> Views:
        """What training sees of an inner split, and the judges."""
        if number not in self._views:
            view, seed, _, fold = self._place(number)
            observed = self.outer[view][1]
            if observed.graph.num_nodes > SMALL:
                self._views.clear()
            self._views[number] = rehearse(observed, seed, setting=self.setting, fold=fold, folds=FOLDS)
        return self._views[number]

    def _place(self, number: int) -> tuple[int, int, int, int]:
        """View, seed, draw and fold of an inner split."""
        view, turn = number % len(self.outer), number // len(self.outer)
        draw, fold = divmod(turn, FOLDS)
        seed = self.outer[view][0]
        return view, seed if draw == 0 else derive(seed, f"rehearsal/{draw}") % 2**31, draw, fold

    def judged(self, config: RunConfig, number: int) -> Judged:
        """What the student of a configuration says in an inner split.

        Args:
            config: resolved.
            number: of the inner split.

        Raises:
            OutOfTimeError: if the clock says so; whole teachers that were trained are kept.
            Gnn2mlpError: whatever training raises.
        """
        key = digest_json(config.identity()), number
        if key not in self._known:
            stage = self._stage(config, number)
            found = stage.storage.find(stage.identity)
            if found is None:
                self.clock.check()
                self._known[key] = stage.value
            else:
                self.clock.carry(found.value.about["all_seconds"])
                self._known[key] = found.value
        return self._known[key]

    def score(self, config: RunConfig, number: int) -> float:
        """What the judges of an inner split say, higher is better; arguments and errors as in `judged`."""
        return self.judged(config, number).score(self.split(number).truth)

    def loss(self, config: RunConfig, number: int) -> float:
        """The loss on the judges, which tells equal scores apart; arguments and errors as in `judged`."""
        return self.judged(config, number).loss(self.split(number).truth)

    def cost(self, config: RunConfig, number: int) -> float:
        """Seconds of one training of a configuration that was judged in this inner split, its teacher's included."""
        seconds = float(self.judged(config, number).about["seconds"])
        if config.method.build(METHODS).teacher_keys:
            job, seed = replace(self.job, config=config), self.split(number).seed
            seconds += teacher_stage(job, seed, self.views(number).observed).value.history_.seconds
        return seconds

    def _stage(self, config: RunConfig, number: int) -> Stage[Judged]:
        """The answers; the teacher's stages are made of the inner view alone."""
        split, (observed, full) = self.split(number), self.views(number)
        job = replace(self.job, config=config, listen=lambda seed, stage: self.clock.check)
        method = config.method.build(METHODS)
        knowledge = None
        if method.teacher_keys:
            teacher = teacher_stage(job, split.seed, observed)
            keys = sorted({"logits", *method.teacher_keys})
            knowledge = knowledge_stage(job, split.seed, observed, teacher, keys)
        inputs = {
            "student": config.student.build(STUDENTS),
            "method": method,
            "objective": method.build_objective(),
            "inputs": config.inputs.build(INPUTS),
            "distiller": Distiller(**config.distill),
            "observed": observed,
            "full": full,
            "knowledge": knowledge,
            "seed": split.seed,
            "execution": job.execution,
        }
        begun, context = time.monotonic(), job.context(split.seed, "student")

        def told() -> dict[str, Any]:
            return {**context(), "begun": begun}

        storage = stored(job.store, "judged", load_judged, save_judged)
        return Stage(judge, inputs, storage, job.environment, told)


def nodes_of(rehearsals: Rehearsals, numbers: Sequence[int]) -> int:
    """How many different nodes judge in some inner splits."""
    by_view: dict[int, list[Tensor]] = {}
    for number in numbers:
        split = rehearsals.split(number)
        by_view.setdefault(split.view, []).append(split.judges)
    return sum(torch.cat(judges).unique().numel() for judges in by_view.values())

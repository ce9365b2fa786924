"""The search: plain GLNN and a plain MLP first, then what is known to be good, then what Optuna proposes, then a final.

Every answer is kept by what decides it, and Optuna's sampler is seeded and lives in memory alone. A search that was
killed is therefore taken up by doing it again: what is known is read in place of being trained, and the sampler, told
the same, proposes the same.
"""

import importlib.util
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Literal

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.spec import Spec
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.searching.chance import difference
from gnn2mlp.pipeline.searching.clock import Clock, OutOfTimeError
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from gnn2mlp.pipeline.searching.settings import Auto
from gnn2mlp.pipeline.searching.space import Choice, Space

State = Literal["judged", "given up", "failed", "cut off"]
Make = Callable[[Choice], RunConfig]
"""A whole configuration of what was chosen."""

# What everything else is compared with, by the name of the method.
REFERENCES = {"glnn": "plain GLNN", "mlp": "plain MLP"}
# Share of the time for the search; the rest is for the final.
SEARCHING = 0.7
# A configuration is given up when it is behind the best by more than so many standard errors of the difference.
BEHIND = 1.0
# Configurations that are drawn at random before the sampler learns from them, and how often in a row it may propose
# what is known already before the space is taken for exhausted.
STARTUP, REPEATED = 8, 40


@dataclass(eq=False)
class Trial:
    """A configuration and what the judges said of it.

    Args:
        number: in the order of trying, from 0.
        label: what it is, in a line.
        config: resolved.
        scores: by inner split, higher is better.
        losses: likewise.
        state: `"judged"` in all inner splits, `"given up"` as it fell behind, `"failed"`, or `"cut off"` by the end of
            the time.
        seconds: of its trainings.
        proposed: by whom: `"reference"`, `"first"` or `"search"`.
        eligible: whether it may be chosen.
        possible: whether its parts go together; what is not does not count as tried.
        error: why it failed.
    """

    number: int
    label: str
    config: RunConfig
    proposed: Literal["reference", "first", "search"]
    scores: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    state: State = "judged"
    seconds: float = 0.0
    eligible: bool = True
    possible: bool = True
    error: str = ""

    @property
    def rank(self) -> tuple[float, float]:
        """Mean score, and the loss for equal ones: the higher the better."""
        return fmean(self.scores), -fmean(self.losses)


@dataclass(eq=False)
class Search:
    """Tries configurations and keeps the trials.

    Args:
        rehearsals: judges of a configuration.
        space: what can be tried.
        make: a configuration of what was chosen.
        auto: how much is tried.
        seed: of the sampler.
        reserve: seconds that are needed after the search, from those of one training of the best.
        with_teacher: whether what is chosen must have a teacher.
        told: of seconds that are spent, out of how many, and the best so far.
    """

    rehearsals: Rehearsals
    space: Space
    make: Make
    auto: Auto
    seed: int = 0
    reserve: Callable[[float], float] = lambda seconds: 1.5 * seconds
    with_teacher: bool = False
    told: Progress = silent
    trials: list[Trial] = field(default_factory=list)
    _by_identity: dict[str, Trial] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """Of the search."""
        return self.rehearsals.clock

    def run(self) -> Trial:
        """Search, let the best meet again, and choose.

        Raises:
            Gnn2mlpError: whatever training plain GLNN raises: it says that nothing can be learnt here.
        """
        numbers = range(self.auto.rehearsals)
        self.clock.told = self._news
        self._limit(SEARCHING)
        self._references(numbers)
        with _quiet():
            self._propose(numbers)
        return self._final()

    @property
    def references(self) -> dict[str, Trial]:
        """Plain GLNN and a plain MLP, those that were judged."""
        found = {one.config.method.name: one for one in self.trials if one.proposed == "reference" and one.scores}
        return {name: found[name] for name in REFERENCES if name in found}

    def _references(self, numbers: Sequence[int]) -> None:
        for name in REFERENCES:
            trial = self._trial(self.space.plain(name), "reference")
            trial.label = REFERENCES[name]
            try:
                for number in numbers:
                    self._judge(trial, number)
            except OutOfTimeError:
                trial.state = "cut off"
                return

    def _propose(self, numbers: Sequence[int]) -> None:
        """Ask Optuna for configurations, those to begin with first, until time or trials are over."""
        import optuna

        sampler = optuna.samplers.TPESampler(
            seed=self.seed, multivariate=True, group=True, n_startup_trials=STARTUP, constant_liar=False
        )
        study = optuna.create_study(direction="maximize", sampler=sampler, pruner=optuna.pruners.NopPruner())
        beginnings = [*self.space.beginnings()]
        for parameters in beginnings:
            study.enqueue_trial(parameters)
        asked = repeated = 0
        while not self.clock.over and repeated < REPEATED and not self._enough():
            proposal = study.ask()
            asked += 1
            choice = self.space.choose(lambda name, labels, p=proposal: p.suggest_categorical(name, list(labels)))  # type: ignore[misc]
            known = len(self.trials)
            try:
                trial = self._trial(choice, "first" if asked <= len(beginnings) else "search")
            except ConfigError as error:  # parts that do not go together
                trial = self._failed(choice, str(error))
            repeated = repeated + 1 if len(self.trials) == known else 0
            if len(self.trials) > known and trial.state != "failed":
                self._race(trial, numbers)
            self._tell(study, proposal, trial)
            if trial.state == "cut off":
                return

    def _enough(self) -> bool:
        tried = [trial for trial in self.trials if trial.possible]
        return self.auto.trials is not None and len(tried) >= self.auto.trials

    def _race(self, trial: Trial, numbers: Sequence[int]) -> None:
        """Judge in one inner split after the other for as long as the best is not clearly ahead."""
        best = self.best()
        try:
            for number in numbers:
                self._judge(trial, number)
                done = range(len(trial.scores))
                if best is not None and number != numbers[-1] and len(best.scores) >= len(done):
                    gap = difference(self.rehearsals, trial.config, best.config, done)
                    if gap.value < -BEHIND * gap.error:
                        trial.state = "given up"
                        return
        except OutOfTimeError:
            trial.state = "cut off"
        except Exception as error:  # one configuration, perhaps of a class from outside, must not end the search
            trial.state, trial.error = "failed", f"{type(error).__name__}: {error}"
        self._limit(SEARCHING)

    def _tell(self, study: Any, proposal: Any, trial: Trial) -> None:
        from optuna.trial import TrialState

        for step in range(len(trial.scores)):
            proposal.report(fmean(trial.scores[: step + 1]), step)
        if trial.state == "judged":
            study.tell(proposal, fmean(trial.scores))
        else:
            study.tell(proposal, state=TrialState.PRUNED if trial.state == "given up" else TrialState.FAIL)

    def _final(self) -> Trial:
        """The best and the references on as many inner splits more; the best of all that they have in common."""
        self._limit(1.0)
        complete = sorted(
            (t for t in self.trials if t.state == "judged" and t.scores), key=lambda t: t.rank, reverse=True
        )
        ahead = [trial for trial in complete if trial.eligible][: self.auto.finalists]
        references = [trial for trial in self.references.values() if trial.state == "judged"]
        field_ = [*dict.fromkeys([*references, *ahead])] if ahead else []
        common = self.auto.rehearsals
        try:
            for number in range(common, 2 * common) if len(ahead) > 1 else ():
                for trial in field_:
                    self._judge(trial, number)
        except OutOfTimeError:
            pass
        for trial in field_:
            reached = min(len(one.scores) for one in field_)
            del trial.scores[reached:], trial.losses[reached:]
        best = self.best(field_)
        return best if best is not None else self.trials[0]

    def best(self, among: Sequence[Trial] | None = None) -> Trial | None:
        """The best trial that was judged in all inner splits and may be chosen."""
        done = [t for t in (self.trials if among is None else among) if t.state == "judged" and t.scores and t.eligible]
        return max(done, key=lambda trial: trial.rank, default=None)

    def _trial(self, choice: Choice, proposed: Literal["reference", "first", "search"]) -> Trial:
        """The trial of a choice: the one that is known, where it comes to the same configuration."""
        config = self.make(choice)
        identity = digest_json(_decisive(config))
        if identity not in self._by_identity:
            taught = bool(config.method.build(METHODS).teacher_keys)
            label = choice.label(_name_of(config.teacher) if taught else "")
            trial = Trial(len(self.trials), label, config, proposed)
            trial.eligible = taught or not self.with_teacher
            self._by_identity[identity] = trial
            self.trials.append(trial)
        return self._by_identity[identity]

    def _failed(self, choice: Choice, error: str) -> Trial:
        """Note what cannot be, once for each."""
        identity = digest_json(choice.label())
        if identity not in self._by_identity:
            parts: dict[str, Any] = {"method": choice.method, "student": choice.student, "inputs": choice.inputs}
            if choice.teacher is not None:
                parts["teacher"] = choice.teacher
            config = RunConfig(**parts, distill=dict(choice.distill))
            trial = Trial(len(self.trials), choice.label(), config, "search", state="failed", error=error)
            trial.eligible = trial.possible = False
            self._by_identity[identity] = trial
            self.trials.append(trial)
        return self._by_identity[identity]

    def _judge(self, trial: Trial, number: int) -> None:
        before = self.clock.spent
        try:
            score = self.rehearsals.score(trial.config, number)
            loss = self.rehearsals.loss(trial.config, number)
        finally:
            trial.seconds += self.clock.spent - before
        trial.scores.append(score)
        trial.losses.append(loss)
        self._news()

    def _news(self) -> None:
        best = self.best()
        note = f"{len(self.trials)} tried" + (f", best {fmean(best.scores):.4g}" if best is not None else "")
        total = self.clock.budget
        if total is not None:
            self.told(min(round(self.clock.spent), round(total)), round(total), note)
        else:
            self.told(min(len(self.trials), self.auto.trials or 0), self.auto.trials or 0, note)

    def _limit(self, share: float) -> None:
        """Leave time for what comes after the search: the last training, and the final."""
        if self.clock.budget is not None:
            best = self.best()
            after = 0.0 if best is None else self.reserve(self.rehearsals.cost(best.config, 0))
            self.clock.limit = share * max(0.0, self.clock.budget - after)


def _name_of(teacher: Spec) -> str:
    """The name of a teacher, or of the one inside a tokenizer."""
    inner = teacher.options.get("encoder")
    return teacher.name if inner is None else f"{teacher.name} around {Spec.parse(inner).name}"


def _decisive(config: RunConfig) -> Mapping[str, Any]:
    """What tells a configuration from others within one search; a teacher counts where one is needed."""
    parts = ("method", "student", "inputs", "distill", "export", "teacher")
    found = {part: config.to_dict()[part] for part in parts}
    if not config.method.build(METHODS).teacher_keys:
        del found["teacher"], found["export"]
    return found


def check_installed() -> None:
    """Raise `ConfigError` if Optuna is not installed, before anything is trained."""
    if importlib.util.find_spec("optuna") is None:
        raise ConfigError('method "auto" searches with optuna, which is not installed: pip install "gnn2mlp[auto]"')


@contextmanager
def _quiet() -> Iterator[None]:
    """Within the block Optuna says nothing of each trial, nor that a part of it may change."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)

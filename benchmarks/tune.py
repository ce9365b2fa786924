"""Choose hyper-parameters by validation alone; this script holds no test label.

    python benchmarks/tune.py benchmarks/tuning/krd_cpf-cora.yaml --data-root DATA

Once the splits are drawn, the data set is let go: what is left is the observed view of each split, in which every test
label is -1 and unseen nodes do not exist. Each trial adds a line to `<name>.jsonl` beside the YAML file: validation
accuracy and cross-entropy of the student at its kept epoch, per seed. Started again, it runs what is missing.

The YAML file has:

    config: a configuration as in `papers/`; what the trials have in common
    vary: dotted option -> list of values, e.g. `method.temperature: [0.8, 1.0]`
    search: grid (default), one_at_a_time, or {random: how many, seed: of the draw}
    judge: valid (default): the nodes that choose the epoch, which a student may have met in distillation; or unseen:
        half of the validation nodes, taken out of the graph before anything is trained, as unseen test nodes are
    seeds: how many splits, or which; default 3

A validation node of one split may be a test node of another, as everywhere in this literature. Few validation labels
tie often and choose noisily: the ranking shows a standard error, and cross-entropy breaks ties.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, NamedTuple

import torch
import yaml
from torch import Tensor
from torch.nn import functional as F

from gnn2mlp import RunConfig
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.environment import environment
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import generator
from gnn2mlp.data import SPLITTERS, Split, Views, load_dataset
from gnn2mlp.data.view import Observed
from gnn2mlp.distill import Distiller
from gnn2mlp.evaluate import accuracy
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import Features, compute_form, gather
from gnn2mlp.students import STUDENTS
from gnn2mlp.studies import ledger
from gnn2mlp.studies.versions import deciding_code, may_stand
from gnn2mlp.teachers import TEACHERS, Export, Teacher

Options = dict[str, Any]


def choices(vary: Mapping[str, list[Any]], search: Any = "grid") -> list[Options]:
    """The trials: option -> value each. The first values of all options are the starting point of `one_at_a_time`.

    Raises:
        ConfigError: for an unknown search.
    """
    every = [dict(zip(vary, values, strict=True)) for values in itertools.product(*vary.values())]
    if search == "grid":
        return every
    if search == "one_at_a_time":
        start = every[0]
        return [start] + [{**start, key: value} for key, values in vary.items() for value in values[1:]]
    if isinstance(search, dict) and set(search) <= {"random", "seed"} and "random" in search:
        order = torch.randperm(len(every), generator=generator(search.get("seed", 0), "tuning"))
        return [every[index] for index in order[: search["random"]].tolist()]
    raise ConfigError(f"search: expected grid, one_at_a_time or {{random: N, seed: S}}, got {search!r}")


def configured(base: Mapping[str, Any], options: Options) -> RunConfig:
    """`base` with dotted options put in, resolved.

    Raises:
        ConfigError: if an option is not known.
    """
    content = dict(base)
    for path, value in options.items():
        content = _assigned(content, path.split("."), value)
    return RunConfig(**{"recipe": False, **content}).resolve()


def _assigned(content: Any, keys: list[str], value: Any) -> Any:
    """A copy of `content` with `value` at `keys`; a component given by its bare name becomes a mapping."""
    if not keys:
        return value
    inner = {"name": content} if isinstance(content, str) else dict(content or {})
    return inner | {keys[0]: _assigned(inner.get(keys[0]), keys[1:], value)}


class View(NamedTuple):
    """What training may see of a split, and the nodes that judge it: features (nodes, features), labels (nodes,)."""

    observed: Observed
    features: Features
    labels: Tensor


def observe(
    config: RunConfig, seeds: tuple[int, ...], data_root: Path | None = None, judge: str = "valid"
) -> dict[int, View]:
    """The view of each split. The graph with its test labels is not kept.

    Raises:
        ConfigError: for an unknown judge.
    """
    if judge not in JUDGES:
        raise ConfigError(f"judge: expected one of {', '.join(JUDGES)}, got {judge!r}")
    graph = load_dataset(config.dataset, data_root)
    assert config.split is not None
    splitter = config.split.build(SPLITTERS)
    return {
        seed: JUDGES[judge](
            Views.of(graph, splitter.split(graph, seed, config.setting, config.unseen_fraction)).observed, seed
        )
        for seed in seeds
    }


def judged_by_valid(observed: Observed, seed: int) -> View:
    """The validation nodes judge."""
    graph = observed.graph
    return View(observed, gather(graph.features, observed.valid), graph.labels[observed.valid])


def judged_by_unseen(observed: Observed, seed: int) -> View:
    """Half of the validation nodes judge, and do not exist in training; the other half choose the epoch."""
    order = torch.randperm(observed.valid.numel(), generator=generator(seed, "judges"))
    unseen, valid = (half.sort().values for half in observed.valid[order].tensor_split(2))
    context = torch.ones(observed.graph.num_nodes, dtype=torch.bool)
    context[torch.cat([observed.train, observed.valid])] = False
    split = Split(observed.train, valid, context.nonzero()[:, 0], unseen, "inductive", seed, {"name": "judges"})
    inner = Views.of(observed.graph, split).observed
    return View(inner, gather(observed.graph.features, unseen), observed.graph.labels[unseen])


JUDGES = {"valid": judged_by_valid, "unseen": judged_by_unseen}


@dataclass
class Tuner:
    """Trains teachers and students on observed views, and keeps the last teacher of each seed for the next trial.

    Args:
        views: seed -> all that may be seen of its split, and who judges.
    """

    views: Mapping[int, View]
    _teachers: dict[int, tuple[str, Teacher]] = field(default_factory=dict)
    _knowledge: dict[int, tuple[str, TeacherKnowledge]] = field(default_factory=dict)

    def trial(self, config: RunConfig) -> dict[str, list[float]]:
        """Per seed: the student's accuracy and cross-entropy by the judges, the teacher's on validation, seconds."""
        results = [self._seed(config, seed) for seed in self.views]
        return {key: [result[key] for result in results] for key in results[0]}

    def _seed(self, config: RunConfig, seed: int) -> dict[str, float]:
        (observed, judges, labels), method = self.views[seed], config.method.build(METHODS)
        knowledge = self.knowledge(config, seed) if method.teacher_keys else None
        student = config.student.build(STUDENTS)
        result = Distiller(**config.distill).fit(
            student, method.build_objective(), observed, knowledge, update=method.update, seed=seed
        )
        with torch.inference_mode():
            logits = result.module(compute_form(judges).to(dtype=torch.get_default_dtype())).logits
        scores = {
            "valid": accuracy(logits, labels),
            "nll": F.cross_entropy(logits, labels).item(),
            "epoch": result.history.best_epoch,
            "seconds": result.history.seconds,
        }
        if knowledge is not None:
            history = self.teacher(config, seed).history_
            scores |= {
                "teacher_valid": history.valid[history.best_epoch - 1],
                "teacher_nll": self._teacher_nll(knowledge, observed),
            }
        return scores

    @staticmethod
    def _teacher_nll(knowledge: TeacherKnowledge, observed: Observed) -> float:
        return F.cross_entropy(knowledge["logits"][observed.valid], observed.graph.labels[observed.valid]).item()

    def teacher(self, config: RunConfig, seed: int) -> Teacher:
        """The fitted teacher; the one of the trial before if it is the same."""
        key = digest_json(config.teacher.to_dict())
        if self._teachers.get(seed, ("",))[0] != key:
            teacher = config.teacher.build(TEACHERS)
            teacher.fit(self.views[seed].observed, seed=seed)
            self._teachers[seed] = (key, teacher)
        return self._teachers[seed][1]

    def knowledge(self, config: RunConfig, seed: int) -> TeacherKnowledge:
        """What the method reads of the teacher, and its logits; that of the trial before if it is the same."""
        needs = sorted({"logits"} | config.method.build(METHODS).teacher_keys)
        key = digest_json([config.teacher.to_dict(), config.export, needs])
        if self._knowledge.get(seed, ("",))[0] != key:
            how = Export(**config.export)
            made = self.teacher(config, seed).export(self.views[seed].observed, needs, how=how, seed=seed)
            self._knowledge[seed] = (key, made)
        return self._knowledge[seed][1]


def ranked(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Best first: by mean validation accuracy, then by mean cross-entropy."""
    return sorted(lines, key=lambda line: (-fmean(line["valid"]), fmean(line["nll"])))


def table(lines: list[dict[str, Any]]) -> Iterator[str]:
    """One text line a trial, best first: accuracy and its standard error, cross-entropy, the teacher's, options."""
    yield "valid %  s.e.   nll    teacher %  seconds  options"
    for line in ranked(lines):
        error = stdev(line["valid"]) / len(line["valid"]) ** 0.5 if len(line["valid"]) > 1 else float("nan")
        teacher = f"{100 * fmean(line['teacher_valid']):9.2f}" if "teacher_valid" in line else " " * 9
        options = "  ".join(f"{key}={value}" for key, value in line["options"].items())
        yield (
            f"{100 * fmean(line['valid']):7.2f}  {100 * error:4.2f}  {fmean(line['nll']):.3f}  {teacher}"
            f"  {fmean(line['seconds']):7.1f}  {options}"
        )


def tune(path: Path, data_root: Path | None = None) -> list[dict[str, Any]]:
    """Run the trials of a YAML file that have no line by the present code yet; the lines of all its trials.

    Raises:
        ConfigError: for a name or an option that is not known, before anything is trained.
    """
    plan = yaml.safe_load(path.read_text())
    seeds = RunConfig(seeds=plan.get("seeds", 3)).seeds
    trials = [
        (options, configured(plan["config"], options)) for options in choices(plan["vary"], plan.get("search", "grid"))
    ]
    # Trials with the same teacher follow each other, so that one teacher a seed has to be kept.
    trials.sort(key=lambda trial: digest_json([trial[1].teacher.to_dict(), trial[1].export]))
    judge = plan.get("judge", "valid")
    asked = {} if judge == "valid" else {"judge": judge}
    identities = [{"config": config.identity(), "seeds": list(seeds), **asked} for _, config in trials]
    output = path.with_suffix(".jsonl")
    known = {line["trial"]: line for line in ledger.read(output)}
    tuner: Tuner | None = None
    for (options, config), identity in zip(trials, identities, strict=True):
        trial = digest_json(identity)
        if trial in known and may_stand(known[trial], config):
            continue
        tuner = tuner or Tuner(observe(config, seeds, data_root, judge))
        made = {"code": deciding_code(config), "environment": environment(torch.device("cpu"))}
        line = {"trial": trial, "options": options, **tuner.trial(config), **identity, **made}
        ledger.put(output, line, lambda record: record["trial"])
        print(next(itertools.islice(table([line]), 1, None)), flush=True)
    wanted = {digest_json(identity) for identity in identities}
    return [line for line in ledger.read(output) if line["trial"] in wanted]


def main(arguments: list[str] | None = None) -> int:
    """Run the trials and print their ranking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=Path, help="YAML file of the trials")
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA, else downloads")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads; one is quickest for small graphs")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    lines = tune(options.plan, options.data_root)
    print("\n".join(["", *table(lines)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

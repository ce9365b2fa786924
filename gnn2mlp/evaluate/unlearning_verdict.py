"""What the evidence of forgetting comes to, in one sentence, which can be that nothing was forgotten."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

# An attack that goes so much further than on a retrained model, or so much less far, is a difference that matters.
LIMIT = 0.05
# So is a smaller one, above what another seed of retraining makes, if forgetting left so much of what there was before.
_NOISE, _SHARE = 0.01, 0.5
# Fewer rows than these tell nothing, whatever an interval says that rests on their spread.
LEAST_ROWS = 10

Outcome = Literal["retrained", "no trace", "recognisable", "not forgotten", "undecided", "not verified"]

_ATTACKS = {
    "entropy": "by how sure it is of them",
    "loss": "by how near it is to their labels",
    "link": "by how alike it answers their ends",
}

_OTHERS = {"unseen": "new ones", "seen": "test nodes", "pairs": "pairs without one"}


class UnlearningVerdict(NamedTuple):
    """What has been found.

    Args:
        outcome: `"retrained"`: exact by construction. `"no trace"`: every attack goes as far as on a model that was
            retrained without the deleted rows, give or take `LIMIT`, or no deleted row trained. `"recognisable"`: the
            model answers the deleted rows conspicuously worse. `"not forgotten"`: it still knows them. `"undecided"`:
            there are too few rows to tell. `"not verified"`: nobody retrained, so that there is nothing to compare
            with.
        sentence: the same with the figures that it rests on.
    """

    outcome: Outcome
    sentence: str


def judge_unlearning(record: Mapping[str, Any], what: str = "nodes", exact: bool = False) -> UnlearningVerdict:
    """The sentence of a certificate.

    Of several attacks the one decides that is furthest from retraining beyond chance. A difference counts where its
    95 % interval leaves out 0, and it is above `LIMIT` or more than half of what it was before: a model that did not
    change has forgotten nothing, however little it knew. There is no trace where none counts and all intervals lie
    within the limit.

    Args:
        record: of `gnn2mlp.evaluate.unlearning_evidence.unlearning_record`; `population`, if it is there, says what
            its fresh rows are: `"unseen"` nodes, new to all models, or `"seen"` test nodes, whose labels no model read.
        what: what was deleted, `"nodes"` or `"edges"`.
        exact: whether the model is the retrained one.

    Example:
        >>> from gnn2mlp.evaluate.unlearning_evidence import RowGroups, unlearning_record
        >>> import torch
        >>> from gnn2mlp.tasks.classification import NodeClassification
        >>> random = torch.Generator().manual_seed(0)
        >>> anew = RowGroups(*(3 * torch.randn(80, 2, generator=random) for _ in range(3)))
        >>> blank = RowGroups(torch.zeros(80, 2), anew.retained, anew.fresh)
        >>> known, task = RowGroups(*(torch.arange(80) % 2 for _ in range(3))), NodeClassification(["a", "b"])
        >>> judge_unlearning(unlearning_record(anew, blank, known, task, reference=anew)).outcome
        'recognisable'
    """
    if exact:
        return UnlearningVerdict(
            "retrained",
            f"Forgotten: the model was trained anew without the deleted {what}, so that nothing of them is in it.",
        )
    if not record["attacks"]:
        return _not_asked(record["rows"], what)
    attacks = {name: found for name, found in record["attacks"].items() if found["distance"]}
    if not attacks:
        return UnlearningVerdict(
            "not verified",
            f"Not verified: no model was retrained without the deleted {what}, so that whether they are forgotten is "
            "unknown; run it with verification.",
        )
    name, found = max(attacks.items(), key=lambda item: _beyond(item[1]["distance"]))
    rows = min(min(one["after"]["suspected"], one["after"]["fresh"]) for one in attacks.values())
    if rows < LEAST_ROWS:
        return UnlearningVerdict(
            "undecided",
            f"Undecided: an attack on {rows} {what} tells nothing; at least {LEAST_ROWS} deleted ones, and as many "
            "that were never seen, are needed. Retrain, which needs no evidence.",
        )
    what = "edges" if name == "link" else what  # of nodes and edges that went, this attack speaks of the latter
    others = _OTHERS["pairs" if what == "edges" else record.get("population", "unseen")]
    return _judged(name, found, attacks, what, others)


def _not_asked(rows: Mapping[str, int], what: str) -> UnlearningVerdict:
    """What to say where no attack could be made."""
    if not rows["forgotten"]:
        return UnlearningVerdict(
            "no trace", f"Nothing to forget: training saw none of the deleted {what}, so that nothing of them is in it."
        )
    return UnlearningVerdict(
        "undecided",
        f"Undecided: no node is left that never trained, which the deleted {what} could be compared with. Retrain, "
        "which needs no evidence.",
    )


def _beyond(distances: Mapping[str, Any]) -> tuple[bool, float]:
    """What makes an attack worse than another: that its distance counts, then its size."""
    after, before = distances["after"], distances["before"]
    size = after["distance"]
    left = before["low"] > 0 and size > max(_NOISE, _SHARE * before["distance"])
    return after["low"] > 0 and (size > LIMIT or left), size


def _judged(
    name: str, found: Mapping[str, Any], attacks: Mapping[str, Any], what: str, others: str
) -> UnlearningVerdict:
    distance = found["distance"]["after"]
    gone, new = f"{found['after']['suspected']:,} deleted {what}", f"{found['after']['fresh']:,} {others}"
    difference = distance["difference"]
    areas = (
        f"(AUC {_two(found['after']['auc'])}; of a retrained model {_two(found['reference']['auc'])}; difference "
        f"{_signed(difference['low'])} to {_signed(difference['high'])})"
    )
    if _beyond(found["distance"])[0]:
        if distance["difference"]["value"] < 0:
            return UnlearningVerdict(
                "recognisable",
                f"Recognisable: the model is conspicuously ignorant of the {gone}, and whoever asks it can "
                f"tell them from {new} {_ATTACKS[name]} {areas}.",
            )
        return UnlearningVerdict(
            "not forgotten",
            f"Not forgotten: the {gone} are still told from {new} {_ATTACKS[name]} better than if they had "
            f"never been seen {areas}.",
        )
    widest = max(one["distance"]["after"]["high"] for one in attacks.values())
    if widest <= LIMIT:
        return UnlearningVerdict(
            "no trace",
            f"No trace found: attacks tell the {gone} from {new} as far as they do on a retrained model, "
            f"give or take {_two(widest)} {areas}.{_weak(attacks, what)}",
        )
    return UnlearningVerdict(
        "undecided",
        f"Undecided: no attack that tells the {gone} from {new} differs clearly from that on a retrained model "
        f"{areas}, but with so few a distance of up to {_two(widest)} cannot be excluded.{_weak(attacks, what)}",
    )


def _weak(attacks: Mapping[str, Any], what: str) -> str:
    """What to add where attacks did not even tell the model from a retrained one before it was to forget."""
    if any(one["distance"]["before"]["low"] > 0 for one in attacks.values()):
        return ""
    return f" They found none before either, so that this says little: the {what} left no trace that they can see."


def _two(value: float) -> str:
    return f"{value:.2f}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")

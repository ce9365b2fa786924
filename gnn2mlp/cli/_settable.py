"""What `--set` can set, for `--help`, which imports no library to say so; a test compares it with the constructors."""

import argparse
from collections.abc import Sequence

# Options of what is taken where nothing else is named.
DEFAULTS = {
    "teacher gcn": "hidden layers dropout norm lr weight_decay epochs patience fanouts batch_size",
    "teacher sage": "aggregator hidden layers dropout norm lr weight_decay epochs patience fanouts batch_size",
    "method glnn": "hard_weight temperature update sharpen",
    "teacher sign": ("hidden hops combine normalise layers dropout input_dropout norm lr weight_decay epochs patience"),
    "teacher link": "encoder width decoder mask_target lr weight_decay epochs patience batch_size clip",
    "method llp": "label_weight rank_weight distribution_weight margin ties temperature on",
    "decoder hadamard": "hidden dropout",
    "split edges": "valid test new_nodes extra negatives released_negatives",
    "method auto": "budget trials rehearsals finalists teachers methods students setting folder space",
    "method mirage": "depth support sets classes most_sets",
    "method random": "graphs nodes classes",
    "method herding": "graphs nodes classes depth",
    "method gradient_matching": ("graphs nodes classes steps lr edges depth hidden temperature batch_size"),
    "student mlp": "hidden layers dropout norm input_dropout residual",
    "distill": "lr weight_decay epochs patience batch_size averaging averaging_decay rows_fraction",
    "export": (
        "draws noise top perturbation class_draws contexts_near contexts_hops contexts_random context_draws "
        "embedding_dtype"
    ),
}
# Settings of a run, of a fit, of a distillation from tables and of a teacher of hops that have no option of their own.
RUN = "unseen_fraction previous_weight initialisation refit recipe"
FIT = "unseen previous_weight"
DISTIL = "valid"
TEACH = "batch_size valid"


def add_set(parser: argparse.ArgumentParser, parts: Sequence[str], others: str, examples: Sequence[str]) -> None:
    """The option `--set`, and at the end of the help what it sets.

    Args:
        parser: of a verb.
        parts: keys of `DEFAULTS`.
        others: settings without an option of their own, if there are any.
        examples: of assignments.
    """
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help=f"a nested option, as often as needed, e.g. {examples[0]}; the keys are listed below",
    )
    epilog = f"{parser.epilog}\n\n" if parser.epilog else ""
    parser.epilog = epilog + told(parts, others, examples)


def told(parts: Sequence[str], others: str, examples: Sequence[str]) -> str:
    """Keys and examples, a line for each component.

    Example:
        >>> print(told(["method glnn"], "valid", ["method.temperature=2"]))
        keys of --set:
          method.NAME   of glnn: hard_weight, temperature, update, sharpen
          by itself     valid
          'gnn2mlp list NAME' tells what they mean, for any teacher, method, student, ...
        examples of --set:
          --set method.temperature=2
    """
    lines = ["keys of --set:"]
    for part in parts:
        key, _, name = part.partition(" ")
        names = ", ".join(DEFAULTS[part].split())
        lines.append(f"  {key + '.NAME':<13} {f'of {name}: ' if name else ''}{names}")
    if others:
        lines.append(f"  {'by itself':<13} {', '.join(others.split())}")
    lines.append("  'gnn2mlp list NAME' tells what they mean, for any teacher, method, student, ...")
    return "\n".join([*lines, "examples of --set:", *(f"  --set {example}" for example in examples)])

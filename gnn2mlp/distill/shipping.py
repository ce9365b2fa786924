"""A student as it ships: what is linear in its inputs is folded into its first layer."""

from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.nn.fold import fold_appended, fold_input, input_maps


def check_foldable(module: nn.Module, inputs: Inputs) -> None:
    """Raise `ConfigError` if rows have columns that a student can only ship without when they are folded into it."""
    if inputs.appended() is not None and input_maps(module) is None:
        raise ConfigError(
            f"inputs {inputs.name!r} append columns that are folded into the first layer of a trained MLP, and that of "
            "this student is not known; use the student mlp, or other inputs"
        )


def shipped_width(num_features: int, inputs: Inputs) -> int:
    """How many of `num_features` columns the shipped student reads: those that were appended are folded away."""
    appended = inputs.appended()
    return num_features - (0 if appended is None else appended.size(1))


def folded_inputs(module: nn.Module, inputs: Inputs) -> Inputs:
    """What is left of `inputs` for the shipped student, after what is linear has been folded into its first layer.

    Args:
        module: the trained network, whose weights change.
        inputs: what made its rows, fitted.

    Example:
        >>> import torch
        >>> from gnn2mlp.inputs.standardise import Standardise
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> inputs, x = Standardise(), torch.tensor([[1.0], [3.0]])
        >>> inputs.fit([x])
        >>> module = MLPStudent(hidden=4).build(1, 2).eval()
        >>> expected = module(inputs.transform(x)).logits
        >>> folded_inputs(module, inputs).name
        'features'
        >>> torch.allclose(module(x).logits, expected, atol=1e-6)
        True
    """
    affine, appended, maps = inputs.affine(), inputs.appended(), input_maps(module)
    if maps is None or (affine is None and appended is None):
        return inputs
    if affine is not None:
        fold_input(maps, *affine)
    if appended is not None:
        fold_appended(maps, appended)
    return OwnFeatures()

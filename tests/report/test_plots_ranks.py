import numpy as np
from matplotlib.patches import StepPatch

from gnn2mlp.report.plots_ranks import plot_code_ranks


def test_stairs_have_the_heights_given():
    axes = plot_code_ranks([4.0, 1.0, 0.0, 0.0]).axes[0]
    (stairs,) = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    data = stairs.get_data()
    np.testing.assert_allclose(data.values, [4, 1, 0, 0])
    np.testing.assert_allclose(data.edges, [0, 25, 50, 75, 100])

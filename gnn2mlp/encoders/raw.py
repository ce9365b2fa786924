"""Numbers as they are."""

from gnn2mlp.encoders._filled import FilledEncoder


class Raw(FilledEncoder):
    """A number as it is; a gap takes the median of the observed rows, and a further feature tells of gaps.

    Columns of zeros and ones are read like this, and those that are on a good scale already.

    Example:
        >>> Raw().fit([0, 1, 1]).transform([1, 0]).tolist()
        [[1.0], [0.0]]
    """

    name = "raw"
    citation = "Pedregosa et al., Scikit-learn: Machine Learning in Python, JMLR 2011"

"""What the model card of a model of links says where that of a model of nodes would say something else."""

OPENING = (
    "A graph-free network for link prediction: it says how probable a link between two nodes is from the nodes' own "
    "columns, and needs no edges."
)
ANSWERS = (
    "`score_pairs` answers the probability of a link for each pair of rows; `top` the rows that one most probably "
    "links to; `embed` a vector for each row, from which `score` answers the same. Links have no direction: (u, v) and "
    "(v, u) are one pair."
)
LIMITS = (
    "What a figure promises holds for pairs like those that it was measured on, and for negatives drawn as there. "
    "Figures of pairs of old nodes say nothing of pairs with a new one, nor those of one new node of pairs of two: "
    "read the population that is yours.",
    "AUC and Hits speak of a ranking among sampled pairs without a link. How many of the first ten of a million "
    "candidates are right, they do not say.",
    "In training there were as many random pairs as links. Where links are rare, as they mostly are, a probability of "
    "0.9 is no chance of 0.9: it ranks pairs, and has to be scaled on pairs of one's own to be read as a chance.",
    "The model sees the two nodes' own columns alone. Two nodes of equal columns have equal scores, and common "
    "neighbours, which tell a graph neural network much, it cannot know; nor does it know which links are there "
    "already.",
)
# Files for ONNX Runtime: from rows to embeddings, and from two embeddings to a logit.
EMBEDDER, DECODER = "embedder.onnx", "decoder.onnx"
ONNX = (
    "import onnxruntime\n\n"
    f'embedder = onnxruntime.InferenceSession("FOLDER/{EMBEDDER}")\n'
    f'decoder = onnxruntime.InferenceSession("FOLDER/{DECODER}")'
)

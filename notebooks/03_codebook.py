# %% [markdown]
# # What a codebook knows
#
# A *tokenizer* is a graph neural network that has to say what it sees in few words. Behind its first layer every node
# is replaced by the nearest of a fixed number of *code vectors*, and the layers above, which classify, see the code
# alone. So each code comes to stand for a kind of node in a kind of neighbourhood. The method VQGraph teaches a
# student these codes beside the classes.
#
# What is code 22? Which columns make it, which rows are in it, what would a new row get, and where does the student go
# wrong?

# %%
import pandas as pd

from gnn2mlp import NodeClassifier, load_dataset
from gnn2mlp.explore import code_usage, disagreement, plot_code_usage

# %% [markdown]
# ## Rows, columns, links
#
# The embedded digits as a table that one can read: how dark each sixteenth of a picture is. Half of the old rows have
# a label; a fifth of all is new, and not a part of training.

# %%
graph = load_dataset("digits")
ids = pd.Index([f"img-{number:04d}" for number in range(graph.num_nodes)])
rows, columns = ("top", "upper", "lower", "bottom"), ("far left", "left", "right", "far right")
shades = graph.features.reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16).numpy()
pixels = pd.DataFrame(shades, index=ids, columns=[f"{row} {column}" for row in rows for column in columns])
digits = pd.Series(graph.labels.numpy().astype(str), index=ids)
links = pd.DataFrame(dict(zip(("source", "target"), ids.to_numpy()[graph.edge_index], strict=True)))

new = pixels.sample(frac=0.2, random_state=0)
old = pixels.drop(new.index)
labels = digits[old.index].sample(frac=0.5, random_state=0).reindex(old.index)

# %% [markdown]
# ## A codebook in two calls

# %%
model = NodeClassifier(teacher={"name": "vq", "codes": 64}, method="vqgraph").fit(old, labels, edges=links)
book = model.codebook()
book

# %% [markdown]
# Every code has a row: how many nodes have it, their largest class and its share, whether linked nodes are alike, what
# is typical of it, the nodes in its middle, the nearest codes, and what the student makes of it.

# %%
table = book.table(shares=False)
table.nlargest(6, "nodes").drop(columns=["typical", "medoids"]).round(2)

# %% [markdown]
# Typical columns and nodes are easier to read in a sentence:

# %%
for code in table.nlargest(3, "nodes").index:
    print(book.describe(code, noun="digits"))

# %% [markdown]
# Is it used at all? A codebook can collapse: a few codes take all nodes. *Perplexity* is the number of codes that
# would spread the nodes as evenly if all had equally many.

# %%
plot_code_usage(code_usage(book.knowledge))

# %% [markdown]
# ## A map
#
# Circles with numbers are codes, points are nodes. Zoom, colour by class or by right and wrong, search for an id,
# click a code to see its nodes and their neighbourhoods, draw a lasso: `atlas.selected` is then a frame of what is in
# it. `atlas.save("map.html")` writes one page to send around.

# %%
atlas = book.map()
atlas

# %% [markdown]
# ## What is this code?
#
# Take the one whose nodes are least of one class. A sentence:

# %%
code = table.query("nodes >= 10")["purity"].idxmin()
print(book.describe(code, noun="digits"))

# %% [markdown]
# Which rows are in it, and what the student says of them:

# %%
book.members(code).head(8)

# %% [markdown]
# And who is around them: colours are classes, a ring marks a wrong answer of the student.

# %%
book.plot_neighbourhoods(code)

# %% [markdown]
# ## What would a new row get?
#
# The student has learnt to place rows among the codes by their columns alone. `farther_than` is the share of known
# nodes that lie nearer to their code: near 1 the row is foreign.

# %%
book.of(new.head(5))

# %% [markdown]
# ## Where does the student go wrong?
#
# By code: where it places others, and how often it is right.

# %%
wrong = ["nodes", "class", "purity", "agreement", "confused_with", "confusion", "accuracy"]
table.nsmallest(6, "accuracy")[wrong].round(2)

# %% [markdown]
# By anything else: `disagreement` looks for small groups of rows with large gaps, by columns, answers and neighbours,
# and tests each on rows at which the search did not look. `holds` says which are more than chance.

# %%
plain = NodeClassifier(method="mlp").fit(old, labels, edges=links)
found = disagreement(model, digits[old.index], features=old, ids=old.index, against={"mlp": plain})
found

# %%
found.slices().query("holds")[["slice", "gap", "nodes", "inside", "outside", "p_adjusted"]]

# %% [markdown]
# ## Is it the same codebook each time?
#
# Another seed divides the nodes in its own way. Codes are matched by the nodes that they share; adjusted mutual
# information is 1 where both divide all nodes alike, and 0 by chance.

# %%
again = NodeClassifier(teacher={"name": "vq", "codes": 64}, method="vqgraph", random_state=1)
again.fit(old, labels, edges=links)
compared = book.compare(again.codebook())
compared

# %%
compared.frame().head()

# %% [markdown]
# Which codes are nearly one? They merge first.

# %%
book.merge_map().plot()

# %% [markdown]
# `Codebook.from_run("runs/x")` opens the codebook of a run's folder in the same way, and that of a `gnn2mlp fit`.

# %% [markdown]
# # Forgetting
#
# Somebody asks for their data to be deleted. A student that learnt from them holds something of them, and so does its
# teacher. `unlearn` makes models that have forgotten, deletes what saw them, and says with figures how well that went.
#
# The graph is a part of the package: handwritten digits, each linked to the digits that look most like it. Sixty of
# those that training saw are to go.

# %%
import numpy as np

from gnn2mlp import RunConfig, run, unlearn
from gnn2mlp.data import Split

config = RunConfig(
    dataset="digits",
    teacher="gcn",
    method="glnn",
    setting="inductive",
    seeds=1,
    latency=False,
    out="runs/digits",
)
first = run(config)
split = Split.load(first.out / "splits" / "seed-000.safetensors")
gone = np.random.default_rng(0).choice(split.seen.numpy(), 60, replace=False)

# %% [markdown]
# ## Without their rows
#
# `redistil` drops their rows from the teacher's knowledge and distils a student anew from the others, which needs
# neither teacher nor graph. To judge it, all is trained anew once more on what is left, and attacks ask both students
# whether a deleted digit can be told from one that no model ever saw. Both ways count: a digit that looks familiar is
# remembered, and one that looks stranger than new ones is conspicuous.

# %%
forgotten = unlearn(first.out, nodes=gone, method="redistil", out="runs/redistilled")
forgotten

# %% [markdown]
# The folder of the first run is gone, and what the cache held of it. What is left is a run as any other.

# %%
print(first.out.exists())
student = forgotten.predictor
student.predict(np.zeros((1, student.num_features)))

# %% [markdown]
# ## By force
#
# D2DGN holds the old student to itself on what is kept, and to a *destroyer* on what is to be forgotten. With the
# untrained network that the paper takes, deleted digits are answered as if nothing were known of them, while new ones
# are answered well: whoever asks the model finds them out.

# %%
rest = Split.load(forgotten.out / "splits" / "seed-000.safetensors")
more = np.random.default_rng(1).choice(rest.seen.numpy(), 60, replace=False)
method = {"name": "d2dgn", "destroyer": "random"}
forced = unlearn(forgotten.out, nodes=more, method=method, out="runs/forced")
print(forced.results["verdict"]["sentence"])

# %% [markdown]
# ## Once and for all
#
# `retrain` is the way that leaves nothing: teacher and student are those of a run on the data that are left, bit for
# bit, which no attack has to show. It costs a training.

# %%
last = Split.load(forced.out / "splits" / "seed-000.safetensors")
exact = unlearn(forced.out, nodes=last.seen[:5].tolist(), method="retrain", out="runs/retrained")
print(exact.results["verdict"]["sentence"])
sorted(path.name for path in exact.out.iterdir())

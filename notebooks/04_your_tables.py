# %% [markdown]
# # Your own tables, from CSV to ONNX
#
# A table of things, a table of what links them, and labels for some of the things. In a few minutes this becomes one
# folder that classifies new rows in microseconds, without the graph, and says how far to trust it.
#
# Everything runs on tables that are made of pictures of handwritten digits, linked where they look alike. Put your own
# files in their place, and go through the same cells. `docs/production.md` says more about each step.

# %%
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.neighbors import kneighbors_graph

from gnn2mlp import FitConfig, OnnxPredictor, Predictor, fit
from gnn2mlp.explore import plot_importance

# %% [markdown]
# ## Two tables
#
# One row is one picture: shades as numbers (with gaps), a date, a category, a truth value, a few words, and a label
# for two rows in five.

# %%
random = np.random.default_rng(0)
order = random.permutation(1797)
pixels, digit = (array[order] for array in load_digits(return_X_y=True))

shades = pixels.reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16)  # 4 x 4 of them instead of 8 x 8 pixels
table = pd.DataFrame(shades, columns=[f"shade_{place}" for place in range(16)])
table.insert(0, "page_id", [f"img-{number:04d}" for number in range(len(table))])
table["scanned"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(8760, size=len(table)), unit="h")
table["tray"] = random.choice(["upper", "lower", None], len(table))
table["coloured"] = random.random(len(table)) < 0.3
table["note"] = [" ".join(f"ink{place}" for place in np.flatnonzero(row > 12)) for row in pixels]
table.loc[random.random(len(table)) < 0.05, "shade_5"] = np.nan
table["kind"] = np.where(random.random(len(table)) < 0.4, digit.astype(str), None)

near = kneighbors_graph(pixels, 8).tocoo()
edges = pd.DataFrame({"source": table["page_id"].iloc[near.row], "target": table["page_id"].iloc[near.col].to_numpy()})
table.head(3).T

# %% [markdown]
# The last rows are kept for tomorrow; some edges lead there, as in any company.

# %%
table.iloc[:1600].to_csv("nodes.csv", index=False)
edges.to_parquet("edges.parquet", index=False)
table.iloc[1600:].drop(columns="kind").to_parquet("tomorrow.parquet", index=False)

# %% [markdown]
# ## Look before you train
#
# A dry run reads both tables and says what is in them, what becomes of each column, and what may go wrong.

# %%
config = FitConfig(nodes="nodes.csv", edges="edges.parquet", id="page_id", label="kind", out="model")
fit(config, dry_run=True)

# %% [markdown]
# ## Train, compare, calibrate, ship
#
# The teacher is a graph neural network; the student reads columns alone. Both are scored on rows held back: *seen*
# ones, which were in the graph without their label, and *unseen* ones, which did not exist. Beside them stand three
# models without a graph.

# %%
result = fit(config)
result

# %% [markdown]
# ## Answers
#
# The folder is all that production needs. Rows come as a frame, an Arrow table or a dictionary, and go by their
# columns' names.

# %%
model = Predictor.load("model")
tomorrow = pd.read_parquet("tomorrow.parquet")
truth = digit[1600:]
print(f"right about tomorrow's rows: {(model.predict(tomorrow) == truth).mean():.1%}")
model.predict(tomorrow.iloc[0].to_dict())

# %% [markdown]
# ## How far to trust them
#
# A set holds the true class in nine rows of ten, of rows like those held back; here we know the truth, and can look.
# 197 rows leave some four points to chance.

# %%
sets = model.predict_set(tomorrow, coverage=0.9)
holds = sets[np.arange(len(truth)), np.searchsorted(model.classes_, truth)]
print(f"sets that hold the truth: {holds.mean():.1%}, classes in a set: {sets.sum(axis=1).mean():.2f}")

# %% [markdown]
# The outlier score is higher where a row is less like training.

# %%
foreign = model.outlier_score(tomorrow) > model.calibration.outlier
print(f"rows further out than 95 % of those held back: {foreign.mean():.0%}")

# %% [markdown]
# What does each column contribute? Its values are shuffled, and accuracy falls.

# %%
found = pd.DataFrame(result.results["importance"])
plot_importance(found["column"], found["mean"], found["std"])

# %% [markdown]
# ## One ONNX file
#
# From raw columns to probabilities, for any ONNX Runtime; reading it takes neither torch nor scikit-learn.

# %%
served = OnnxPredictor.load("model/model.onnx")
print("equal answers:", (served.predict(tomorrow) == model.predict(tomorrow)).all())
request = tomorrow.iloc[0].to_dict()
# %timeit served.predict(request)

# %% [markdown]
# All that ships. `README.md` is a model card to publish, `report.html` the page to show around. Every file is checked
# on load; `gnn2mlp check model` does so by hand.

# %%
sizes = {path.name: path.stat().st_size for path in sorted(Path("model").iterdir()) if path.is_file()}
pd.Series(sizes, name="bytes").to_frame()

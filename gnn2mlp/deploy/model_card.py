"""`README.md` of a model directory: a model card that a person would publish, from what `config.json` says.

Its header in YAML is that of the Hugging Face Hub (`huggingface_hub.ModelCard` reads it), with the figures as a
`model-index`. Imports no torch.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gnn2mlp.deploy import graph_card, link_card
from gnn2mlp.deploy.markdown import bullets, code, table, text

# So many classes and columns are named in the card; `config.json` has all.
_MOST = 60
# Figures that are shares, and read better as percentages.
_SHARES = frozenset(
    [
        "accuracy",
        "balanced_accuracy",
        "macro_f1",
        "micro_f1",
        "f1",
        "roc_auc",
        "auc",
        "average_precision",
        "mrr",
        "ece",
        "coverage",
        "agreement",
        "fidelity",
    ]
)
# What models are called; the others go by their own names.
_MODELS = {"mlp": "plain MLP", "linear": "linear model", "boosting": "gradient boosting"}
_PIPELINES = {
    "classes": "tabular-classification",
    "labels": "tabular-classification",
    "values": "tabular-regression",
    "embeddings": "graph-ml",
}
_ANSWERS = {
    "classes": "`predict` answers one of the classes for each row, `predict_proba` their probabilities.",
    "labels": "`predict` answers 1 for each label that a row has and 0 for the others, `predict_proba` a probability "
    "for each label.",
    "values": "`predict` answers numbers, in the units of the training targets.",
    "embeddings": link_card.ANSWERS,
}
_LIMITS = (
    "What a figure promises holds for nodes like those that it was measured on (exchangeability). Figures of seen "
    "nodes say nothing of nodes that appear later; those of unseen nodes say it as long as new nodes are like them.",
    "The student sees a node's own columns alone. What only the neighbours of a node tell, it cannot know.",
    "Where columns drift (other units, new habits, later dates), answers get worse without a word: compare the columns "
    "of new rows with those of training from time to time, and train again.",
    "A checksum notices damage. It is no signature: load models of people whom you trust.",
)
_OF_POSITIONS = (
    "The student's rows are made of a node's place in the graph: it needs a node's edges when it answers, and a new "
    "node without edges to nodes of training has no place."
)
_OF_TABLES = (
    "A category that training did not have is read as unknown, and a gap as its column's encoder says; both answers "
    "are less certain than others."
)


def model_card(config: Mapping[str, Any], files: Collection[str]) -> str:
    """The card as Markdown.

    Args:
        config: from `gnn2mlp.deploy.description.describe`.
        files: names of the files beside it.
    """
    sections = (
        ("What it answers", _answers(config)),
        ("What it reads", _reads(config)),
        ("Results", _results(config)),
        ("Calibration", _calibration(config)),
        ("Training data", _facts(config["data"])),
        ("Training", _facts(config["training"])),
        ("Limits", bullets([*_limits(config), *map(text, config["limits"])])),
        ("How to load", _load(config, files)),
        ("Citation", bullets(map(text, config["citations"]))),
        ("Versions", bullets(f"{name} {text(version)}" for name, version in config["versions"].items())),
    )
    body = "\n\n".join(f"## {title}\n\n{content}" for title, content in sections if content)
    return f"---\n{_header(config)}---\n\n# {text(config['name'])}\n\n{_opening(config)}\n\n{body}\n"


def _header(config: Mapping[str, Any]) -> str:
    import yaml

    kind, results = config["answers"]["kind"], _model_index(config)
    tags = ["gnn2mlp", "graph-neural-networks", "knowledge-distillation", config["task"].replace(" ", "-")]
    header = {
        **({"license": config["license"]} if config["license"] else {}),
        "library_name": "gnn2mlp",
        "pipeline_tag": _PIPELINES.get(kind, "tabular-classification"),
        "tags": list(dict.fromkeys([*tags, *config["tags"]])),
        "metrics": list(dict.fromkeys(_identifier(row["metric"]) for row in config["metrics"])),
        **({"model-index": [{"name": config["name"], "results": results}]} if results else {}),
    }
    written: str = yaml.safe_dump(header, allow_unicode=True, sort_keys=False)
    return written


def _model_index(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The student's own figures, one result for each population."""
    own = [row for row in config["metrics"] if (row.get("model") or "student") == "student"]
    name = str(config["data"].get("name", "own data"))
    return [
        {
            "task": {"type": _PIPELINES.get(config["answers"]["kind"], "other"), "name": config["task"]},
            "dataset": {"type": name, "name": f"{name}, {population} {_units(config)}", "split": population},
            "metrics": [
                {
                    "type": _identifier(row["metric"]),
                    "value": row["value"],
                    "name": " ".join((row["metric"], _interval(row))).strip(),
                }
                for row in own
                if row["population"] == population
            ],
        }
        for population in dict.fromkeys(row["population"] for row in own)
    ]


def _opening(config: Mapping[str, Any]) -> str:
    training = config["training"]
    names = {part: _name(training.get(part)) for part in ("teacher", "method")}
    teacher = names["teacher"]
    taught = f" It learnt from a teacher that reads the graph ({teacher})" if teacher else " It was trained"
    by = f" by the method {names['method']}" if names["method"] else ""
    own = f"{_opening_sentence(config)}{taught}{by} with gnn2mlp."
    return f"{text(config['summary'])}\n\n{own}" if config["summary"] else own


def _opening_sentence(config: Mapping[str, Any]) -> str:
    if _of_links(config):
        return link_card.OPENING
    if _of_graphs(config):
        return graph_card.OPENING
    return (
        f"A network for {config['task']} that **needs the graph when it answers**: it reads a node's own columns and "
        "its place in the graph, which is made of its edges."
        if config.get("needs_graph")
        else f"A graph-free network for {config['task']}: it answers for a node from its text, and needs no edges."
        if config.get("reads_texts")
        else f"A graph-free network for {config['task']}: it answers for a node from the node's own columns, and needs "
        "no edges."
    )


def _of_links(config: Mapping[str, Any]) -> bool:
    return bool(config["answers"]["kind"] == "embeddings")


def _of_graphs(config: Mapping[str, Any]) -> bool:
    return bool(config.get("fields"))


def _units(config: Mapping[str, Any]) -> str:
    """What figures are of."""
    if _of_graphs(config):
        return "graphs"
    return "pairs" if _of_links(config) else "nodes"


def _name(component: Any) -> str:
    """A component's name, and that of the network that it goes around."""
    if not isinstance(component, Mapping):
        return code(component) if component else ""
    found, inner = component.get("name"), _name(component.get("encoder"))
    return f"{code(found)} around {inner}" if found and inner else code(found) if found else ""


def _answers(config: Mapping[str, Any]) -> str:
    kind, classes, threshold = config["answers"]["kind"], config["classes"], config["threshold"]
    parts = [_ANSWERS.get(kind, "")]
    if classes is not None:
        listed = ", ".join(code(one) for one in classes[:_MOST])
        noun = "labels" if kind == "labels" else "classes"
        parts.append(f"The {len(classes)} {noun}: {listed}{_more(len(classes), 'config.json')}.")
    if threshold is not None:
        told = f"{threshold:.4g}" if isinstance(threshold, float) else ", ".join(f"{each:.4g}" for each in threshold)
        what = "the second class is answered" if kind == "classes" else "a label is answered"
        parts.append(f"Threshold: {what} from a probability of {told}.")
    return "\n\n".join(parts)


def _reads(config: Mapping[str, Any]) -> str:
    if _of_graphs(config):
        return graph_card.reads(config["fields"])
    if config["columns"]:
        rows = [
            (code(row["name"]), *(text(row.get(key) or "") for key in ("dtype", "role", "encoder", "width", "reason")))
            for row in config["columns"][:_MOST]
        ]
        shown = table(("column", "type", "role", "encoder", "features", "why"), rows)
        return (
            f"Raw columns of a table, by name and in any order: a data frame, an Arrow table, or a mapping.\n\n{shown}"
            + _and_more(len(config["columns"]))
        )
    if names := config["feature_names"]:
        return (
            f"{len(names)} numbers for each node, by name where a table has names, else in this order: "
            f"{', '.join(code(name) for name in names[:_MOST])}{_more(len(names), 'config.json')}."
        )
    return f"{config['num_features']} numbers for each node, in the order of training."


def _results(config: Mapping[str, Any]) -> str:
    if not config["metrics"]:
        return "No figures were saved with this model."
    names = _MODELS if config["classes"] is not None else {**_MODELS, "linear": "ridge regression"}
    names = {**names, **graph_card.MODELS} if _of_graphs(config) else names
    rows = [
        (
            text(row["population"]),
            text(names.get(row.get("model"), row.get("model")) or "student"),
            text(row["metric"].replace("_", " ")),
            figure(row["metric"], row["value"]),
            _interval(row),
            f"{row[_units(config)]:,}" if row.get(_units(config)) else "",
        )
        for row in config["metrics"]
    ]
    shown = table((_units(config), "model", "metric", "value", "interval", "tested"), rows)
    meanings = dict.fromkeys((row["population"], row["means"]) for row in config["metrics"] if row.get("means"))
    told = bullets(f"{text(population)}: {text(means)}" for population, means in meanings)
    return f"{shown}\n\n{told}".strip()


def figure(metric: str, value: float) -> str:
    """A figure as people read it: shares in percent.

    Example:
        >>> figure("accuracy", 0.8341), figure("mae", 12.3456)
        ('83.4 %', '12.35')
    """
    name = _identifier(metric)
    return f"{100 * value:.1f} %" if name in _SHARES or name.startswith("hits@") else f"{value:.4g}"


def _identifier(metric: str) -> str:
    """What a metric is called in programs, also of one that is written for people, as "ROC AUC"."""
    return metric.lower().replace(" ", "_").replace("-", "_")


def _interval(row: Mapping[str, Any]) -> str:
    if row.get("low") is None:
        return ""
    low, high = figure(row["metric"], row["low"]).removesuffix(" %"), figure(row["metric"], row["high"])
    return f"{low} to {high} ({100 * (row.get('coverage') or 0.95):g} %)"


def _calibration(config: Mapping[str, Any]) -> str:
    found, measured, units = config["calibration"], _facts(config["calibrated"] or {}), _units(config)
    if found is None:
        return (
            "" if config["classes"] is None else f"Probabilities are as the network gives them.\n\n{measured}".strip()
        )
    temperature = found.get("temperature")
    shown = temperature if isinstance(temperature, Sequence) else [temperature]
    rows = f", fitted on {found['rows']:,} labelled {units}" if found.get("rows") else ""
    parts = [f"Logits are divided by {', '.join(f'{each:.4g}' for each in shown)} (temperature scaling{rows})."]
    if found.get("conformal"):
        levels = ", ".join(f"{100 * float(level):g} %" for level in found["conformal"])
        parts.append(
            f"`predict_set` gives sets of classes that hold the true one with a chance of {levels}, for {units} like "
            "those; of others it has to be measured."
        )
    if found.get("outlier") is not None:
        parts.append(
            f"`outlier_score` above {found['outlier']:.4g} marks what is more foreign than 95 % of those {units}."
        )
    return "\n\n".join([*parts, measured]).strip()


def _facts(facts: Mapping[str, Any], indent: str = "") -> str:
    """A line for each fact; facts of facts are lines below theirs."""
    lines = []
    for key, value in facts.items():
        name = text(key.replace("_", " "))
        if isinstance(value, Mapping) and any(isinstance(each, Mapping) for each in value.values()):
            lines += [f"{indent}- {name}:", _facts(value, f"{indent}  ")]
        elif value is not None:
            lines.append(f"{indent}- {name}: {_value(value)}")
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Mapping | Sequence) or isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        name = [code(value["name"])] if isinstance(value.get("name"), str) else []
        rest = {key: each for key, each in value.items() if key != "name" and each is not None}
        return ", ".join([*name, *(f"{text(key.replace('_', ' '))} {_value(each)}" for key, each in rest.items())])
    if isinstance(value, Sequence):
        return ", ".join(_value(each) for each in value[:_MOST]) + _more(len(value), "config.json")
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _limits(config: Mapping[str, Any]) -> list[str]:
    tables = [_OF_TABLES] if config["columns"] else []
    if _of_links(config):
        return [*link_card.LIMITS, *tables, *_LIMITS[2:]]
    if _of_graphs(config):
        return [*graph_card.LIMITS, *_LIMITS[3:]]
    sees = _OF_POSITIONS if config.get("needs_graph") else _LIMITS[1]
    return [_LIMITS[0], sees, *tables, *_LIMITS[2:]]


def _load(config: Mapping[str, Any], files: Collection[str]) -> str:
    parts = ["In Python (`pip install gnn2mlp`); every file is checked first, and nothing is unpickled:"]
    parts.append(_block("python", "\n".join(config["load"])))
    if "model.onnx" in files and _of_graphs(config):
        parts += ["In ONNX Runtime, from the nodes of graphs to probabilities, without gnn2mlp or torch:"]
        parts.append(_block("python", graph_card.onnx(config["fields"])))
    elif "model.onnx" in files:
        parts += ["In ONNX Runtime, from the columns to probabilities, without gnn2mlp or torch:"]
        parts.append(
            _block("python", 'import onnxruntime\n\nsession = onnxruntime.InferenceSession("FOLDER/model.onnx")')
        )
    if link_card.EMBEDDER in files:
        parts += ["In ONNX Runtime, embeddings of rows and scores of pairs of them, without gnn2mlp or torch:"]
        parts.append(_block("python", link_card.ONNX))
    parts += ["On the command line, to check the files, and to write the student for ONNX Runtime:"]
    parts.append(_block("bash", "gnn2mlp check FOLDER\ngnn2mlp export FOLDER --onnx"))
    return "\n\n".join(parts)


def _block(language: str, lines: str) -> str:
    return f"```{language}\n{lines}\n```"


def _more(count: int, where: str) -> str:
    return f" and {count - _MOST:,} more (all in {where})" if count > _MOST else ""


def _and_more(count: int) -> str:
    return f"\n\nAnd {count - _MOST:,} more; config.json has all." if count > _MOST else ""

"""`gnn2mlp export`: a student for other runtimes and servers."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "export",
        help="write a student for ONNX Runtime or MLflow",
        description="Write the student of a run, or a model, for ONNX Runtime, where it needs neither torch nor a "
        "graph. A model that reads columns of tables becomes one file, model.onnx, from raw columns to probabilities, "
        "and so does any student where --out ends in .onnx. 8-bit weights are written if they keep the accuracy on the "
        "run's validation nodes. With --mlflow: a model that `mlflow models serve` and `spark_udf` take as it is.",
        epilog="example: gnn2mlp export model/ --mlflow --out served",
    )
    parser.add_argument("folder", metavar="DIR", help="folder of a run, or of a student or model alone")
    formats = parser.add_mutually_exclusive_group(required=True)
    formats.add_argument("--onnx", action="store_true", help="for ONNX Runtime")
    formats.add_argument("--mlflow", action="store_true", help="for MLflow, a new folder at --out")
    parser.add_argument("--int8", action="store_true", help="with 8-bit weights as well; needs the run's folder")
    parser.add_argument("--tolerance", metavar="POINTS", type=float, default=0.5, help="they may lose; default 0.5")
    parser.add_argument("--out", metavar="DIR|FILE.onnx", help="where to; default of ONNX: beside the student")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Write the files, print where they are, how large, and how accurate."""
    if options.mlflow:
        return _mlflow(options)
    from gnn2mlp.pipeline.export import export_onnx

    path = export_onnx(options.folder, options.out, options.int8, options.tolerance)
    if path.is_dir():
        _tell_of_links(path)
    elif path.suffix == ".onnx":
        _tell_of_file(path)
    else:
        _tell_of_folder(path)


def _mlflow(options: argparse.Namespace) -> None:
    from gnn2mlp.core.errors import ConfigError
    from gnn2mlp.pipeline.export import export_mlflow

    if options.out is None or options.int8:
        raise ConfigError("mlflow: expected a new folder as --out, and no --int8")
    path = export_mlflow(options.folder, options.out)
    print(f"mlflow {path}")
    print(f"serve  mlflow models serve -m {path} --env-manager local")


def _tell_of_file(path: Path) -> None:
    from gnn2mlp.core.errors import listing
    from gnn2mlp.deploy.onnx_predictor import Network

    network = Network(path.read_bytes())
    card = network.facts()
    form = "int8" if "check" in card else "fp"
    print(f"{form:<5} {path} ({_size(path)}{_judged(card, form)})")
    if columns := card.get("columns"):
        print(f"reads {listing([column['name'] for column in columns], 20)}")
    elif "fields" in card:
        print(f"reads {', '.join(value.name for value in network.session.get_inputs())}")


def _tell_of_links(path: Path) -> None:
    from gnn2mlp.deploy.link_card import DECODER, EMBEDDER

    for what, name in (("embeds rows ", EMBEDDER), ("scores pairs", DECODER)):
        print(f"{what} {path / name} ({_size(path / name)})")


def _tell_of_folder(path: Path) -> None:
    from gnn2mlp.core.files import read_json

    card = read_json(path)
    for form, file in card["files"].items():
        network = path.parent / file["name"]
        print(f"{form:<5} {network} ({_size(network)}{_judged(card, form)})")
    print(f"card  {path}")


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1e3:,.0f} kB"


def _judged(card: Mapping[str, Any], form: str) -> str:
    """How accurate a form is, if that was measured."""
    check = card.get("check")
    return f", {100 * check['accuracy'][form]:.2f}% right on {check['rows']} validation nodes" if check else ""

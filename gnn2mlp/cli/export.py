"""`gnn2mlp export`: a student for other runtimes."""

import argparse
from typing import Any


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "export",
        help="write a student for ONNX Runtime",
        description="Write the student of a run for ONNX Runtime, where it needs neither torch nor a graph. "
        "8-bit weights are written if they keep its accuracy on the run's validation nodes.",
    )
    parser.add_argument("folder", metavar="DIR", help="folder of a run, or of a student alone")
    parser.add_argument("--onnx", action="store_true", required=True, help="the format")
    parser.add_argument("--int8", action="store_true", help="with 8-bit weights as well; needs the run's folder")
    parser.add_argument("--tolerance", metavar="POINTS", type=float, default=0.5, help="they may lose; default 0.5")
    parser.add_argument("--out", metavar="DIR", help="where to; default: beside the student")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Write the files, print where they are, how large, and how accurate."""
    from gnn2mlp.core.files import read_json
    from gnn2mlp.pipeline.export import export_onnx

    path = export_onnx(options.folder, options.out, options.int8, options.tolerance)
    card = read_json(path)
    accuracy = card.get("check", {}).get("accuracy", {})
    for form, file in card["files"].items():
        network = path.parent / file["name"]
        judged = f", {100 * accuracy[form]:.2f}% right on {card['check']['rows']} validation nodes" if accuracy else ""
        print(f"{form:<5} {network} ({network.stat().st_size / 1e3:,.0f} kB{judged})")
    print(f"card  {path}")

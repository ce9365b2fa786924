"""`gnn2mlp check`: whether the files of a model are those that were written."""

import argparse
from typing import Any


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "check",
        help="check every file of a model directory",
        description="Compare every file of a model directory with the checksums in its config.json. Nothing is loaded.",
    )
    parser.add_argument("folder", metavar="DIR", help="model directory")
    parser.add_argument("--reseal", action="store_true", help="accept a README.md that you have edited, and that alone")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> None:
    """Check, and print what the model is."""
    from gnn2mlp.deploy.directory import verify
    from gnn2mlp.deploy.directory_writing import reseal

    if options.reseal:
        reseal(options.folder)
    config = verify(options.folder)
    print(f"{config['name']}: {config['task']}, written by gnn2mlp {config['versions']['gnn2mlp']}")
    width = max(map(len, config["files"]), default=0)
    for name, listed in config["files"].items():
        print(f"{name:<{width}}  {listed['bytes']:>11,} bytes  {listed['sha256'][:16]}")
    print(f"all {len(config['files'])} files are as they were written")

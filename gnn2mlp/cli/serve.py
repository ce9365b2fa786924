"""`gnn2mlp serve`: a model behind HTTP."""

import argparse
from typing import Any

from gnn2mlp.core.errors import ConfigError

_TOKENS = """tokens:
  GNN2MLP_TOKEN          requests have to bring it, as --token-file
  GNN2MLP_TEACHER_TOKEN  is sent to the teacher
The environment holds them, or a file; the command line is seen by other users of the machine."""


def add(verbs: Any) -> None:
    """Register the verb and its options."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "serve",
        help="answer requests over HTTP, on ONNX Runtime (extra 'serve')",
        description="Serve a model directory: /predict takes rows as objects of columns, graphs as lists of their "
        "nodes, or, of a model of links, pairs of nodes, whose best candidates /top finds; /v2 speaks the Open "
        "Inference Protocol, / is a page to try the model on, /ready, /live and /metrics are for whoever watches. "
        "Another version that is put in the directory's place is taken up once it is whole.",
        epilog=f"{_TOKENS}\n\nexamples: gnn2mlp serve model/ --port 8000\n"
        "          gnn2mlp serve model/ --nodes pages.parquet --known links.parquet",
    )
    parser.add_argument("model", metavar="MODEL", help="a model's directory")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen; default: this machine alone, 127.0.0.1")
    parser.add_argument("--port", metavar="N", type=int, default=8000, help="default 8000; 0: any that is free")
    parser.add_argument("--name", metavar="NAME", help="of the model in addresses; default: its folder's")
    parser.add_argument("--threads", metavar="N", type=int, default=1, help="CPU threads of a batch; default 1")
    _add_limits(parser)
    parser.add_argument("--token-file", metavar="FILE", help="with the token that requests have to bring")
    parser.add_argument(
        "--watch", metavar="SECONDS", type=float, default=1.0, help="between looks for a new version; 0: none"
    )
    parser.add_argument(
        "--drain",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="go on so long after SIGTERM, with /ready off, until balancers have noticed; default 0",
    )
    _add_nodes(parser)
    _add_teacher(parser)
    parser.set_defaults(execute=execute)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("limits")
    group.add_argument(
        "--queue", metavar="N", type=int, default=256, help="requests inside at most, further ones get 503; default 256"
    )
    group.add_argument("--batch-rows", metavar="N", type=int, default=64, help="rows computed at once; default 64")
    group.add_argument(
        "--batch-wait", metavar="MS", type=float, default=0.0, help="that a batch waits for more rows; default 0"
    )
    group.add_argument(
        "--body-limit",
        metavar="BYTES",
        type=int,
        default=2**20,
        help="of a request, larger ones get 413; default 1 MiB",
    )
    group.add_argument("--max-rows", metavar="N", type=int, default=1000, help="of a request; default 1000")
    group.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=30.0, help="for an answer, else 503; default 30"
    )


def _add_nodes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("models of links (gnn2mlp fit --task link)", "as for gnn2mlp score --top")
    group.add_argument(
        "--nodes", metavar="FILE", help="a table with a row for each node that may be asked or answered, held in memory"
    )
    group.add_argument("--id", metavar="NAME", help="the column of ids of the nodes; default: that of training")
    group.add_argument("--candidates", metavar="FILE", help="a table of ids that may be answered; default: all nodes")
    group.add_argument("--known", metavar="FILE", help="a table of links that are not to be answered again")
    group.add_argument(
        "--shortlist",
        metavar="N",
        type=int,
        help="score N candidates that a quick stand-in puts first, not all; recall is told",
    )


def _add_teacher(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("teacher")
    group.add_argument(
        "--teacher", metavar="URL", help="is asked about rows that the model is not sure of, as /predict is"
    )
    group.add_argument(
        "--teacher-below",
        metavar="CONFIDENCE",
        type=float,
        default=0.8,
        help="which rows these are, see Cascade.chosen; default 0.8",
    )
    group.add_argument(
        "--teacher-timeout", metavar="SECONDS", type=float, default=2.0, help="then the model's answer stays; default 2"
    )
    group.add_argument(
        "--router",
        metavar="FILE",
        help="router.safetensors of explain: its score is compared in place of the confidence",
    )
    group.add_argument(
        "--router-id", metavar="COLUMN", default="id", help="what in a row names its node, for the router; default id"
    )


def execute(options: argparse.Namespace) -> None:
    """Load the model, say where it is served, and answer until told to stop."""
    import ipaddress
    import logging
    import sys

    from gnn2mlp.serving.app import create_app
    from gnn2mlp.serving.server import address, listen, read_token, serve

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("gnn2mlp serve: %(message)s"))
    logger = logging.getLogger("gnn2mlp.serving")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        settings = _settings(options, read_token(options.token_file))
        app = create_app(options.model, settings)
        listening = listen(options.host, options.port)
        with listening:
            model = app.state.service.model
            print(f"model    {model.config.get('name')}, version {model.version}", flush=True)
            for line in _nodes_told(model):
                print(line, flush=True)
            print(f"serving  {address(listening)}  (Ctrl-C stops it)", flush=True)
            open_to_all = not ipaddress.ip_address(listening.getsockname()[0].partition("%")[0]).is_loopback
            if open_to_all and settings.token is None:
                logger.warning("whoever reaches this machine may ask; a token (--token-file) keeps others out")
            serve(app, listening, options.drain)
    finally:
        logger.removeHandler(handler)


def _nodes_told(model: Any) -> list[str]:
    """What is said of the nodes that a model of links answers with."""
    from gnn2mlp.cli._link_scoring import recall_line
    from gnn2mlp.serving.links import ServedLinks

    if not isinstance(model, ServedLinks):
        return []
    if (nodes := model.nodes) is None:
        return ["nodes    none: pairs of nodes with their columns are scored; --nodes FILE adds ids and candidates"]
    lines = [f"nodes    {len(nodes):,}, of which {nodes.candidates:,} may be answered"]
    return lines + ([f"recall   {recall_line(nodes.recall)}"] if nodes.recall is not None else [])


def _node_files(options: argparse.Namespace) -> Any:
    """The tables of a model of links, if there are some."""
    from gnn2mlp.serving.settings import NodeFiles

    more = {name: getattr(options, name) for name in ("candidates", "known", "shortlist")}
    if options.nodes is not None:
        return NodeFiles(options.nodes, options.id, **more)
    if given := [name for name, value in ({"id": options.id} | more).items() if value is not None]:
        raise ConfigError(f"--{given[0]}: expected --nodes FILE with it, the nodes of a model of links, got none")
    return None


def _settings(options: argparse.Namespace, token: str | None) -> Any:
    from gnn2mlp.serving.server import TEACHER_TOKEN, read_token
    from gnn2mlp.serving.settings import Settings

    return Settings(
        name=options.name,
        threads=options.threads,
        queue=options.queue,
        batch_rows=options.batch_rows,
        batch_wait=options.batch_wait / 1000,
        body_bytes=options.body_limit,
        rows=options.max_rows,
        seconds=options.timeout,
        token=token,
        watch=options.watch,
        teacher=options.teacher,
        teacher_below=options.teacher_below,
        teacher_timeout=options.teacher_timeout,
        teacher_token=read_token(None, TEACHER_TOKEN),
        router=options.router,
        router_id=options.router_id,
        nodes=_node_files(options),
    )

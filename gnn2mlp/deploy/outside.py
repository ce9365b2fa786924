"""Results of other kinds stay out of model directories: these hold a model alone, and load with nothing beside it."""

import json
from pathlib import Path

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import check_writable
from gnn2mlp.deploy.sealed import CONFIG, LIBRARY

OUT = "name another folder with --out (in Python: out=)"


def check_place(folder: Path, remedy: str = OUT) -> None:
    """Try whether results can be written into `folder`, before a long job; see `check_writable`.

    Args:
        folder: that files will be written into, which need not exist.
        remedy: what a person can do, for the message.

    Raises:
        ConfigError: if it is a model directory, or lies within one: the model would load no more.
        ArtefactError: if no files can be written there.
    """
    here = folder.absolute()
    model = next((place for place in (here, *here.parents) if is_model_directory(place)), None)
    if model is not None:
        where = str(folder) if model == here else f"{folder}, which lies within {model},"
        raise ConfigError(
            f"out: expected a folder outside of a model, got {where} with a sealed {CONFIG}: a model directory holds a "
            f"model alone, and loads with nothing beside it; {remedy}"
        )
    check_writable(folder, remedy)


def is_model_directory(folder: Path) -> bool:
    """Whether a folder has the `config.json` of a model of this library, whole or damaged elsewhere."""
    try:
        config = json.loads((folder / CONFIG).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(config, dict) and config.get("library_name") == LIBRARY and "files" in config

"""Model directories on the Hugging Face Hub, or a mirror of it. What is sent and what comes is checked, file by file.

Needs the extra: `pip install 'gnn2mlp[hub]'`. What the Hub's own client knows (a saved login, `HF_ENDPOINT`, its cache,
offline mode) holds here too.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gnn2mlp import __version__
from gnn2mlp.core.errors import ArtefactError, ConfigError, Gnn2mlpError
from gnn2mlp.core.files import scratch, user_path
from gnn2mlp.core.folders import hidden
from gnn2mlp.deploy.directory import read_directory
from gnn2mlp.deploy.directory_writing import install

# The files of a model lie side by side; what a repository holds besides is hidden, or none of its business.
_NOT_OURS = [".*", "*/*"]


def push_to_hub(
    directory: str | Path,
    repo_id: str,
    *,
    private: bool | None = None,
    revision: str | None = None,
    message: str = "Upload a gnn2mlp model",
    token: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Check a model directory, and make it the content of a repository, in one commit.

    Files of another model that is there go; hidden ones, and folders, stay.

    Args:
        directory: that `write_directory` wrote.
        repo_id: `"organisation/name"`; the repository is made if there is none.
        private: whether only you can see a repository that is made now; default: as the Hub does.
        revision: branch; default: the main one.
        message: of the commit.
        token: default: that of the saved login.
        endpoint: address of a mirror; default: `HF_ENDPOINT`, or the Hub.

    Returns:
        The address of the commit.

    Raises:
        ConfigError: if the client is not installed, or the name cannot be one of a repository.
        ArtefactError: if the directory is no model, or was altered; or if the Hub refuses or cannot be reached.

    Example:
        >>> push_to_hub("models/pages", "my-company/pages", private=True)  # doctest: +SKIP
        'https://huggingface.co/my-company/pages/commit/...'
    """
    hub = _client()
    contents = read_directory(directory, None).files
    api = hub.HfApi(endpoint=endpoint, token=token, library_name="gnn2mlp", library_version=__version__)
    with _told(f"push {directory} to {repo_id}"):
        api.create_repo(repo_id, private=private, exist_ok=True)
        there = api.list_repo_files(repo_id, revision=revision)
        gone = [name for name in there if name not in contents and not hidden(name) and "/" not in name]
        operations = [hub.CommitOperationDelete(name) for name in gone]
        operations += [hub.CommitOperationAdd(name, content) for name, content in contents.items()]
        commit = api.create_commit(repo_id, operations, commit_message=message, revision=revision)
    return str(commit.commit_url)


def from_hub(
    repo_id: str,
    directory: str | Path | None = None,
    *,
    revision: str | None = None,
    token: str | None = None,
    endpoint: str | None = None,
) -> Path:
    """Fetch a model, check every file, and put it into a directory, in place of an older one, as one step.

    Args:
        repo_id: `"organisation/name"`.
        directory: where to; default: a folder of the repository's name in the cache of this package.
        revision: branch, tag or commit; name a commit to get the same model for ever.
        token: default: that of the saved login.
        endpoint: address of a mirror; default: `HF_ENDPOINT`, or the Hub.

    Returns:
        The directory, for `Predictor.load`.

    Raises:
        ConfigError: if the client is not installed, or the name cannot be one of a repository.
        ArtefactError: if the repository is not there, holds no model or one that was altered, or the directory holds
            something else.

    Example:
        >>> from gnn2mlp.deploy import Predictor
        >>> model = Predictor.load(from_hub("my-company/pages"))  # doctest: +SKIP
    """
    hub = _client()
    folder = _default(repo_id, revision) if directory is None else user_path(directory, "directory")
    with scratch() as place:
        with _told(f"fetch {repo_id}"):
            found = hub.snapshot_download(
                repo_id,
                revision=revision,
                ignore_patterns=_NOT_OURS,
                token=token,
                endpoint=endpoint,
                library_name="gnn2mlp",
                library_version=__version__,
            )
            # The client's cache holds links; a model holds files.
            shutil.copytree(found, place / "model")
        try:
            contents = read_directory(place / "model", None).files
        except ArtefactError as error:
            told = str(error).replace(str(place / "model"), f"{repo_id} on the Hub")
            raise ArtefactError(told) from error
    install(folder, contents)
    return folder


def _default(repo_id: str, revision: str | None) -> Path:
    from gnn2mlp.knowledge.store import default_root

    name = repo_id if revision is None else f"{repo_id}@{revision}"
    return default_root() / "hub" / name.replace("/", "--")


def _client() -> Any:
    try:
        import huggingface_hub
    except ImportError as error:
        raise ConfigError("huggingface_hub is not installed; install the extra: pip install 'gnn2mlp[hub]'") from error
    return huggingface_hub


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What the client raises, as a sentence. Its classes, and those of its transport, differ between its versions."""
    from huggingface_hub.errors import HFValidationError

    try:
        yield
    except Gnn2mlpError:
        raise
    except HFValidationError as error:
        raise ConfigError(f"could not {what}: {_line(error)}") from error
    except Exception as error:
        raise ArtefactError(
            f"could not {what}: {_line(error)}; check the name, your login (hf auth login) and the network"
        ) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__

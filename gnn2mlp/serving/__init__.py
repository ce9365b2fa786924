"""A model directory behind HTTP: named columns or tensors in, answers out, on ONNX Runtime (extra `serve`)."""

import importlib
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import nearest

__all__ = [
    "LinkService",
    "NodeFiles",
    "RowService",
    "ServedLinks",
    "ServedModel",
    "Service",
    "Settings",
    "TeacherEndpoint",
    "create_app",
    "load_links",
    "load_model",
]

_EXPORTS = {
    "LinkService": "gnn2mlp.serving.link_service",
    "NodeFiles": "gnn2mlp.serving.settings",
    "RowService": "gnn2mlp.serving.row_service",
    "ServedLinks": "gnn2mlp.serving.links",
    "ServedModel": "gnn2mlp.serving.model",
    "Service": "gnn2mlp.serving.service",
    "Settings": "gnn2mlp.serving.settings",
    "TeacherEndpoint": "gnn2mlp.serving.teacher",
    "create_app": "gnn2mlp.serving.app",
    "load_links": "gnn2mlp.serving.links",
    "load_model": "gnn2mlp.serving.model",
}


if TYPE_CHECKING:
    from gnn2mlp.serving.app import create_app
    from gnn2mlp.serving.link_service import LinkService
    from gnn2mlp.serving.links import ServedLinks, load_links
    from gnn2mlp.serving.model import ServedModel, load_model
    from gnn2mlp.serving.row_service import RowService
    from gnn2mlp.serving.service import Service
    from gnn2mlp.serving.settings import NodeFiles, Settings
    from gnn2mlp.serving.teacher import TeacherEndpoint
else:

    def __getattr__(name: str) -> Any:
        """Import a public name on first use."""
        if name not in _EXPORTS:
            raise AttributeError(f"module 'gnn2mlp.serving' has no attribute {name!r}{nearest(name, _EXPORTS)}")
        return getattr(importlib.import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

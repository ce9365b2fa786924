"""The page on which a person tries a model: one file, without anything from elsewhere, made of those in `web`.

`frame.html`, `page.css` and `page.js` are of every page; a model of rows has `rows`, one of links `links`.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["rows", "links"]
_WEB = Path(__file__).parent / "web"


@cache
def page(kind: Kind = "rows") -> tuple[bytes, dict[str, str]]:
    """The page, and headers that let a browser run its own script and style, and nothing else.

    Args:
        kind: of the model.
    """
    parts = {
        "/* style */": _read("page.css"),
        "<!-- body -->": _read(f"{kind}.html"),
        "/* script */": _read("page.js") + _read(f"{kind}.js"),
    }
    text = _read("frame.html")
    for place, part in parts.items():
        text = text.replace(place, part)
    script, style = (_digest(re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)) for tag in ("script", "style"))
    policy = (
        f"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "cache-control": "no-cache",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return text.encode(), headers


def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")


def _digest(parts: list[str]) -> str:
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" for part in parts)

"""The page on which a person tries a model: one file, without anything from elsewhere."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "web" / "form.html"


@cache
def page(kind: str = "rows") -> tuple[bytes, dict[str, str]]:
    """The page, and headers that let a browser run its own script and style, and nothing else."""
    text = _FILE.read_text(encoding="utf-8")
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


def _digest(parts: list[str]) -> str:
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" for part in parts)

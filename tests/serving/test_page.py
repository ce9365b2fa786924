"""The page to try a model on: it stands alone."""

import base64
import hashlib
import re

import pytest

from gnn2mlp.serving.page import Kind, page

KINDS: tuple[Kind, ...] = ("rows", "links")


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_put_together_whole(kind: Kind) -> None:
    text = page(kind)[0].decode()
    assert not re.findall(r"<!-- body -->|/\* (?:style|script) \*/", text)
    assert text.count("async function begin()") == text.count("function opened()") == text.count("\nbegin();\n") == 1
    asked, made = (
        set(re.findall(known, text)) for known in (r'byId\("([\w-]+)"\)', r'(?:id[=:] ?|Box\([^)]*)"([\w-]+)"')
    )
    assert asked <= made
    assert len(set(there := re.findall(r' id="([\w-]+)"', text))) == len(there)


def test_pages_differ_by_what_the_model_answers() -> None:
    assert "`top?k=" in page("links")[0].decode()
    assert "`top?k=" not in page("rows")[0].decode()


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_nothing_of_anybody_else(kind: Kind) -> None:
    content, _ = page(kind)
    text = content.decode()
    assert not re.findall(r"""(?:src|href)=["'](?!data:)|https?:|//cdn|@import|url\(""", text)
    assert "innerHTML" not in text  # what comes from a table is text
    assert 'style="' not in text  # which its policy would not let through


@pytest.mark.parametrize("kind", KINDS)
def test_its_policy_lets_its_own_script_and_style_run_alone(kind: Kind) -> None:
    content, headers = page(kind)
    policy = headers["content-security-policy"]
    for tag in ("script", "style"):
        (own,) = re.findall(rf"<{tag}>(.*?)</{tag}>", content.decode(), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy

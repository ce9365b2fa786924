"""The page to try a model on: it stands alone."""

import base64
import hashlib
import re

from gnn2mlp.serving.page import page


def test_it_asks_nothing_of_anybody_else() -> None:
    content, _ = page()
    text = content.decode()
    assert not re.findall(r"""(?:src|href)=["'](?!data:)|https?:|//cdn|@import|url\(""", text)
    assert "innerHTML" not in text  # what comes from a table is text
    assert 'style="' not in text  # which its policy would not let through


def test_its_policy_lets_its_own_script_and_style_run_alone() -> None:
    content, headers = page()
    policy = headers["content-security-policy"]
    for tag in ("script", "style"):
        (own,) = re.findall(rf"<{tag}>(.*?)</{tag}>", content.decode(), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy

"""What the site has beside the pages in docs/: the API from docstrings, the command line's help, pages of benchmarks/.

MkDocs calls the functions by their names. Links that lead from docs/ into the rest of the repository follow the pages
there; those to files that are no page of the site become plain text, since nothing says where the repository is.
"""

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import api  # noqa: E402
import command_line  # noqa: E402
import links  # noqa: E402

ROOT = HERE.parents[1]
AXIS = re.compile(r"""(&#39;|&quot;|["']) (\w+(?:&#39;|&quot;|["'])</span>)""")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the navigation by the pages that are not written by hand."""
    sections: dict[str, list[Any]] = {name: pages for entry in config.nav or [] for name, pages in entry.items()}
    names = sorted(path.stem for path in (ROOT / "docs" / "methods").glob("*.md") if path.stem != "index")
    sections["Methods"] += [{name: f"methods/{name}.md"} for name in names]
    sections["Reference"] += [
        {"Command line": command_line.PAGE},
        {"API": [api.index_path(), *({package: api.path(package)} for package in (*api.PACKAGES, "core"))]},
    ]
    sections["Results"] += [{title(path): f"benchmarks/{path.name}"} for path in benchmark_pages()]
    sections["About"] = [{title(ROOT / name): name} for name in ("CHANGELOG.md", "CONTRIBUTING.md")]
    config.nav = [{name: pages} for name, pages in sections.items()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is not in docs/."""
    for path, text in (*api.pages(), (command_line.PAGE, command_line.page())):
        files.append(File.generated(config, path, content=text))
    outside = [*benchmark_pages(), *(ROOT / "benchmarks").glob("speed/plots/*.svg")]
    for path in (*outside, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"):
        files.append(File.generated(config, str(path.relative_to(ROOT)), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where their target is in the site, and names of the API to their entries."""
    source = page.file.src_uri
    inside = (ROOT / "docs" / source).exists()
    markdown = links.placed(markdown, f"docs/{source}" if inside else source, source, set(files.src_uris))
    if source.startswith(("api/", "benchmarks/", "CHANGELOG")):
        return markdown
    return links.named(markdown, api.entries(), source)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Axes of arrays without the space that jaxtyping asks for in front of a single one."""
    return AXIS.sub(r"\1\2", html) if page.file.src_uri.startswith("api/") else html


def benchmark_pages() -> list[Path]:
    """The pages of benchmarks/ by name."""
    return sorted((ROOT / "benchmarks").glob("*.md"))


def title(path: Path) -> str:
    """The heading of a page."""
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")

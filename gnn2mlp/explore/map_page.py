"""The page of an interactive map as text: template, style, script, the library that moves it, and the packed nodes."""

import base64
from collections.abc import Sequence
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup

from gnn2mlp.explore import theme


def render_page(packed: bytes, title: str, notes: Sequence[str]) -> str:
    """The page; whatever a user named is escaped."""
    return _template().render(
        title=title,
        notes=notes,
        style=Markup(map_style()),
        library=Markup(asset("d3-zoom.min.js")),
        script=Markup(map_script()),
        packed=Markup(base64.b64encode(packed).decode()),
    )


def page_size(packed: bytes, title: str, notes: Sequence[str]) -> int:
    """Bytes of the page, without making it."""
    return len(render_page(b"", title, notes).encode()) + 4 * -(-len(packed) // 3)


def map_script() -> str:
    """The script that draws a map into an element: `mountMap(element, bytes, {onSelect})`."""
    return "\n".join(asset(f"{name}.js") for name in ("map_data", "map_view", "map_panel", "map"))


def map_style() -> str:
    """The style of a map, colours of the theme included."""
    return f"{_variables()}\n{asset('map.css')}"


@cache
def asset(name: str) -> str:
    """A file of the page."""
    return (resources.files("gnn2mlp.explore") / "web" / name).read_text(encoding="utf-8")


def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(asset("map.html.jinja"))


def _variables() -> str:
    """CSS variables on light and dark ground: what the system prefers, and in a notebook what its theme is."""
    light, dark = (_declared(*colours) for colours in (_LIGHT, _DARK))
    return (
        f".gnn2mlp-map {{ color-scheme: light dark; {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ .gnn2mlp-map {{ {dark} }} }}\n"
        f"{_within(_LIGHT_THEMES)} {{ color-scheme: light; {light} }}\n"
        f"{_within(_DARK_THEMES)} {{ color-scheme: dark; {dark} }}"
    )


def _within(themes: Sequence[str]) -> str:
    return ", ".join(f"{theme} .gnn2mlp-map" for theme in themes)


# Of Jupyter, VS Code and Colab.
_LIGHT_THEMES = ('[data-jp-theme-light="true"]', ".vscode-light", 'html[theme="light"]')
_DARK_THEMES = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]')


_LIGHT = (
    ("#f6f7f8", "#ffffff", "#22262b", "#5c646e", "#e2e5e9", "#2a6cb0", "#c25e00", "#a84f00"),
    theme.PALETTE,
    theme.RAMP,
    theme.UNKNOWN.colour,
)
_DARK = (
    ("#15181c", "#1d2126", "#e6e8eb", "#a2a9b3", "#343a42", "#6aa9e6", "#f29b4b", "#f29b4b"),
    theme.DARK_PALETTE,
    theme.DARK_RAMP,
    theme.DARK_UNKNOWN,
)
_NAMES = ("page", "card", "ink", "muted", "grid", "right", "wrong", "brand")


def _declared(ground: Sequence[str], palette: Sequence[str], ramp: Sequence[str], unknown: str) -> str:
    pairs = [
        *zip(_NAMES, ground, strict=True),
        *((f"class-{at}", colour) for at, colour in enumerate(palette)),
        *((f"ramp-{at}", colour) for at, colour in enumerate(ramp)),
        ("unknown", unknown),
    ]
    return " ".join(f"--{name}: {colour};" for name, colour in pairs)

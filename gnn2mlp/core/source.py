"""Which code decides: the modules that a class or function reaches by its imports, and a digest of their source.

The imports are read from the syntax tree, so nothing is executed for it, and no list of modules is kept by hand.
`from package import name` leads to the module that defines the name, not to all that the package offers.
"""

import ast
import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple, TypeGuard

# The package whose modules count wherever they are imported.
OWN = __name__.partition(".")[0]


class Import(NamedTuple):
    """`from module import name`, bound as `bound`; `name` is `None` for `import module`."""

    module: str
    name: str | None
    bound: str


class Source(NamedTuple):
    """What a module's file says: the digest of its code, its imports, and the names that it defines itself.

    `shown` are the imports that only type checkers see: by them a package says where what it offers comes from.
    """

    digest: bytes
    imports: tuple[Import, ...]
    defines: frozenset[str]
    shown: tuple[Import, ...] = ()


def code_of(*objects: Any) -> str:
    """Digest of the source of the modules of `objects` and of all that these import, directly or not.

    What counts are the modules of gnn2mlp and, for a class from outside, those that lie in one folder or package with
    its own module. Libraries do not count. Imports inside functions count, those for type checkers alone do not.
    Docstrings of gnn2mlp do not count, so that a better explanation makes no result an old one.

    Args:
        objects: classes, functions or dotted names of modules. A class without a file, as in a notebook, counts with
            the text of its definition and of what that refers to.

    Example:
        >>> from gnn2mlp.core.spec import Spec
        >>> code_of(Spec) == code_of("gnn2mlp.core.spec")
        True
        >>> code_of(Spec) == code_of("gnn2mlp.core.seeds")
        False
    """
    if len(objects) == 1 and (name := _module_of(objects[0])).partition(".")[0] == OWN:
        return _own_code(name)
    sha = hashlib.sha256()
    modules: dict[str, Path] = {}
    for item in objects:
        name = _module_of(item)
        if name not in modules and (path := locate(name)) is not None:
            modules |= closure(name, path)
        elif not isinstance(item, str) and path_of(name) is None:
            sha.update(_text(item))
            modules |= _referred(item)
    return _digest_of(modules, sha)


def _module_of(item: Any) -> str:
    return item if isinstance(item, str) else str(item.__module__)


@cache
def _own_code(name: str) -> str:
    path = locate(name)
    return _digest_of({} if path is None else closure(name, path), hashlib.sha256())


def _digest_of(modules: Mapping[str, Path], sha: "hashlib._Hash") -> str:
    for name in sorted(modules):
        sha.update(name.encode() + b"\0" + read_source(modules[name]).digest)
    return sha.hexdigest()[:32]


def closure(name: str, path: Path) -> dict[str, Path]:
    """The module `name` and the modules that it imports, directly or not, with their files."""
    if name in _closures:
        return _closures[name]
    folder = _folder_of(name, path)
    found, waiting = {name: path}, [name]
    while waiting:
        module = waiting.pop()
        for target in _targets(module, found[module]):
            if target not in found and (place := locate(target, folder)) is not None:
                found[target] = place
                waiting.append(target)
    if path.is_relative_to(_HERE):  # all of it lies in this package, whose files are read once
        _closures[name] = found
    return found


def locate(name: str, beside: Path | None = None) -> Path | None:
    """The file of the module `name` if its code counts, else `None`.

    Args:
        name: dotted.
        beside: the folder whose modules count as well; default: that of the module itself.
    """
    if name.partition(".")[0] == OWN:
        return _own_path(name)
    if beside is None:
        path = path_of(name)
        return None if path is None or _is_library(path) else path
    return None if _is_library(beside) else _below(beside, name)


@cache
def _own_path(name: str) -> Path | None:
    return _below(_HERE.parent, name)


def path_of(name: str) -> Path | None:
    """The `.py` file of an imported module, `None` if it has none (a notebook, a built-in, an extension)."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file).resolve() if file and file.endswith(".py") and Path(file).exists() else None


def _folder_of(name: str, path: Path) -> Path:
    """The folder in which the top-level package or module of `name` lies."""
    depth = name.count(".") + (path.name == "__init__.py")
    return path.parents[depth]


def _below(folder: Path, name: str) -> Path | None:
    stem = folder.joinpath(*name.split("."))
    for path in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")):
        if path.is_file():
            return path
    return None


@cache
def _is_library(path: Path) -> bool:
    standard = Path(inspect.__file__).resolve().parent
    return bool({"site-packages", "dist-packages"} & set(path.parts)) or path.is_relative_to(standard)


def _targets(module: str, path: Path) -> Iterator[str]:
    """Names of the modules that the imports of `module` lead to; most of them are libraries."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    folder, own = _folder_of(module, path), path.is_relative_to(_HERE)
    for found in read_source(path).imports:
        base = found.module
        if base.startswith("."):
            base = importlib.util.resolve_name(base, package)
        if not own or base.partition(".")[0] == OWN:  # what else this package imports are libraries
            yield from _defining(base, found.name, folder)


def _defining(base: str, name: str | None, folder: Path) -> Iterator[str]:
    """The modules that `from base import name` depends on."""
    path = locate(base, folder)
    if path is None or name is None or path.name != "__init__.py":
        yield base
        return
    source = read_source(path)
    if name == "*":
        yield base
        return
    for other in (*source.imports, *source.shown):
        if other.bound == name:
            inner = importlib.util.resolve_name(other.module, base) if other.module.startswith(".") else other.module
            if (inner, other.name) == (base, name):  # a package that imports a module of its own
                break
            yield from _defining(inner, other.name, folder)
            return
    if name in source.defines:
        yield base
    elif locate(f"{base}.{name}", folder) is not None:
        yield f"{base}.{name}"
    else:  # offered by the package's __getattr__ alone: only the package itself can say where it comes from
        yield base
        home = getattr(getattr(importlib.import_module(base), name, None), "__module__", None)
        if isinstance(home, str):
            yield home


_HERE = Path(__file__).parents[1]
_sources: dict[Path, tuple[tuple[int, int], Source]] = {}
_closures: dict[str, dict[str, Path]] = {}


def read_source(path: Path) -> Source:
    """What the file says. One of this package is read once in a process, as it is imported once; others may change."""
    known, own = _sources.get(path), path.is_relative_to(_HERE)
    if known is not None and own:
        return known[1]
    status = path.stat()
    version = (status.st_mtime_ns, status.st_size)
    if known is None or known[0] != version:
        content = read_bytes(path)
        known = _sources[path] = (version, _own_source(path, content) if own else parse_source(content))
    return known[1]


def _own_source(path: Path, content: bytes) -> Source:
    """What a file of this package says; its docstrings may be rewritten."""
    read = parse_source if path.name == "__init__.py" else head_source
    return read(content)._replace(digest=hashlib.sha256(without_docstrings(content)).digest())


def read_bytes(path: Path) -> bytes:
    """The bytes of a source file."""
    return path.read_bytes()


def forget_sources() -> None:
    """Read every file again when it is next asked for."""
    _sources.clear()
    _closures.clear()
    _own_code.cache_clear()
    _own_path.cache_clear()


_TOP_IMPORT = re.compile(rb"^(?:from|import)\b.*$", re.MULTILINE)
_OTHER_IMPORT = re.compile(rb"^[ \t]+(?:from|import)\b|;[ \t]*(?:from|import)\b", re.MULTILINE)
# A text in triple quotes that is a statement of its own, first in the file or after a line that opens a block.
_DOCSTRING = re.compile(rb'(\A|:(?:  #[^\n]*)?\n)[ \t]*r?""".*?"""(?:  #[^\n]*)?(?=\n|\Z)', re.DOTALL)


def without_docstrings(content: bytes) -> bytes:
    """The text of a module, formatted as those of this package are, without its docstrings."""
    return _DOCSTRING.sub(rb"\1", content)


def head_source(content: bytes) -> Source:
    """As `parse_source`, without the names that it defines, for a module that is no package.

    Where every import stands at the beginning of a line, only what lies before the end of the last is parsed, which
    takes a third of the time.
    """
    imports = [*_TOP_IMPORT.finditer(content)]
    if _OTHER_IMPORT.search(content) or not imports:
        return parse_source(content)._replace(defines=frozenset())
    line, end = imports[-1].group(), imports[-1].end()
    if b"(" in line and b")" not in line:
        end = content.find(b")", end) + 1
    try:
        head = parse_source(content[:end])
    except SyntaxError:  # what looked like the last one was a line of a text
        return parse_source(content)._replace(defines=frozenset())
    return Source(hashlib.sha256(content).digest(), head.imports, frozenset())


def parse_source(content: bytes) -> Source:
    """The digest of a module's text, its imports and the names that it defines itself."""
    tree = ast.parse(content)
    imports = tuple(found for node in _executed(tree) for found in _imports(node))
    shown = tuple(
        found for node in tree.body if _is_for_type_checkers(node) for one in node.body for found in _imports(one)
    )
    return Source(hashlib.sha256(content).digest(), imports, frozenset(_definitions(tree)), shown)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below `node` without those that only type checkers look at."""
    for child in ast.iter_child_nodes(node):
        if _is_for_type_checkers(child):
            for other in child.orelse:
                yield other
                yield from _executed(other)
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):  # no import hides in an expression
            yield child
            yield from _executed(child)


def _is_for_type_checkers(node: ast.AST) -> TypeGuard[ast.If]:
    test = node.test if isinstance(node, ast.If) else None
    return "TYPE_CHECKING" in (getattr(test, "id", None), getattr(test, "attr", None))


def _imports(node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, None, alias.asname or alias.name.partition(".")[0])
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            yield Import(base, alias.name, alias.asname or alias.name)


def _definitions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _text(item: Any) -> bytes:
    """The definition of a class or function without a file: its text, or what it was compiled to."""
    try:
        return inspect.getsource(item).encode()
    except (OSError, TypeError):
        return repr([_compiled(function.__code__) for function in _functions(item)]).encode()


def _compiled(code: CodeType) -> tuple[Any, ...]:
    inner = [_compiled(value) if isinstance(value, CodeType) else repr(value) for value in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, inner


def _functions(item: Any) -> list[FunctionType]:
    """The functions of which a class consists, or the function itself."""
    if isinstance(item, FunctionType):
        return [item]
    members = (vars(cls)[key] for cls in item.__mro__ if path_of(cls.__module__) is None for key in sorted(vars(cls)))
    plain = (getattr(member, "__func__", getattr(member, "fget", member)) for member in members)
    return [member for member in plain if isinstance(member, FunctionType)]


def _referred(item: Any) -> dict[str, Path]:
    """The modules that a class or function without a file reaches through its bases and the names it uses."""
    found: dict[str, Path] = {}
    seen: set[int] = set()
    waiting = [item]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        name = one.__module__
        if path_of(name) is not None:
            if (path := locate(name)) is not None:
                found |= closure(name, path)
            continue
        waiting += [base for base in getattr(one, "__bases__", ()) if base is not object]
        for function in _functions(one):
            values = (function.__globals__.get(key) for key in _names(function.__code__))
            waiting += [value for value in values if isinstance(value, type | FunctionType)]
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _names(value)

"""What griffe is told of this package: examples are code, and a named tuple or a model is made from its fields."""

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^(\s*)Example:$", re.MULTILINE)
# Classes whose annotated fields are the arguments of their constructor; griffe itself knows dataclasses.
_MADE_OF_FIELDS = {"NamedTuple", "BaseModel", "Settings"}


class Docstrings(griffe.Extension):
    """Runs while griffe reads the source; nothing is imported."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Call the section by the name that griffe knows, so that its doctests are shown as code."""
        if obj.docstring is not None:
            obj.docstring.value = _EXAMPLE.sub(r"\1Examples:", obj.docstring.value)

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Give a class of fields its constructor."""
        if "__init__" in cls.members or not any(str(base) in _MADE_OF_FIELDS for base in cls.bases):
            return
        parameters = [griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)]
        for name, member in cls.members.items():
            if member.is_attribute and member.annotation is not None and "ClassVar" not in str(member.annotation):
                kind = griffe.ParameterKind.positional_or_keyword
                default = _default(member.value)
                parameters.append(griffe.Parameter(name, annotation=member.annotation, kind=kind, default=default))
        made = griffe.Function("__init__", lineno=cls.lineno, endlineno=cls.endlineno, parent=cls)
        made.parameters = griffe.Parameters(*parameters)
        cls.set_member("__init__", made)


def _default(value: Any) -> Any:
    """What a field is without being told: of `Field(default=...)` the value, of a factory its call."""
    if not isinstance(value, griffe.ExprCall) or not str(value.function).endswith("Field"):
        return value
    named = {argument.name: argument.value for argument in value.arguments if isinstance(argument, griffe.ExprKeyword)}
    return f"{named['default_factory']}()" if "default_factory" in named else named.get("default")

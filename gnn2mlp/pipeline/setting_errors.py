"""What is wrong with settings, in the words of this package."""

import re

import pydantic

from gnn2mlp.core.errors import nearest

# What pydantic says, and what this package says.
_WORDS = {
    "Input should be a valid dictionary": "expected a mapping",
    "Input should be greater": "expected a number greater",
    "Input should be less": "expected a number less",
    "Input should be": "expected",
}


def explain(error: pydantic.ValidationError, config: type[pydantic.BaseModel]) -> str:
    """One line per wrong setting of `config`: which, what was expected, what was got."""
    lines = []
    for item in error.errors():
        where = ".".join(map(str, item["loc"])) or "config"
        if item["type"] == "extra_forbidden":
            lines.append(f"unknown setting {where!r}{nearest(where, config.model_fields)}")
        elif item["type"] == "literal_error":
            expected = item["ctx"]["expected"]
            hint = nearest(str(item["input"]), re.findall("'([^']*)'", expected))
            lines.append(f"{where}: expected {expected}, got {item['input']!r}{hint}")
        else:
            message = item["msg"].removeprefix("Value error, ")
            for theirs, ours in _WORDS.items():
                message = message.replace(theirs, ours)
            whole = not item["loc"] or message.startswith(f"{where}: ")  # what is wrong together names itself
            lines.append(message if whole else f"{where}: {message}, got {item['input']!r}")
    return "; ".join(dict.fromkeys(lines))

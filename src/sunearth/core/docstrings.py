"""Reads the docstrings of models, so that the reference, the command line and labels need no second text."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_UNDERLINE = re.compile(r"^-{3,}$")
_ENTRY = re.compile(r"^(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::\s*(?P<kind>.*))?$")


@dataclass(frozen=True)
class Docstring:
    """The parts of a numpydoc docstring."""

    summary: str
    sections: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)


def parse_docstring(text: str) -> Docstring:
    """Split a numpydoc docstring into its summary, its sections and its described parameters and results.

    Parameters
    ----------
    text : str
        A docstring.

    Returns
    -------
    Docstring
        Its parts; what is missing is empty.
    """
    lines = inspect.cleandoc(text).splitlines()
    sections: dict[str, list[str]] = {"": []}
    current, index = "", 0
    while index < len(lines):
        following = lines[index + 1].strip() if index + 1 < len(lines) else ""
        if lines[index] and not lines[index].startswith(" ") and _UNDERLINE.match(following):
            current = lines[index].strip()
            sections[current] = []
            index += 2
            continue
        sections[current].append(lines[index])
        index += 1
    texts = {name: "\n".join(body).strip("\n") for name, body in sections.items()}
    opening = texts.pop("")
    summary, _, rest = opening.partition("\n\n")
    if rest.strip():
        texts = {"Description": rest.strip("\n")} | texts
    return Docstring(
        summary=" ".join(summary.split()),
        sections=texts,
        parameters=_entries(texts.get("Parameters", "")),
        returns=_entries(texts.get("Returns", "")),
    )


def _entries(text: str) -> dict[str, str]:
    """Return the description under each ``name : kind`` line of a section."""
    described: dict[str, list[str]] = {}
    names: list[str] = []
    for line in text.splitlines():
        match = _ENTRY.match(line) if line and not line.startswith(" ") else None
        if match:
            names = [name.strip().lstrip("*") for name in match["names"].split(",")]
            for name in names:
                described[name] = []
        else:
            for name in names:
                described[name].append(line.strip())
    return {name: " ".join(body).strip().rstrip(".") for name, body in described.items()}

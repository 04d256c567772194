"""The errors that ``sunearth`` raises: one line each, naming the thing, the place and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SunEarthError(Exception):
    """Base of every error that the package raises on purpose."""


class UnitError(SunEarthError, ValueError):
    """A unit that cannot be read, or that measures something else than what is asked for."""


class InputError(SunEarthError, ValueError):
    """A value, shape, dimension or option that a model cannot take."""


class DataError(SunEarthError, ValueError):
    """A file or series that cannot be read as what it is said to be."""


class OutputError(SunEarthError, OSError):
    """A result that cannot be written where it was asked for."""


class UnknownNameError(SunEarthError, LookupError):
    """A model, event, stage or frame that does not exist; the nearest names are suggested."""

    def __init__(self, kind: str, name: str, known: Iterable[str], remedy: str = "") -> None:
        self.name = name
        known = list(known)
        self.nearest = nearest_names(name, known)
        if self.nearest:
            hint = f"; did you mean {' or '.join(self.nearest)}?"
        else:
            hint = f"; known are {', '.join(known)}." if known and len(known) <= 12 and not remedy else "."
        super().__init__(f"unknown {kind} {name!r}{hint}{' ' + remedy if remedy else ''}")


def nearest_names(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` of the known names that look most like `name`."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=count, cutoff=0.5)
    containing = [candidate for candidate in by_lower if name and name.lower() in candidate]
    ordered = dict.fromkeys([*close, *containing])
    return [by_lower[candidate] for candidate in list(ordered)[:count]]

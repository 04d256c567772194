"""Finding, citing and listing the models that the package declares."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Callable
from typing import Any

from .errors import InputError, UnknownNameError
from .model import Spec, registered

REGIONS = (
    "geomagnetism",
    "sun",
    "heliosphere",
    "magnetosphere",
    "atmosphere",
    "ionosphere",
    "aurora",
    "ground",
    "impacts",
    "mhd",
)
"""The regions of the chain, in the order in which energy flows."""


def all_models(region: str | None = None) -> dict[str, Spec]:
    """Return every model of the package, or of one region, by path in the order of the chain.

    Parameters
    ----------
    region : str, optional
        A region such as ``"magnetosphere"``.

    Returns
    -------
    dict of str to Spec
        The models.

    Raises
    ------
    UnknownNameError
        If there is no such region.

    Examples
    --------
    >>> "magnetosphere.magnetopause.shue_1998" in all_models()
    True
    """
    present = _import_regions()
    if region is not None and region not in present:
        raise UnknownNameError("region", region, present, f"Regions: {', '.join(present)}.")
    ranked = sorted(registered().items(), key=lambda item: (_rank(item[1].region), item[0]))
    return {path: spec for path, spec in ranked if region is None or spec.region == region}


def find_model(name: str) -> Spec:
    """Return the model of that name: the function's own, or its path where two share one.

    Raises
    ------
    UnknownNameError
        If there is none, with the nearest names.
    InputError
        If several models bear the name.

    Examples
    --------
    >>> find_model("shue_1998").path
    'magnetosphere.magnetopause.shue_1998'
    """
    models = all_models()
    wanted = name.removeprefix("sunearth.")
    if wanted in models:
        return models[wanted]
    matches = [spec for path, spec in models.items() if path.endswith(f".{wanted}")]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise InputError(f"{name!r} is ambiguous; say one of {', '.join(spec.path for spec in matches)}")
    raise UnknownNameError("model", name, (s.name for s in models.values()), "`sunearth models` lists all.")


def cite(model: Callable[..., Any] | str) -> str:
    """Return the BibTeX entry of a model's source.

    Parameters
    ----------
    model : model or str
        A model, or its name.

    Returns
    -------
    str
        One BibTeX entry.

    Examples
    --------
    >>> from sunearth.magnetosphere.magnetopause import shue_1998
    >>> print(cite(shue_1998))
    @article{shue_1998,
      author = {Shue et al.},
      year = {1998},
      journal = {J. Geophys. Res.},
      volume = {103},
      pages = {17691},
      doi = {10.1029/98JA01103},
    }
    """
    spec = getattr(model, "spec", None) or find_model(str(model))
    return bibtex(spec.cite)


_CITATION = re.compile(
    r"^(?P<author>.+?),? (?P<year>\d{4})[a-z]?(?:, (?P<journal>[^,]*?[^\d\s,(])"
    r"(?: (?P<volume>\d+)(?:\((?P<number>[^)]+)\))?)?(?:, (?P<pages>[A-Za-z]*\d[\w.\-]*))?)?"
    r"(?:, (?P<note>(?!doi:).+?))?(?:,? doi:(?P<doi>\S+))?\.?$"
)


def bibtex(citation: str) -> str:
    """Turn ``"Authors year, Journal volume, page"`` into a BibTeX entry.

    Examples
    --------
    >>> print(bibtex("Harris 1962, Nuovo Cimento 23, 115").splitlines()[0])
    @article{harris_1962,
    """
    match = _CITATION.match(citation.strip())
    if match is None:
        return f"@misc{{sunearth,\n  note = {{{citation}}},\n}}"
    fields = {name: value for name, value in match.groupdict().items() if value}
    surname = re.sub(r"[^a-z]+", "_", fields["author"].lower().split(" et al")[0]).strip("_")
    kind = "article" if "journal" in fields else "misc"
    if fields["author"] == "sunearth developers":
        kind, fields["title"] = "software", fields.pop("journal")
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{surname}_{fields['year']},", *lines, "}"])


def _import_regions() -> list[str]:
    """Import every module of every region that is present, so that its models are declared."""
    present = []
    for region in REGIONS:
        name = f"sunearth.{region}"
        if importlib.util.find_spec(name) is None:
            continue
        present.append(region)
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, prefix=f"{name}."):
            if not module.name.rsplit(".", 1)[-1].startswith("_"):
                importlib.import_module(module.name)
    return present


def _rank(region: str) -> int:
    return REGIONS.index(region) if region in REGIONS else len(REGIONS)


def resolve(path: str) -> Callable[..., Any]:
    """Return the public function or method at a path below ``sunearth``.

    Examples
    --------
    >>> resolve("magnetosphere.magnetopause.shue_1998").__name__
    'shue_1998'
    """
    parts = path.removeprefix("sunearth.").split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            module = importlib.import_module("sunearth." + ".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        try:
            return functools.reduce(getattr, parts[cut:], module)  # type: ignore[return-value]
        except AttributeError:
            break
    raise UnknownNameError("function", path, ())

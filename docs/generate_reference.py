"""Writes the reference of the models from what each declares: ``python docs/generate_reference.py FOLDER``."""

import inspect
import re
import shutil
import sys
from pathlib import Path

import sunearth
from sunearth.core.registry import bibtex

TITLES = {
    "geomagnetism": "Geomagnetism",
    "sun": "Sun",
    "heliosphere": "Heliosphere",
    "magnetosphere": "Magnetosphere",
    "atmosphere": "Atmosphere",
    "ionosphere": "Ionosphere",
    "aurora": "Aurora",
    "ground": "Ground",
    "impacts": "Impacts",
    "mhd": "Magnetohydrodynamics",
}
SHOWN_ELSEWHERE = ("Parameters", "Returns", "Examples")


def write_pages(folder):
    """Write one page per region, an index of all models and the list of sources; leave unchanged files alone."""
    models = sunearth.all_models()
    regions = list(dict.fromkeys(spec.region for spec in models.values()))
    pages = {
        f"{region}.rst": _region_page(region, {p: s for p, s in models.items() if s.region == region})
        for region in regions
    }
    pages["index.rst"] = _index_page(models, regions)
    pages["sources.rst"] = _sources_page(models)
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.rst"):
        if stale.name not in pages:
            stale.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _region_page(region, models):
    blocks = [_heading(TITLES.get(region, region.capitalize()), "="), plain(_module_text(f"sunearth.{region}"))]
    inside = (name for name in sorted(sys.modules) if name.startswith(f"sunearth.{region}.") and "._" not in name)
    for module in inside:
        declared = {path: spec for path, spec in models.items() if spec.function.__module__ == module}
        others = _other_functions(module)
        if not declared and not others:
            continue
        phenomenon = module.split(".", 2)[2].replace("_", " ").replace(".", ", ")
        blocks += [f".. _{module}:", _heading(phenomenon[0].upper() + phenomenon[1:], "-")]
        blocks += [f"``{module}``", plain(_module_text(module))]
        blocks += [_model(path, spec) for path, spec in declared.items()]
        blocks += [f".. autofunction:: {module}.{name}" for name in others]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _other_functions(module):
    """Return the public functions of a module that are no models: those on series, records and coordinates."""
    members = vars(sys.modules[module]).items()
    return [
        name
        for name, member in members
        if inspect.isfunction(member)
        and member.__module__ == module
        and not name.startswith("_")
        and not hasattr(member, "spec")
    ]


def _model(path, spec):
    """One model: what it computes, from what, where it comes from, where it holds, how to call it."""
    arguments = ", ".join(
        p.name if p.is_required else f"{p.name}={_default(p.default)}" for p in spec.parameters.values()
    )
    sections = spec.docstring.sections
    body = [plain(spec.summary)]
    if "Description" in sections:
        body.append(plain(sections["Description"]))
    body += [_inputs(spec), _outputs(spec)]
    if spec.along:
        body.append(f"Carries state along ``{spec.along}``: always the last axis of its arrays.")
    properties = [f"even in ``{name}``" for name in spec.even]
    properties += [f"{'grows' if sign > 0 else 'falls'} with ``{name}``" for name, sign in spec.monotonic.items()]
    if properties:
        body.append(f"Holds by test: {', '.join(properties)}.")
    body.append(f"**Source**  {_citation(spec.cite)}")
    body.append(_details("BibTeX", bibtex(spec.cite)))
    for name, text in sections.items():
        if name not in (*SHOWN_ELSEWHERE, "Description"):
            body += [f"**{name}**", plain(text)]
    if "Examples" in sections:
        body += ["**Example**", _example(sections["Examples"], path)]
    text = "\n\n".join(body)
    return f".. py:function:: sunearth.{path}({arguments})\n\n{_indent(text)}"


def _inputs(spec):
    rows = []
    for p in spec.parameters.values():
        low_high = spec.ranges.get(p.name)
        valid = (
            f"{_number(low_high[0])}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{_number(low_high[1])}" if low_high else ""
        )
        kind = "time, UTC" if p.is_time else "option" if p.is_option else unit(p.unit)
        if not p.is_required:
            kind += f", default {_default(p.default)}" if p.default is not None else ", optional"
        rows.append((f"``{p.name}``", kind, valid, plain(_capital(p.description))))
    if not any(row[2] for row in rows):
        return _table(("Input", "Unit", "Meaning"), [(a, b, d) for a, b, _, d in rows], (20, 22, 58))
    return _table(("Input", "Unit", "Valid", "Meaning"), rows, (20, 20, 15, 45))


def _outputs(spec):
    if spec.record is None:
        described = next(iter(spec.docstring.returns.values()), "")
        text = plain(_capital(described)) or plain(spec.summary.rstrip("."))
        return f"**Result**  {text}; {unit(spec.outputs[0].unit)}."
    rows = [(f"``{o.name}``", unit(o.unit), plain(_capital(o.description))) for o in spec.outputs]
    return _table(("Output", "Unit", "Meaning"), rows, (20, 22, 58))


def _index_page(models, regions):
    blocks = [
        _heading("Models", "="),
        f"{len(models)} models, in the order in which energy flows. Each is a plain function: a name leads to its "
        "inputs, units, source, range and an example. On the command line ``sunearth models`` prints this table and "
        "``sunearth show NAME`` a model.",
        ".. toctree::\n   :maxdepth: 2\n   :hidden:\n\n"
        + "\n".join(f"   {region}" for region in regions)
        + "\n   sources",
    ]
    for region in regions:
        rows = [
            (f":py:func:`{s.name} <sunearth.{p}>`", plain(s.summary), _units(s))
            for p, s in models.items()
            if s.region == region
        ]
        blocks += [_heading(TITLES.get(region, region), "-")]
        blocks.append(_table(("Model", "What it computes", "Unit"), rows, (30, 54, 16)))
    return "\n\n".join(blocks) + "\n"


def _sources_page(models):
    by_source = {}
    for path, spec in models.items():
        by_source.setdefault(spec.cite, []).append((path, spec.name))
    blocks = [
        _heading("Sources", "="),
        "Every source that a model states, with the models that rest on it. "
        "``sunearth.cite(model)`` returns one entry as BibTeX; all of them stand at the end of this page.",
    ]
    for source in sorted(by_source, key=str.lower):
        users = ", ".join(f":py:func:`{name} <sunearth.{path}>`" for path, name in by_source[source])
        blocks.append(f"{_citation(source)}\n   {users}")
    entries = dict.fromkeys(bibtex(source) for source in sorted(by_source, key=str.lower))
    blocks.append(_details("All as BibTeX", "\n\n".join(entries)))
    return "\n\n".join(blocks) + "\n"


_SPAN = re.compile(r"(``.+?``|:[\w:]+:`[^`]+`|(?<![`\w])`[^`]+`(?!`))", re.DOTALL)


def plain(text):
    r"""Return docstring text as reStructuredText that means what it says: ``|AL|``, ``x**2`` and ``r_`` are no markup.

    >>> plain("clamped at |AL| of `al_max`")
    'clamped at \\|AL\\| of ``al_max``'
    """
    return "\n\n".join(_paragraph(block) for block in re.split(r"\n\s*\n", text.strip("\n"))) if text.strip() else ""


def _paragraph(block):
    lines = block.splitlines()
    if all(line.startswith("| ") for line in lines):
        return "\n".join(f"| {_paragraph(line[2:])}" for line in lines)
    parts = []
    for k, part in enumerate(_SPAN.split(block)):
        if k % 2 == 0:
            parts.append(re.sub(r"([*|\\])|(?<=\w)(_)(?!\w)", lambda m: "\\" + m.group(0), part))
        elif part.startswith("``") or part.startswith(":math:"):
            parts.append(part)
        else:
            # References in docstrings (:func:`x`, `x`) become literals: what they name may have no page.
            parts.append(f"``{part.split('`')[1].lstrip('~').removeprefix('sunearth.')}``")
    return "".join(parts)


def unit(of):
    r"""Return a unit as a page shows it: powers raised, a pure number as such.

    >>> print(unit("cm^-3"))
    cm\ :sup:`−3`
    """
    text = str(of)
    if text in ("", "1"):
        return "dimensionless"
    text = re.sub(r"\^\(?([-+]?\d+(?:/\d+)?)\)?", lambda m: rf"\ :sup:`{m.group(1).replace('-', '−')}`", text)
    return re.sub(r"\b([RL])_(\w+)", r"\1\ :sub:`\2`", text)


def _units(spec):
    return ", ".join(dict.fromkeys(unit(o.unit) for o in spec.outputs if not o.unit.is_dimensionless))


def _example(text, path):
    """The docstring's example, with the imports that a reader outside its module needs."""
    module, name = f"sunearth.{path}".rsplit(".", 1)
    lines = text.strip("\n")
    if "np." in lines and "import numpy" not in lines:
        lines = f">>> import numpy as np\n{lines}"
    if f"import {name}" in lines or not re.search(rf"\b{name}\(", lines):
        return lines
    return f">>> from {module} import {name}\n{lines}"


def _citation(source):
    text, _, doi = source.partition("doi:")
    escaped = plain(text.strip().rstrip(","))
    return f"{escaped}, `doi:{doi} <https://doi.org/{doi}>`__" if doi else escaped


def _details(summary, text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    raw = f'<details class="bibtex"><summary>{summary}</summary><pre>{escaped}</pre></details>'
    return f".. raw:: html\n\n{_indent(raw)}"


def _table(head, rows, widths):
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        "   :class: model-table",
        f"   :widths: {' '.join(map(str, widths))}",
        "",
    ]
    for row in (head, *rows):
        for k, cell in enumerate(row):
            first, *rest = cell.splitlines() or [""]
            lines.append(f"   {'*' if k == 0 else ' '} - {first}".rstrip())
            lines += [f"       {line}".rstrip() for line in rest]
    return "\n".join(lines)


def _heading(title, underline):
    return f"{title}\n{underline * len(title)}"


def _indent(text, by="   "):
    return "\n".join(by + line if line.strip() else "" for line in text.splitlines())


def _module_text(name):
    return inspect.getdoc(sys.modules[name]) or ""


def _capital(text):
    return text[:1].upper() + text[1:]


def _number(value):
    return f"{value:g}".replace("-", "−").replace("inf", "∞")


def _default(value):
    return f"{value:.6g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    write_pages(target)

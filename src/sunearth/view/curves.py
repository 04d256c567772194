"""One model as a curve over one of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from sunearth.core.errors import InputError

from .canvas import date_axis, date_number
from .style import (
    MODEL,
    style,
    unit_label,
    with_unit,
)

if TYPE_CHECKING:
    from sunearth.core.model import Spec


def model_curve(
    spec: Spec, parameter: str, values: Any, others: Mapping[str, Any] | None = None, *, width: float = 6.5
) -> Figure:
    """Draw what a model answers as one of its inputs varies.

    Parameters
    ----------
    spec : Spec
        The model, as :func:`sunearth.find_model` returns it.
    parameter : str
        The input that varies.
    values : array
        Its values, in the unit of the model's signature.
    others : dict, optional
        The other inputs.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        One panel for each output, with units; dashed where an input leaves the model's range.

    Raises
    ------
    InputError
        If the model has no such input.

    Examples
    --------
    >>> from sunearth.core.registry import find_model
    >>> figure = model_curve(find_model("shue_1998"), "b_z", np.linspace(-20, 20, 41), {"theta": 0.0, "p_dyn": 2.0})
    >>> print(figure.axes[0].get_ylabel())
    Geocentric distance of the
    magnetopause ($R_E$)
    """
    if parameter not in spec.parameters:
        raise InputError(f"{spec.name} has no input {parameter!r}; it takes {', '.join(spec.parameters)}")
    values = np.asarray(values)
    inputs = {**(others or {}), parameter: values}
    answers = spec.model(**inputs)
    answers = [answers] if spec.record is None else list(answers)
    ranged = {name: value for name, value in inputs.items() if name in spec.ranges}
    inside = np.broadcast_to(np.asarray(spec.model.valid(**ranged)), values.shape)
    is_time = spec.parameters[parameter].is_time
    with style():
        figure = Figure(figsize=(width, 0.95 + 2.6 * len(answers)))
        height = figure.get_figheight()
        figure.subplots_adjust(
            left=0.85 / width, right=1 - 0.15 / width, bottom=0.85 / height, top=1 - 0.32 / height, hspace=0.15
        )
        panels = figure.subplots(len(answers), 1, sharex=True, squeeze=False)[:, 0]
        along = date_number(values.astype("datetime64[ns]")) if is_time else values
        for axes, output, answer in zip(panels, spec.outputs, answers, strict=True):
            y = np.broadcast_to(np.asarray(answer, float), values.shape)
            axes.plot(along, np.where(inside, y, np.nan), **MODEL)
            if not inside.all():
                pale = ~inside
                pale[1:] |= ~inside[:-1]
                pale[:-1] |= ~inside[1:]
                axes.plot(along, np.where(pale, y, np.nan), **MODEL | {"linestyle": (0, (3, 1.5)), "alpha": 0.6})
            axes.set_ylabel(_quantity_above_unit(output.description or output.name, output.unit.name))
        rows = max(axes.get_ylabel().count("\n") for axes in panels) + 1
        figure.subplots_adjust(left=(0.62 + 0.16 * rows) / width)
        if is_time:
            date_axis(panels[-1], values.astype("datetime64[ns]"), width)
        else:
            described = spec.parameters[parameter].description or parameter
            unit = spec.parameters[parameter].unit
            panels[-1].set_xlabel(_wrap(with_unit(described, unit.name if unit else "1"), int(11 * width)))
        fixed = ", ".join(_fixed(spec, name, value) for name, value in (others or {}).items())
        panels[0].set_title(spec.name + (f", {fixed}" if fixed else ""), fontsize=8.0)
        remark = "" if inside.all() else "  Dashed: outside the model's range."
        figure.text(0.1 / width, 0.08 / height, _wrap(f"{spec.cite}.{remark}", int(15 * width)), fontsize=7.0)
    return figure


def _fixed(spec: Spec, name: str, value: Any) -> str:
    unit = spec.parameters[name].unit if name in spec.parameters else None
    number = np.asarray(value)
    if number.dtype.kind == "f" and number.ndim == 0:
        return f"{name} = {number:g}{' ' + unit.name if unit and unit.name != '1' else ''}"
    return f"{name} = {value}" if number.ndim == 0 else name


def _quantity_above_unit(quantity: str, unit: str) -> str:
    """Break a long label into lines, the unit kept whole."""
    lines = _wrap(quantity, 32).split("\n")
    label = unit_label(unit)
    if not label:
        return "\n".join(lines)
    if len(lines[-1]) + len(unit) < 32:
        return "\n".join([*lines[:-1], f"{lines[-1]} ({label})"])
    return "\n".join([*lines, f"({label})"])


def _wrap(text: str, most: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, most, break_long_words=False, break_on_hyphens=False))

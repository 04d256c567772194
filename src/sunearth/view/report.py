"""The report of a run: one HTML file that opens anywhere, with no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import xarray as xr

from sunearth.chain.stages import STAGES
from sunearth.core.errors import DataError, InputError, SunEarthError

from .figures import boundary_cuts, extreme_hours, polar_map, storm_peak, time_plot
from .page import NOTHING, PAGE, STYLE, minus, moment, picture, section, table, typeset
from .space import STYLE as SPACE_STYLE
from .space import script_hash, space_scene, space_section


def summary_rows(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the summary as lines of label and value, in plain text with units.

    Parameters
    ----------
    summary : dict
        From :func:`sunearth.chain.summarise`; what is missing or None is said to be not known.

    Returns
    -------
    list of (str, str)
        What a forecaster reads first, in that order.

    Examples
    --------
    >>> dict(summary_rows({"dst": {"minimum": -187.3, "time": "2015-03-17T22:35Z"}}))["Lowest Dst, modelled"]
    '-187 nT on 17 March, 22:35 UTC'
    """
    storm, scale, dst = _part(summary, "storm"), _part(summary, "noaa_g"), _part(summary, "dst")
    pause, potential, oval = (_part(summary, name) for name in ("magnetopause", "cpcp", "oval"))
    plasmapause, energy = _part(summary, "plasmapause"), _part(summary, "energy")
    flux = _part(summary, "open_flux")
    onset = _at(storm.get("onset"))
    hours = pause.get("hours_geosynchronous_outside")
    rows = [
        ("Storm", _joined(_text(storm.get("class")), onset and f"onset{onset}")),
        ("NOAA scale from modelled Kp", _noaa(scale) + _at(scale.get("time"))),
        ("Lowest Dst, modelled", _quantity(dst.get("minimum"), "nT", 0) + _at(dst.get("time"))),
        ("Lowest Dst, observed", _quantity(dst.get("observed_minimum"), "nT", 0) + _at(dst.get("observed_time"))),
        ("Closest magnetopause", _quantity(pause.get("closest"), "R_E", 1) + _at(pause.get("time"))),
        ("Geosynchronous orbit at noon outside it", _quantity(hours, "h", 1)),
        (
            "Largest cross-polar-cap potential",
            _quantity(potential.get("maximum"), "kV", 0) + _at(potential.get("time")),
        ),
        ("Largest open flux", _quantity(flux.get("maximum"), "GWb", 2) + _at(flux.get("time"))),
        (
            "Lowest oval edge at midnight",
            _quantity(oval.get("lowest_mlat"), "deg", 1, " magnetic latitude") + _at(oval.get("time")),
        ),
        ("What that means", str(oval.get("text") or NOTHING)),
        ("Smallest plasmapause", _labelled("L", plasmapause.get("smallest_l")) + _at(plasmapause.get("time"))),
        ("Energy offered by the wind (epsilon)", _energy(energy.get("epsilon_joule"))),
        ("Energy of auroral electrons, one hemisphere", _energy(energy.get("hemispheric_joule"))),
        ("Energy of Joule heating, one hemisphere", _energy(energy.get("joule_heating_joule"))),
    ]
    return [(label, value) for label, value in rows if value]


def headline(summary: Mapping[str, Any]) -> str:
    """Say in a short paragraph what happened, as a forecaster would.

    Parameters
    ----------
    summary : dict
        As for :func:`summary_rows`.

    Returns
    -------
    str
        Plain sentences; what is not known is left out.

    Examples
    --------
    >>> print(headline({"storm": {"class": "intense"}, "dst": {"minimum": -187.0, "time": "2015-03-17T22:35Z"}}))
    The model gives an intense geomagnetic storm; Dst fell to -187 nT on 17 March, 22:35 UTC.
    """
    storm, scale, dst = _part(summary, "storm"), _part(summary, "noaa_g"), _part(summary, "dst")
    pause, oval = _part(summary, "magnetopause"), _part(summary, "oval")
    kind = _text(storm.get("class")).lower()
    sentences = []
    if not kind:
        opening = "How strong the storm was is not known"
    elif kind in ("none", "quiet", "no storm"):
        opening = "The model gives no geomagnetic storm"
    else:
        kind = kind if "storm" in kind else f"{kind} geomagnetic storm"
        opening = f"The model gives {'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    if _known(dst.get("minimum")):
        opening += f"; Dst fell to {_quantity(dst['minimum'], 'nT', 0)}{_at(dst.get('time'))}"
        if _known(dst.get("observed_minimum")):
            opening += f" (observed: {_quantity(dst['observed_minimum'], 'nT', 0)}{_at(dst.get('observed_time'))})"
    sentences.append(opening)
    if _known(scale.get("kp")):
        sentences.append(f"Kp reached {kp_in_thirds(scale['kp'])}, {_level(scale)} on the NOAA scale")
    if _known(pause.get("closest")):
        text = f"The magnetopause came in to {_quantity(pause['closest'], 'R_E', 1)}"
        hours = pause.get("hours_geosynchronous_outside")
        if _known(hours):
            exposed = f"outside it for {_quantity(hours, 'h', 1)}" if float(hours) > 0 else "inside it throughout"
            text += f", with geosynchronous orbit at noon {exposed}"
        sentences.append(text)
    if _known(oval.get("lowest_mlat")):
        sentences.append(f"At midnight the auroral oval reached {oval['lowest_mlat']:.0f}° magnetic latitude")
    return " ".join(f"{sentence}." for sentence in sentences)


def report_html(result: xr.Dataset, summary: Mapping[str, Any]) -> str:
    """Write the report of a run.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`.
    summary : dict
        From :func:`sunearth.chain.summarise`.

    Returns
    -------
    str
        One HTML document: pictures and style inside, nothing fetched, and no script but the one that turns the
        magnetosphere. Equal runs give equal documents.
    """
    title = _text(summary.get("title") or result.attrs.get("title")) or "From the solar wind to the Earth"
    period = f"{moment(summary.get('start'))} to {moment(summary.get('end'))}"
    sections = [
        section(
            "Summary",
            table(
                ("Quantity", "Value"),
                summary_rows(summary),
                "Times are UTC. 1 R_E is 6371 km; 1 PJ is 10^15 J; magnetic latitude is quasi-dipole.",
            ),
        ),
        section("From the wind to the Earth", _time_picture(result)),
        section("Boundaries in space", _boundary_picture(result)),
        section("The magnetosphere in space", _space_picture(result)),
        section("Where the aurora was", _polar_picture(result, summary)),
        *([section("Field lines", _field_line_pictures(result))] if "field_model" in result.attrs else []),
        *([section("Plasmasphere", _plasmasphere_picture(result))] if "plasmasphere_density" in result else []),
        *([section("Ring current", _ring_current_picture(result))] if "ring_current_pressure" in result else []),
        section("How good it is", _skill(summary)),
        section("Models", _models(result, summary)),
        section("What to keep in mind", _caveats(result, summary)),
        section("Where this comes from", _provenance(result, summary)),
    ]
    return PAGE.format(
        title=escape(title),
        period=escape(period),
        headline=typeset(headline(summary)),
        style=STYLE + SPACE_STYLE,
        scripts=script_hash(),
        body="\n".join(sections),
    )


# --- pictures ---------------------------------------------------------------------------------------------------------


def _time_picture(result: xr.Dataset) -> str:
    peak = storm_peak(result)
    alt = (
        "Stacked plots against time: the interplanetary field, speed, density and pressure of the solar wind, and below"
    )
    alt += " them the boundaries, polar-cap potential, Dst, Kp, AE, oval, plasmapause and power they lead to."
    caption = (
        "Measured solar wind in black, what the models make of it in blue, observations on the ground in black or "
        "grey. Read it downward: southward field (shaded) and pressure come first; the potential follows within "
        "minutes, the oval and the electrojets within the hour, Dst over many hours. Lines are interrupted where the "
        "wind was not measured."
    )
    if peak is not None:
        caption += f" The dotted line marks the peak of the modelled storm, {moment(str(peak))}."
    if any(str(name).endswith("_spread") for name in result.data_vars):
        caption += " Bands hold 10 to 90 % of the ensemble."
    return picture(alt, caption, lambda width: time_plot(result, width=width), (9.5, 4.6))


def _boundary_picture(result: xr.Dataset) -> str:
    hours = extreme_hours(result)
    alt = "Cuts of bow shock and magnetopause through the noon-midnight and the equatorial plane, for two hours."
    caption = (
        "Bow shock and magnetopause in the quietest (left) and the most compressed hour (right): above from dusk, "
        "below from the north, the Sun on the left. Where the magnetopause crosses the geosynchronous orbit, "
        "satellites there meet the shocked solar wind."
    )
    for hour, name in zip(hours, ("Quietest hour", "Most compressed hour"), strict=False):
        start = str(hour["start"].astype("M8[m]"))
        caption += f" {name}, from {moment(start)}: pressure {_quantity(hour.get('p_dyn'), 'nPa', 1)},"
        caption += f" Bz {_quantity(hour.get('b_z'), 'nT', 1)},"
        caption += f" magnetopause at {_quantity(hour['magnetopause_standoff'], 'R_E', 1)}."
    return picture(alt, caption, lambda width: boundary_cuts(result, width=width), (8.6, 4.6))


def _space_picture(result: xr.Dataset) -> str:
    try:
        return space_section(space_scene(result))
    except (DataError, InputError) as error:
        return f"<p>No picture: {typeset(error)}.</p>"


def _plasmasphere_picture(result: xr.Dataset) -> str:
    from .inner_magnetosphere import moving_map

    axes = {"time_inner": "time", "plasmasphere_mlt": "mlt", "plasmasphere_l": "l"}
    held = result[["plasmasphere_density", "plasmapause_shape"]].drop_vars("time", errors="ignore").rename(axes)
    caption = (
        "Electrons in the equatorial plane, seen from the north with the Sun on the left. The line is the plasmapause, "
        "the dashed circle geosynchronous orbit. Strong convection strips the plasmasphere and draws its dusk side out "
        "to a plume; in days of calm it fills again from below."
    )
    return moving_map(
        held["plasmasphere_density"], caption, outline=held["plasmapause_shape"], limits=(1.0, 3000.0), frames=24
    )


def _ring_current_picture(result: xr.Dataset) -> str:
    from .inner_magnetosphere import moving_map

    axes = {"time_inner": "time", "ring_current_mlt": "mlt", "ring_current_r": "r"}
    pressure = result["ring_current_pressure"].drop_vars("time", errors="ignore").rename(axes)
    lowest = float(result["ring_current_dst"].min())
    caption = (
        "Pressure of protons and oxygen in the equatorial plane, seen from the north with the Sun on the left. In the "
        "main phase ions drift from the night side past dusk and out through the day side: the current is partial. "
        "Later it closes to a ring and fades as the geocorona takes the ions. Its energy alone would make a Dst of "
        f"{lowest:.0f} nT: the model has no current in the tail and falls short of storms."
    )
    return moving_map(pressure, caption, logarithmic=False, colours="magma")


def _polar_picture(result: xr.Dataset, summary: Mapping[str, Any]) -> str:
    words = str(_part(summary, "oval").get("text") or "")
    alt = "Map of the northern hemisphere in quasi-dipole latitude and magnetic local time with the auroral oval."
    caption = (
        "The oval at the storm's peak over the northern hemisphere; the night side is grey. Names in upright letters "
        "lie under the oval, those in italics within sight of it. Latitude and local time are quasi-dipole, "
        "which follow the lines of the whole main field."
    )
    if words:
        caption += f" Lowest edge of the whole run: {words[0].lower()}{words[1:]}"
    return picture(alt, caption, lambda width: polar_map(result, width=width), (7.5, 4.6))


def _field_line_pictures(result: xr.Dataset) -> str:
    from .field_lines import connections, quiet_and_storm, quiet_and_storm_times

    name = str(result.attrs["field_model"]).upper()
    pictures = ""
    if quiet_and_storm_times(result):
        pictures += picture(
            "Field lines in the noon-midnight plane for a quiet and a disturbed hour.",
            f"Lines of IGRF and {name} that start every two degrees of latitude at noon and midnight. In the storm the "
            "day side is pushed in and opened, and the lines of the night side are drawn out into the tail. The model "
            "rests on data within about 15 Earth radii.",
            lambda width: quiet_and_storm(result, width=width),
            (9.5, 4.6),
        )
    return pictures + picture(
        "Latitude of satellite footpoints, reach of the stations' lines and geosynchronous L* against time.",
        "Where satellites and stations are connected to. A footpoint that moves to lower latitude means a field drawn "
        "outward; a missing point, that the line is open or that no closed drift shell passes there. Shaded: the field "
        "model is outside its range, or the wind was not measured.",
        lambda width: connections(result, width=width),
        (9.5, 4.6),
    )


# --- tables -----------------------------------------------------------------------------------------------------------


def _skill(summary: Mapping[str, Any]) -> str:
    scores = [score for score in summary.get("skill") or () if _known(score.get("rmse"))]
    if not scores:
        return "<p>Nothing was observed that the run could be compared with.</p>"
    units = {"dst": "nT", "sym_h": "nT", "ae": "nT", "al": "nT", "open_flux": "GWb"}
    names = {"dst": "Dst", "sym_h": "SYM-H", "kp": "Kp", "ae": "AE", "al": "AL", "open_flux": "Open flux"}
    head = ("Quantity", "Model", "n", "RMSE", "Correlation", "PE", "Bias", "Lowest, model", "Lowest, observed", "Lag")
    rows = []
    for score in scores:
        quantity = str(score.get("quantity", ""))
        unit = str(score.get("unit") or units.get(quantity, "")).replace("dimensionless", "")
        digits = {"nT": 0, "GWb": 2}.get(unit, 1)
        index_falls = quantity in ("dst", "sym_h", "al")
        lag = score.get("minimum_lag_hours", score.get("minimum_time_difference_hours"))
        rows.append(
            (
                names.get(quantity, quantity),
                str(score.get("model", "")),
                f"{int(score.get('n') or 0)}",
                _quantity(score.get("rmse"), unit, 2 if unit == "GWb" else 1),
                _quantity(score.get("correlation"), "", 2),
                _quantity(score.get("prediction_efficiency"), "", 2),
                _quantity(score.get("bias"), unit, 2 if unit == "GWb" else 1),
                _quantity(score.get("minimum_model"), unit, digits) if index_falls else "",
                _quantity(score.get("minimum_observed"), unit, digits) if index_falls else "",
                _quantity(lag, "h", 1) if index_falls else "",
            )
        )
    caption = (
        "Modelled against observed over the whole run. n: pairs compared; RMSE: root-mean-square error; PE: prediction "
        "efficiency, 1 for perfect and 0 for no better than the mean; bias: model minus observed; lag: how much later "
        "the modelled minimum comes."
    )
    return table(head, rows, caption, numeric_from=2)


def _models(result: xr.Dataset, summary: Mapping[str, Any]) -> str:
    chosen = summary.get("models") or _json(result.attrs.get("models"))
    rows = []
    for stage in STAGES:
        name = chosen.get(stage.name)
        if name is None:
            continue
        try:
            source = stage.model(name).spec.cite
        except (SunEarthError, AttributeError, ImportError):
            source = NOTHING
        rows.append((stage.question, str(name), source))
    known = {stage.name for stage in STAGES}
    rows += [(stage, str(name), NOTHING) for stage, name in chosen.items() if stage not in known and name]
    return table(("Question", "Model", "Source"), rows, "The model that answered each question of the chain.")


def _caveats(result: xr.Dataset, summary: Mapping[str, Any]) -> str:
    notes = [str(note) for note in summary.get("notes") or ()]
    for variable in result.data_vars.values():
        for text in str(variable.attrs.get("assumes", "")).split("; "):
            if text and not any(text in note for note in notes):
                notes.append(f"assumed: {text}")
    listed = "".join(f"<li>{escape(minus(note))}</li>" for note in dict.fromkeys(notes))
    parts = [f"<ul>{listed}</ul>"] if listed else ["<p>Nothing had to be assumed.</p>"]
    rows = _coverage(result)
    caption = (
        "Share of the run that was measured or could be computed, that lies within the range of the models, and that"
    )
    caption += " was bridged between measurements. What is complete and within range is not listed."
    if rows:
        parts.append(table(("Variables", "Known", "Within range", "Bridged"), rows, caption, numeric_from=1))
    return "\n".join(parts)


def _coverage(result: xr.Dataset) -> list[tuple[str, str, str, str]]:
    """Variables that are not complete or not within range, those that share their fate in one row."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for name, variable in result.data_vars.items():
        if variable.dims != ("time",) or variable.dtype.kind != "f" or str(name).endswith("_observed"):
            continue
        if variable.size == 0:
            continue
        flag, bridged = result.get(f"{name}_valid"), result.get(f"{name}_interpolated")
        known = float(np.isfinite(variable.values).mean())
        within = float(flag.values.astype(bool).mean()) if flag is not None else None
        filled = float(bridged.values.astype(bool).mean()) if bridged is not None else 0.0
        if known < 1.0 or (within is not None and within < 1.0) or filled > 0.0:
            share = (_percent(known), _percent(within), _percent(filled))
            rows.setdefault(share, []).append(str(name))
    return [(", ".join(names), *share) for share, names in rows.items()]


def _provenance(result: xr.Dataset, summary: Mapping[str, Any]) -> str:
    time = result["time"].values
    cadence = f"{np.median(np.diff(time)) / np.timedelta64(1, 'm'):g} min" if time.size > 1 else NOTHING
    rows = [
        ("Event", _text(summary.get("event") or result.attrs.get("event"))),
        ("Period", f"{moment(summary.get('start'))} to {moment(summary.get('end'))}"),
        ("Cadence", f"{cadence}, {time.size} samples"),
        ("Frame", _text(result.attrs.get("frame"))),
        ("Source of the solar wind", _text(result.attrs.get("source"))),
        ("Ensemble", _text(result.attrs.get("ensemble"))),
        ("Version of sunearth", _text(summary.get("version") or result.attrs.get("version"))),
        ("Fingerprint of the input", _text(summary.get("input_hash") or result.attrs.get("input_hash"))),
    ]
    rows += [
        (f"Scenario: {name}", value if isinstance(value, str) else json.dumps(value, sort_keys=True))
        for name, value in sorted(_json(result.attrs.get("scenario")).items())
        if value not in (None, {}, "")
    ]
    return table(("What", "Value"), [row for row in rows if row[1]], "Enough to run it again.")


# --- words and numbers ------------------------------------------------------------------------------------------------


def _part(summary: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return summary.get(name) or {}


def _known(value: Any) -> bool:
    return isinstance(value, (int, float)) and bool(np.isfinite(value))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part) or NOTHING


def _quantity(value: Any, unit: str, digits: int, after: str = "") -> str:
    if not _known(value):
        return NOTHING
    # A value that rounds to nothing has no sign.
    number = f"{round(float(value), digits) + 0.0:.{digits}f}"
    unit = {"1": "", "deg": "°"}.get(unit, f" {unit}" if unit else "")
    return f"{number}{unit}{after}"


def _labelled(symbol: str, value: Any) -> str:
    return f"{symbol} = {value:.1f}" if _known(value) else NOTHING


def _energy(value: Any) -> str:
    """An energy in petajoule."""
    return f"{float(f'{float(value) / 1e15:.3g}'):g} PJ" if _known(value) else NOTHING


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.3g} %"


def kp_in_thirds(kp: float) -> str:
    """Return Kp as it is written: in thirds, 4.67 as 5-, 5 as 5o, 5.33 as 5+.

    Examples
    --------
    >>> kp_in_thirds(7.7), kp_in_thirds(8.0), kp_in_thirds(0.3)
    ('8-', '8o', '0+')
    """
    whole, third = divmod(round(3 * float(kp)), 3)
    return (f"{whole}o", f"{whole}+", f"{whole + 1}-")[third]


def _level(scale: Mapping[str, Any]) -> str:
    level = scale.get("scale")
    if not level:
        return "below storm level"
    name = _text(scale.get("name")).lower()
    return f"G{level}" + (f" ({name})" if name else "")


def _noaa(scale: Mapping[str, Any]) -> str:
    if not _known(scale.get("kp")):
        return NOTHING
    return f"{_level(scale)}, Kp {kp_in_thirds(scale['kp'])}"


def _at(time: Any) -> str:
    """Say when, after a number: the day, the month and the time; the year stands elsewhere."""
    return f" on {moment(time, year=False)}" if time else ""


def _json(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}

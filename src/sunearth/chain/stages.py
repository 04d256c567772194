"""The stages of the chain: each asks one question of the wind, and any published answer can be chosen.

A stage binds a model's parameters by name to what the run already holds, so that a new model of the same quantity
needs one line here and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sunearth.core.constants import GEOSYNCHRONOUS_RADIUS
from sunearth.core.errors import DataError, UnknownNameError
from sunearth.core.registry import resolve

from .variables import describe

Run = dict[str, xr.DataArray]
"""What a run holds so far, by the names of the chain."""

RECOVERY_HOURS = 24.0
"""After a gap in the wind, models with memory have lost it: their results count as invalid for this long."""


_MODELLED = {"kp": "kp_model", "ae": "ae_model", "al": "al_model"}
"""By what name a run holds the indices that models ask for: measured ones stand aside as observations."""


@dataclass(frozen=True)
class Stage:
    """One question of the chain and the models that can answer it.

    `answer` evaluates the chosen model on the run and returns the variables it adds.
    """

    name: str
    question: str
    choices: tuple[str, ...]
    answer: Callable[[Any, Run], Run]

    @property
    def default(self) -> str:
        """Name of the model used where none is chosen."""
        return self.model_names[0]

    @property
    def model_names(self) -> tuple[str, ...]:
        """Names of the models to choose from."""
        return tuple(path.rsplit(".", 1)[1] for path in self.choices)

    def model(self, name: str | None = None) -> Any:
        """Return the chosen model.

        Raises
        ------
        UnknownNameError
            If the stage has no such model.
        """
        name = name or self.default
        for path in self.choices:
            if path.rsplit(".", 1)[1] == name:
                return resolve(path)
        raise UnknownNameError(
            "model", name, self.model_names, f"Stage {self.name!r} takes {', '.join(self.model_names)}."
        )


def bind(model: Any, run: Mapping[str, xr.DataArray], **given: Any) -> dict[str, Any]:
    """Collect a model's inputs from a run by the names of its parameters.

    Raises
    ------
    DataError
        If something the model cannot do without is missing.
    """
    inputs = dict(given)
    for parameter in model.spec.parameters.values():
        if parameter.name in inputs:
            continue
        held = _MODELLED.get(parameter.name, parameter.name)
        if held in run:
            inputs[parameter.name] = run[held]
        elif parameter.is_required:
            raise DataError(f"{model.spec.name} needs {parameter.name}, which the solar wind given does not have")
    return inputs


def evaluate(name: str, model: Any, run: Mapping[str, xr.DataArray], **given: Any) -> Run:
    """Evaluate a single-valued model on a run and return its result as `name`, with its validity flag."""
    inputs = bind(model, run, **given)
    return settle(name, model(**inputs), model, inputs, run)


def settle(
    name: str, result: xr.DataArray, model: Any, inputs: Mapping[str, Any], run: Mapping[str, xr.DataArray]
) -> Run:
    """Return a result as a chain variable together with its validity flag.

    It is valid where its inputs are, inside the range of its model, on wind that was measured and not interpolated.
    """
    measured = {k: v for k, v in inputs.items() if isinstance(v, xr.DataArray)}
    assumed = dict.fromkeys(
        text for value in (*measured.values(), result) for text in value.attrs.get("assumes", "").split("; ") if text
    )
    variable = describe(name, result, model.spec.cite, "; ".join(assumed))
    ranged = {k: v for k, v in inputs.items() if k in model.spec.ranges}
    inside = variable.notnull() & model.valid(**ranged)
    for name_of_input in measured:
        flag = run.get(f"{_MODELLED.get(name_of_input, name_of_input)}_valid")
        if flag is not None:
            inside = inside & flag
    if "interpolated" in run:
        inside = inside & ~run["interpolated"].astype(bool)
    if model.spec.along is not None:
        inside = inside & ~_after_gap(variable)
    return {name: variable, f"{name}_valid": _flag(name, inside)}


def several(names: Mapping[str, str], model: Any, inputs: Mapping[str, Any], run: Mapping[str, xr.DataArray]) -> Run:
    """Evaluate a model of several outputs once and return those in `names`, output by variable, with their flags."""
    result = model(**inputs)
    added: Run = {}
    for output, name in names.items():
        added |= settle(name, getattr(result, output), model, inputs, run)
    return added


def _flag(name: str, inside: xr.DataArray) -> xr.DataArray:
    flag = inside.astype(bool)
    flag.name = f"{name}_valid"
    flag.attrs = {
        "long_name": f"Whether {name} rests on measured wind inside the range of its model",
        "units": "1",
    }
    return flag


def _after_gap(variable: xr.DataArray) -> xr.DataArray:
    """Whether a time lies within the recovery of a model's memory after a gap."""
    hours = (variable["time"].values - variable["time"].values[0]) / np.timedelta64(1, "h")
    axis = variable.get_axis_num("time")
    missing = np.moveaxis(variable.isnull().values, axis, -1)
    last_gap = np.maximum.accumulate(np.where(missing, hours, -np.inf), axis=-1)
    return variable.copy(data=np.moveaxis(hours - last_gap < RECOVERY_HOURS, -1, axis))


def _solar_wind(model: Any, run: Run) -> Run:
    """Everything that follows from the wind's own state."""
    wind = "sunearth.heliosphere.wind"
    added: Run = {}
    for name, function in {
        "p_dyn": "dynamic_pressure",
        "p_mag": "magnetic_pressure",
        "e_y": "motional_field",
        "clock_angle": "clock_angle",
        "mach_alfven": "mach_alfven",
        "mach_ms": "mach_magnetosonic",
        "beta": "plasma_beta",
    }.items():
        added |= evaluate(name, model if name == "p_dyn" else resolve(f"{wind}.{function}"), run | added)
    return added


def _coupling(model: Any, run: Run) -> Run:
    coupling = "sunearth.magnetosphere.coupling"
    return {
        **evaluate("epsilon", resolve(f"{coupling}.perreault_akasofu_1978"), run),
        **evaluate("newell_coupling", resolve(f"{coupling}.newell_2007"), run),
        **evaluate("coupling", model, run),
    }


def _magnetopause(model: Any, run: Run) -> Run:
    standoff = evaluate("magnetopause_standoff", model, run, **_angle(model, 0.0))
    nose = standoff["magnetopause_standoff"]
    inside = standoff["magnetopause_standoff_valid"]
    if "theta" in model.spec.parameters:
        flank = model(**bind(model, run, **_angle(model, np.pi / 2)))
        flaring = np.log2(flank / nose)
    else:
        flaring = xr.full_like(nose, np.nan)
    references = model.spec.cite
    crossing = (nose < GEOSYNCHRONOUS_RADIUS).where(nose.notnull())
    flaring.attrs = crossing.attrs = {"units": "1"}
    return {
        **standoff,
        "magnetopause_flaring": describe("magnetopause_flaring", flaring, references, nose.attrs.get("assumes", "")),
        "magnetopause_flaring_valid": _flag("magnetopause_flaring", inside & flaring.notnull()),
        "geosynchronous_in_sheath": describe("geosynchronous_in_sheath", crossing, references),
        "geosynchronous_in_sheath_valid": _flag("geosynchronous_in_sheath", inside),
    }


def _angle(model: Any, theta: float) -> dict[str, float]:
    return {"theta": theta} if "theta" in model.spec.parameters else {}


def _bow_shock(model: Any, run: Run) -> Run:
    return evaluate("bow_shock_standoff", model, run, **_angle(model, 0.0))


def _magnetosheath(model: Any, run: Run) -> Run:
    return several(
        {"n_p": "sheath_density", "t": "sheath_temperature", "b": "sheath_field"}, model, bind(model, run), run
    )


def _x_line(model: Any, run: Run) -> Run:
    """As far as 45 degrees from the Sun-Earth line: to the terminator it has several times the voltage that is seen.

    On so few points the voltage is within 1 % of that on a fine map, and a year of minutes takes seconds.
    """
    names = {"potential": "x_line_potential", "length": "x_line_length", "tilt": "x_line_tilt"}
    return several(names, model, bind(model, run, end_angle=np.pi / 4, columns=9, rows=13), run)


def _dst(model: Any, run: Run) -> Run:
    dst = evaluate("dst", model, run)
    pressure = resolve("sunearth.magnetosphere.ring_current.pressure_corrected_dst")
    return {**dst, **evaluate("dst_star", pressure, run | dst)}


def _open_flux(model: Any, run: Run) -> Run:
    names = {"open_flux": "open_flux", "radius": "polar_cap_radius", "nightside_potential": "nightside_potential"}
    return several(names, model, bind(model, run), run)


TAIL_SECTION = 20.0
"""Distance behind the Earth at which the tail is described, R_E."""


def _tail(model: Any, run: Run) -> Run:
    """Radius and lobe field: of a shape that was fitted, or of one that holds the open flux."""
    if "x" in model.spec.parameters:
        inputs = bind(model, run, x=-TAIL_SECTION)
        shape = model(**inputs)
        radius = settle("tail_radius", shape.radius, model, inputs, run)
        balance = resolve("sunearth.magnetosphere.tail.lobe_field")
        given = bind(balance, run, flare=shape.flare)
        lobe = settle("lobe_field", balance(**given), balance, given, run)
        lobe["lobe_field_valid"] = _flag("lobe_field", lobe["lobe_field_valid"] & radius["tail_radius_valid"])
        return radius | lobe
    thermal = resolve("sunearth.heliosphere.wind.thermal_pressure")
    flank = run["magnetopause_standoff"] * 2.0 ** run["magnetopause_flaring"]
    flank.attrs = {"units": "R_E"}
    static = run["p_mag"] + thermal(**bind(thermal, run))
    static.attrs = {"units": "nPa"}
    inputs = bind(model, run, distance=TAIL_SECTION, p_static=static, start_radius=flank)
    return several({"radius": "tail_radius", "b_lobe": "lobe_field"}, model, inputs, run)


def _neutral_sheet(model: Any, run: Run) -> Run:
    place = {"x": -TAIL_SECTION} if "x" in model.spec.parameters else {}
    return evaluate("neutral_sheet_z", model, run, y=0.0, **place)


def _substorms(model: Any, run: Run) -> Run:
    return several({"al": "al_substorm", "phase": "substorm_phase"}, model, bind(model, run), run)


RESONANT_SHELL = 4.0
"""L of the field line whose resonance is followed: it comes down at 60 degrees magnetic latitude."""


def _field_line_resonance(model: Any, run: Run) -> Run:
    """At noon where storms move the plasmapause over the line, with the density that it leaves there."""
    density = resolve("sunearth.magnetosphere.plasmasphere.electron_density")
    shell = RESONANT_SHELL
    day = run["time"].dt.dayofyear.astype(float)
    day.attrs = {"units": "d"}
    given = bind(density, run, l_shell=shell, mlt=12.0, day_of_year=day)
    ions = density(**given)
    ions.attrs["assumes"] = "; ".join(
        text for text in (run["plasmapause_l"].attrs.get("assumes", ""), "protons alone on the resonant line") if text
    )
    held = run | {"equatorial_density": ions, "equatorial_density_valid": run["plasmapause_l_valid"]}
    return evaluate("resonance_period", model, held, l_shell=shell)


def _auroral_electrojets(model: Any, run: Run) -> Run:
    inputs = bind(model, run)
    result = model(**inputs)
    return {
        **settle("ae_model", result.ae, model, inputs, run),
        **settle("al_model", result.al, model, inputs, run),
    }


def _plasmapause(model: Any, run: Run) -> Run:
    history = resolve("sunearth.magnetosphere.plasmasphere.maximum_kp")
    kp_max = history(time=run["time"], kp=run["kp_model"])
    kp_max.attrs["assumes"] = run["kp_model"].attrs.get("assumes", "")
    return evaluate("plasmapause_l", model, run | {"kp_max": kp_max, "kp_max_valid": run["kp_model_valid"]})


def _oval(model: Any, run: Run) -> Run:
    midnight = {"mlt": 0.0} if "mlt" in model.spec.parameters else {}
    return {
        **evaluate("oval_poleward_mlat", model, run, boundary="poleward", **midnight),
        **evaluate("oval_equatorward_mlat", model, run, boundary="equatorward", **midnight),
    }


def _relativistic_electrons(model: Any, run: Run) -> Run:
    inputs = bind(model, run)
    flux = model(**inputs)
    start = model.spec.parameters["start"].default
    flux.attrs["assumes"] = f"electrons above 2 MeV start at {start:g} cm^-2 s^-1 sr^-1"
    return settle("electron_flux_2mev", flux, model, inputs, run)


def _escape(model: Any, run: Run) -> Run:
    names = {"escape_rate": "escape_rate", "lower": "escape_rate_lower", "upper": "escape_rate_upper"}
    return several(names, model, bind(model, run), run)


def _single(name: str) -> Callable[[Any, Run], Run]:
    def answer(model: Any, run: Run) -> Run:
        return evaluate(name, model, run)

    return answer


STAGES: tuple[Stage, ...] = (
    Stage("wind", "What is the state of the solar wind?", ("heliosphere.wind.dynamic_pressure",), _solar_wind),
    Stage(
        "coupling",
        "How strongly does the wind drive the magnetosphere?",
        (
            "magnetosphere.coupling.newell_2007",
            "magnetosphere.coupling.kan_lee_1979",
            "magnetosphere.coupling.perreault_akasofu_1978",
            "magnetosphere.coupling.milan_2012",
            "magnetosphere.coupling.borovsky_birn_2014",
        ),
        _coupling,
    ),
    Stage(
        "magnetopause",
        "Where is the magnetopause?",
        (
            "magnetosphere.magnetopause.shue_1998",
            "magnetosphere.magnetopause.shue_1997",
            "magnetosphere.magnetopause.petrinec_russell_1996",
            "magnetosphere.magnetopause.lin_2010",
            "magnetosphere.magnetopause.chapman_ferraro",
        ),
        _magnetopause,
    ),
    Stage(
        "bow_shock",
        "Where is the bow shock?",
        (
            "magnetosphere.bow_shock.farris_russell_1994",
            "magnetosphere.bow_shock.jelinek_2012",
            "magnetosphere.bow_shock.chao_2002",
        ),
        _bow_shock,
    ),
    Stage(
        "magnetosheath",
        "What presses on the nose of the magnetopause?",
        ("magnetosphere.magnetosheath.subsolar_sheath",),
        _magnetosheath,
    ),
    Stage(
        "reconnection",
        "How fast does the dayside open magnetic flux?",
        ("magnetosphere.coupling.milan_2012",),
        _single("reconnection_potential"),
    ),
    Stage(
        "x_line",
        "Where does the dayside reconnect?",
        ("magnetosphere.x_line.potential_along_x_line",),
        _x_line,
    ),
    Stage(
        "cpcp",
        "How large is the potential across the polar cap?",
        (
            "magnetosphere.convection.hill_siscoe_2002",
            "magnetosphere.convection.boyle_1997",
            "magnetosphere.convection.ridley_2005",
            "magnetosphere.convection.kivelson_ridley_2008",
        ),
        _single("cpcp"),
    ),
    Stage(
        "open_flux",
        "How much magnetic flux is open?",
        (
            "magnetosphere.open_flux.expanding_contracting",
            "magnetosphere.open_flux.loading_unloading",
        ),
        _open_flux,
    ),
    Stage(
        "tail",
        "How strong is the field of the tail?",
        ("magnetosphere.tail.petrinec_russell_1996_tail", "magnetosphere.tail.coroniti_kennel_1972"),
        _tail,
    ),
    Stage(
        "neutral_sheet",
        "Where is the neutral sheet?",
        (
            "magnetosphere.plasma_sheet.tsyganenko_2015",
            "magnetosphere.plasma_sheet.fairfield_1980",
            "magnetosphere.plasma_sheet.hammond_1994",
        ),
        _neutral_sheet,
    ),
    Stage(
        "dst",
        "How strong is the ring current?",
        (
            "magnetosphere.storm_currents.three_currents",
            "magnetosphere.ring_current.obrien_mcpherron_2000",
            "magnetosphere.ring_current.burton_1975",
        ),
        _dst,
    ),
    Stage(
        "ring_current_energy",
        "How much energy does the ring current hold?",
        ("magnetosphere.ring_current.dessler_parker_sckopke",),
        _single("ring_current_energy"),
    ),
    Stage(
        "kp",
        "How disturbed is the planet?",
        ("ground.indices.kp_from_wind", "ground.indices.newell_2008_kp"),
        _single("kp_model"),
    ),
    Stage(
        "electrojets", "How strong are the auroral electrojets?", ("ground.indices.electrojets",), _auroral_electrojets
    ),
    Stage("substorms", "Which substorms come of it?", ("magnetosphere.substorms.substorm_electrojet",), _substorms),
    Stage(
        "plasmapause",
        "Where does the plasmasphere end?",
        (
            "magnetosphere.plasmasphere.carpenter_anderson_1992",
            "magnetosphere.plasmasphere.moldwin_2002",
            "magnetosphere.plasmasphere.obrien_moldwin_2003",
            "magnetosphere.plasmasphere.eroded_plasmapause",
        ),
        _plasmapause,
    ),
    Stage(
        "field_line_resonance",
        "With what period do field lines swing?",
        ("magnetosphere.field_line_resonance.resonance_period",),
        _field_line_resonance,
    ),
    Stage("oval", "Where is the aurora?", ("aurora.oval.storm_oval", "aurora.oval.starkov_1994"), _oval),
    Stage(
        "precipitation",
        "How much power do auroral electrons bring?",
        ("aurora.precipitation.poes_power", "aurora.precipitation.zhang_paxton_2008_power"),
        _single("hemispheric_power"),
    ),
    Stage(
        "joule_heating",
        "How much heat do the currents leave in the upper atmosphere?",
        ("ionosphere.currents.baumjohann_kamide_1984", "ionosphere.currents.ahn_1983_joule"),
        _single("joule_power"),
    ),
    Stage(
        "relativistic_electrons",
        "How many relativistic electrons does geosynchronous orbit meet?",
        ("magnetosphere.relativistic_electrons.electron_flux_2mev",),
        _relativistic_electrons,
    ),
    Stage("escape", "How much of the atmosphere leaves?", ("magnetosphere.escape.escape_rate",), _escape),
)
"""The chain, in order."""


def choose(models: Mapping[str, str]) -> dict[str, str]:
    """Return the model of every stage, the defaults overridden by `models`.

    Raises
    ------
    UnknownNameError
        If a stage or model does not exist, with the nearest names.
    """
    by_name = {stage.name: stage for stage in STAGES}
    for name in models:
        if name not in by_name:
            raise UnknownNameError("stage", name, by_name, f"Stages: {', '.join(by_name)}.")
    chosen = {}
    for stage in STAGES:
        stage.model(models.get(stage.name))
        chosen[stage.name] = models.get(stage.name, stage.default)
    return chosen

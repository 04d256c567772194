"""What the chain computes: the name, unit and meaning of every variable of a run."""

from __future__ import annotations

from typing import NamedTuple

import xarray as xr

from sunearth.core.units import conversion_factor


class Variable(NamedTuple):
    """Unit and plain-language meaning of a chain variable."""

    unit: str
    long_name: str


VARIABLES = {
    "b": Variable("nT", "Magnitude of the interplanetary magnetic field"),
    "b_x": Variable("nT", "Sunward component of the interplanetary magnetic field, GSM"),
    "b_y": Variable("nT", "Duskward component of the interplanetary magnetic field, GSM"),
    "b_z": Variable("nT", "Northward component of the interplanetary magnetic field, GSM"),
    "speed": Variable("km/s", "Speed of the solar wind"),
    "n_p": Variable("cm^-3", "Proton density of the solar wind"),
    "t_p": Variable("K", "Proton temperature of the solar wind"),
    "f107": Variable("sfu", "Solar radio flux at 10.7 cm"),
    "dipole_tilt": Variable("deg", "Tilt of the geomagnetic dipole towards the Sun"),
    "p_dyn": Variable("nPa", "Dynamic pressure of the solar wind"),
    "p_mag": Variable("nPa", "Magnetic pressure of the solar wind"),
    "e_y": Variable("mV/m", "Dawn-dusk electric field of the solar wind, positive for southward field"),
    "clock_angle": Variable("deg", "Clock angle of the interplanetary field, 0 north, 180 south"),
    "mach_alfven": Variable("1", "Alfven Mach number of the solar wind"),
    "mach_ms": Variable("1", "Fast magnetosonic Mach number of the solar wind"),
    "beta": Variable("1", "Ratio of thermal to magnetic pressure in the solar wind"),
    "epsilon": Variable("W", "Power that the solar wind offers to the magnetosphere"),
    "newell_coupling": Variable("km^(4/3) s^(-4/3) nT^(2/3)", "Rate at which the solar wind opens magnetic flux"),
    "coupling": Variable("", "Chosen solar wind coupling function"),
    "bow_shock_standoff": Variable("R_E", "Geocentric distance of the subsolar bow shock"),
    "magnetopause_standoff": Variable("R_E", "Geocentric distance of the subsolar magnetopause"),
    "sheath_density": Variable("cm^-3", "Proton density of the magnetosheath at the subsolar magnetopause"),
    "sheath_temperature": Variable("K", "Mean temperature of the magnetosheath at the subsolar magnetopause"),
    "sheath_field": Variable("nT", "Magnetic field of the magnetosheath at the subsolar magnetopause"),
    "magnetopause_flaring": Variable("1", "Flaring of the magnetopause: log2 of flank over subsolar distance"),
    "geosynchronous_in_sheath": Variable("1", "Whether geosynchronous orbit at noon lies outside the magnetopause"),
    "reconnection_potential": Variable("kV", "Dayside reconnection potential"),
    "x_line_potential": Variable("kV", "Reconnection potential along the dayside X-line"),
    "x_line_length": Variable("R_E", "Length of the dayside X-line"),
    "x_line_tilt": Variable("deg", "Rise of the dayside X-line from dawn to dusk, seen from the Sun"),
    "cpcp": Variable("kV", "Cross-polar-cap potential"),
    "open_flux": Variable("GWb", "Open magnetic flux of one polar cap"),
    "polar_cap_radius": Variable("deg", "Radius of the polar cap, magnetic colatitude"),
    "nightside_potential": Variable("kV", "Reconnection potential of the tail"),
    "tail_radius": Variable("R_E", "Radius of the magnetotail 20 R_E behind the Earth"),
    "lobe_field": Variable("nT", "Magnetic field of the tail lobes 20 R_E behind the Earth"),
    "neutral_sheet_z": Variable("R_E", "Height of the neutral sheet above the GSM equator, 20 R_E behind the Earth"),
    "dst": Variable("nT", "Modelled Dst index"),
    "dst_star": Variable("nT", "Modelled Dst freed from the magnetopause current"),
    "ring_current_energy": Variable("J", "Energy of the ring current"),
    "kp_model": Variable("1", "Modelled Kp index"),
    "ae_model": Variable("nT", "Modelled AE index"),
    "al_model": Variable("nT", "Modelled AL index"),
    "al_substorm": Variable("nT", "AL index with the bays of modelled substorms, one realisation"),
    "substorm_phase": Variable("1", "Phase of the modelled substorm: 0 between, 1 growth, 2 expansion, 3 recovery"),
    "plasmapause_l": Variable("1", "Innermost plasmapause, as L"),
    "resonance_period": Variable("s", "Period of the standing Alfven wave on the field line of L = 4 at noon"),
    "oval_poleward_mlat": Variable("deg", "Poleward edge of the auroral oval at midnight, magnetic latitude"),
    "oval_equatorward_mlat": Variable("deg", "Equatorward edge of the auroral oval at midnight, magnetic latitude"),
    "hemispheric_power": Variable("GW", "Power of auroral electrons into one hemisphere"),
    "joule_power": Variable("GW", "Joule heating of one high-latitude ionosphere"),
    "electron_flux_2mev": Variable(
        "cm^-2 s^-1 sr^-1", "Flux of electrons above 2 MeV at geosynchronous orbit, mean of the orbit"
    ),
    "escape_rate": Variable("kg/s", "Loss of the atmosphere to space as ions"),
    "escape_rate_lower": Variable("kg/s", "Loss of the atmosphere with every way at its low end"),
    "escape_rate_upper": Variable("kg/s", "Loss of the atmosphere with every way at its high end"),
}
"""Every variable that a run carries, inputs first, in the order of the chain."""


def describe(name: str, array: xr.DataArray, references: str, assumes: str = "") -> xr.DataArray:
    """Return a model's result as the chain variable `name`: in its unit, with its meaning and its source.

    Parameters
    ----------
    name : str
        A key of :data:`VARIABLES`.
    array : DataArray
        The result, in the unit its attributes state.
    references : str
        Citation of the model.
    assumes : str, optional
        What had to be assumed because it was not measured.

    Returns
    -------
    DataArray
        Converted and labelled.
    """
    variable = VARIABLES[name]
    unit = variable.unit or array.attrs.get("units", "1")
    factor = conversion_factor(array.attrs.get("units", unit), unit)
    described = array * factor if factor != 1.0 else array.copy(deep=False)
    described.name = name
    described.attrs = {"units": unit, "long_name": variable.long_name, "references": references}
    if assumes:
        described.attrs["assumes"] = assumes
    return described

"""Currents of the high-latitude ionosphere and the heat that they leave there."""

from __future__ import annotations

from sunearth.core.model import model
from sunearth.core.units import GW, S, W_m2, mV_m, nT


@model(
    cite="Baumjohann and Treumann 1996, Basic Space Plasma Physics",
    valid={"pedersen_conductance": (0.0, 100.0), "e_field": (0.0, 300.0)},
    even=("e_field",),
    monotonic={"pedersen_conductance": 1, "e_field": 1},
)
def joule_heating(pedersen_conductance: S, e_field: mV_m) -> W_m2:
    """Joule heating of the ionosphere above a place, integrated over height.

    Parameters
    ----------
    pedersen_conductance : float or array, S
        Height-integrated Pedersen conductivity.
    e_field : float or array, mV/m
        Electric field across the magnetic field, in the frame of the neutral air (E + u x B).

    Returns
    -------
    q : float or array, W m^-2
        Heating rate.

    Examples
    --------
    >>> float(joule_heating(10.0, 50.0).round(4))
    0.025
    """
    return pedersen_conductance * (1e-3 * e_field) ** 2


@model(
    cite="Ahn et al. 1983, J. Geophys. Res. 88, 6275, doi:10.1029/JA088iA08p06275",
    valid={"ae": (0.0, 2000.0)},
    monotonic={"ae": 1},
)
def ahn_1983_joule(ae: nT) -> GW:
    """Joule heating of one high-latitude ionosphere, from 71 magnetometers.

    Parameters
    ----------
    ae : float or array, nT
        Auroral electrojet index AE.

    Returns
    -------
    power : float or array, GW
        Heating rate of one hemisphere; twice that for both.

    Notes
    -----
    0.23 GW for each nT of AE (0.30 for each nT of AL), from three days of March 1978.

    Examples
    --------
    >>> float(ahn_1983_joule(1000.0))
    230.0
    """
    return 0.23 * ae


@model(
    cite="Baumjohann and Kamide 1984, J. Geophys. Res. 89, 383, doi:10.1029/JA089iA01p00383",
    valid={"ae": (0.0, 2000.0)},
    monotonic={"ae": 1},
)
def baumjohann_kamide_1984(ae: nT) -> GW:
    """Joule heating of one high-latitude ionosphere.

    Parameters
    ----------
    ae : float or array, nT
        Auroral electrojet index AE.

    Returns
    -------
    power : float or array, GW
        Heating rate of the northern hemisphere; about twice that for both.

    Notes
    -----
    About 0.3 GW for each nT of AE, from a regression with correlation 0.7 to 0.9 that the authors do not extend to very
    disturbed times, when AE from twelve stations understates the current. Global simulations of storms find twice
    as much (Bagheri and Lopez 2023, doi:10.3389/fspas.2023.1170390).

    Examples
    --------
    >>> float(baumjohann_kamide_1984(1000.0))
    300.0
    """
    return 0.3 * ae

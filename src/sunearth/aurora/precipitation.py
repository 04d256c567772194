"""The power that auroral particles carry into one hemisphere, from the indices of activity."""

from __future__ import annotations

import numpy as np

from sunearth.core.arrays import namespace
from sunearth.core.model import model
from sunearth.core.units import GW, dimensionless, nT

_TIROS = "Fuller-Rowell and Evans 1987, J. Geophys. Res. 92, 7606"
_OWN_FIT = (
    "sunearth developers 2026, sunearth, fitted to POES of 2010; after Fuller-Rowell and Evans 1987 (JGR 92, 7606)"
)


@model(
    cite="Ahn et al. 1983, J. Geophys. Res. 88, 6275, doi:10.1029/JA088iA08p06275",
    valid={"ae": (0.0, 2000.0)},
    monotonic={"ae": 1},
)
def ahn_1983_precipitation(ae: nT) -> GW:
    """Power of auroral particles into one hemisphere, from magnetometers.

    Parameters
    ----------
    ae : float or array, nT
        Auroral electrojet index AE.

    Returns
    -------
    power : float or array, GW
        Rate at which particles bring energy.

    Notes
    -----
    0.06 GW for each nT, from 71 magnetometers on three days of March 1978.

    Examples
    --------
    >>> float(ahn_1983_precipitation(500.0))
    30.0
    """
    return 0.06 * ae


@model(cite=_OWN_FIT, valid={"ae": (0.0, 1200.0)}, monotonic={"ae": 1})
def poes_power(ae: nT) -> GW:
    """Power of auroral particles into one hemisphere, from satellites.

    Parameters
    ----------
    ae : float or array, nT
        Auroral electrojet index AE, as a mean over some hours.

    Returns
    -------
    power : float or array, GW
        Hemispheric power as the NOAA satellites estimate it from single passes.

    Notes
    -----
    3.0 GW + 0.080 GW/nT, by least squares through the medians of three hours of the passes of NOAA-15 to 19 in 2010
    (61 104 passes; RMSE 4.6 GW, correlation 0.92). It is linear up to the 1200 nT of that year; what a great storm
    brings lies beyond the data.

    Examples
    --------
    >>> float(poes_power(500.0).round(1))
    43.0
    """
    return 3.0 + 0.080 * ae


# Medians of the passes of 2010 by whole Kp, 0 to 8 (GW).
POES_MEDIANS = np.array([3.8, 8.3, 14.7, 23.5, 38.2, 53.1, 73.2, 73.2, 69.5])


@model(cite=_TIROS, valid={"kp": (0.0, 8.0)})
def poes_median_power(kp: dimensionless) -> GW:
    """Median power of auroral particles into one hemisphere at a Kp value.

    Parameters
    ----------
    kp : float or array, 1
        Kp.

    Returns
    -------
    power : float or array, GW
        Hemispheric power, linear between the medians at whole Kp and held above 8.

    Notes
    -----
    Medians of the 61 104 passes of NOAA-15 to 19 in 2010. Those at Kp 7 and 8 rest on 20 passes each, of one storm.

    Examples
    --------
    >>> float(poes_median_power(3.5).round(2))
    30.85
    """
    xp = namespace(kp)
    climbed = xp.clip(kp[..., None] - xp.asarray(np.arange(POES_MEDIANS.size - 1.0)), 0.0, 1.0)
    return POES_MEDIANS[0] + xp.sum(climbed * xp.asarray(np.diff(POES_MEDIANS)), axis=-1)


@model(
    cite="Zhang and Paxton 2008, J. Atmos. Sol.-Terr. Phys. 70, 1231, doi:10.1016/j.jastp.2008.03.008",
    valid={"kp": (0.0, 9.0)},
    monotonic={"kp": 1},
)
def zhang_paxton_2008_power(kp: dimensionless) -> GW:
    """Power of auroral electrons into one hemisphere at a Kp value.

    Parameters
    ----------
    kp : float or array, 1
        Kp.

    Returns
    -------
    power : float or array, GW
        Hemispheric power.

    Notes
    -----
    38.66 exp(0.1967 Kp) - 33.99 up to Kp 5, where it meets the 4.592 exp(0.4731 Kp) + 20.47 that holds above; from far
    ultraviolet images of TIMED. Against the NOAA satellites of 2010 it stands 4.6 GW high on average (RMSE 9.0 GW,
    correlation 0.81 for medians of three hours), and the 223 GW of Kp 8 are three times their median.

    Examples
    --------
    >>> float(zhang_paxton_2008_power(5.0).round(1))
    69.4
    """
    xp = namespace(kp)
    quiet, storm = 38.66 * xp.exp(0.1967 * kp) - 33.99, 4.592 * xp.exp(0.4731 * kp) + 20.47
    return xp.where(kp <= 5.0, quiet, storm)

"""Ensembles: the chain over perturbed solar wind, and what the spread says about a forecast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from sunearth.core.errors import InputError

from .prepare import complete, set_observations_aside, to_gsm
from .run import Progress, run_chain

SPREAD = {"b_x": 1.5, "b_y": 1.5, "b_z": 1.5, "speed": 0.03, "n_p": 0.2, "t_p": 0.3}
"""One standard deviation: nT for the field, a fraction for the plasma.

Two monitors near L1, some tens of R_E apart, differ by 1 to 2 nT in a component of the field and by 20 % in density
over an hour (King and Papitashvili 2005, J. Geophys. Res. 110, A02104).
"""
CORRELATION_HOURS = 1.0
"""How long an error of the upstream monitor persists."""


def perturb(wind: xr.Dataset, members: int, *, seed: int = 1, spread: Mapping[str, float] | None = None) -> xr.Dataset:
    """Return an ensemble of winds, each perturbed by an error that is correlated in time.

    Parameters
    ----------
    wind : Dataset
        The measured wind; in GSE it is turned to GSM first.
    members : int
        How many. Member 0 is the unperturbed wind.
    seed : int, optional
        Equal seeds give equal ensembles.
    spread : dict, optional
        Standard deviations other than :data:`SPREAD`.

    Returns
    -------
    Dataset
        With the dimension ``member`` in front of ``time``.

    Raises
    ------
    InputError
        If there is no member or an unknown variable in `spread`.
    """
    if members < 1:
        raise InputError(f"an ensemble needs at least 1 member, got {members}")
    spread = SPREAD | dict(spread or {})
    unknown = spread.keys() - SPREAD.keys()
    if unknown:
        raise InputError(f"cannot perturb {', '.join(sorted(unknown))}; known are {', '.join(SPREAD)}")
    wind = complete(to_gsm(set_observations_aside(wind)))
    random = np.random.default_rng(seed)
    perturbed = wind.drop_vars(["b", "dipole_tilt"])
    for name, deviation in spread.items():
        noise = deviation * _correlated_noise(wind["time"].values, members, random)
        noise[0] = 0.0
        error = xr.DataArray(noise, dims=("member", "time"), coords={"time": wind["time"]})
        if name.startswith("b"):
            moved = wind[name] + error
        else:
            # Log-normal with mean one: a density never turns negative and is not raised on average.
            moved = wind[name] * np.exp(error - np.where(noise == 0.0, 0.0, 0.5 * deviation**2))
        perturbed[name] = moved.transpose("member", "time").assign_attrs(wind[name].attrs)
    return perturbed.assign_coords(member=np.arange(members))


def _correlated_noise(time: np.ndarray, members: int, random: np.random.Generator) -> np.ndarray:
    """Unit-variance Gauss-Markov noise: rho = exp(-dt / correlation time) from one sample to the next."""
    hours = np.diff(time) / np.timedelta64(1, "ns") / 3.6e12
    rho = np.exp(-hours / CORRELATION_HOURS)
    kicks = random.standard_normal((members, time.size))
    noise = np.empty_like(kicks)
    noise[:, 0] = kicks[:, 0]
    for k in range(1, time.size):
        noise[:, k] = rho[k - 1] * noise[:, k - 1] + np.sqrt(1 - rho[k - 1] ** 2) * kicks[:, k]
    return noise


def run_ensemble(
    wind: xr.Dataset,
    members: int,
    *,
    models: Mapping[str, str] | None = None,
    seed: int = 1,
    spread: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run the chain over an ensemble of perturbed winds.

    Parameters
    ----------
    wind : Dataset
        The measured wind.
    members : int
        How many members.
    models, progress : optional
        As for :func:`sunearth.run`.
    seed, spread : optional
        As for :func:`perturb`.

    Returns
    -------
    Dataset
        As a single run, with the dimension ``member``.
    """
    return run_chain(perturb(wind, members, seed=seed, spread=spread), models=models, progress=progress)


def quantiles(ensemble: xr.Dataset, levels: tuple[float, ...] = (0.1, 0.5, 0.9)) -> xr.Dataset:
    """Return the quantiles over the members of every numeric variable.

    Parameters
    ----------
    ensemble : Dataset
        From :func:`run_ensemble`.
    levels : tuple of float, optional
        The quantiles.

    Returns
    -------
    Dataset
        With the dimension ``quantile`` in place of ``member``.
    """
    numeric = [name for name, v in ensemble.data_vars.items() if "member" in v.dims and v.dtype.kind == "f"]
    reduced = {}
    for name in numeric:
        variable = ensemble[name]
        axis = variable.get_axis_num("member")
        values = np.quantile(variable.values, levels, axis=axis)
        dims = ("quantile", *(d for d in variable.dims if d != "member"))
        reduced[name] = (dims, values, variable.attrs)
    coords = {"quantile": list(levels), "time": ensemble["time"]}
    return xr.Dataset(reduced, coords=coords, attrs=ensemble.attrs)


def add_spread(
    result: xr.Dataset,
    members: int,
    *,
    models: Mapping[str, str] | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Add the ensemble's quantiles to a single run, as ``<variable>_spread`` along ``quantile``.

    Parameters
    ----------
    result : Dataset
        From :func:`sunearth.run`; its inputs are perturbed.
    members : int
        How many members.
    models, seed, progress : optional
        As for :func:`run_ensemble`.

    Returns
    -------
    Dataset
        The run with the quantiles 0.1, 0.5 and 0.9 of every chain variable.
    """
    inputs = ("b", "b_x", "b_y", "b_z", "speed", "n_p", "t_p")
    wind = result[list(inputs)].assign_attrs(frame="GSM")
    spread = quantiles(run_ensemble(wind, members, models=models, seed=seed, progress=progress))
    renamed = spread.rename({name: f"{name}_spread" for name in spread.data_vars})
    combined = result.merge(renamed.drop_attrs(deep=False), combine_attrs="override")
    combined.attrs = result.attrs | {"ensemble": f"{members} members, seed {seed}"}
    return combined

"""Pictures of trapped particles: radial diffusion, resonance with waves, electrons to come, and the inner belt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from sunearth.core.constants import ELECTRON_MASS, ELEMENTARY_CHARGE, SPEED_OF_LIGHT
from sunearth.core.errors import InputError

from .canvas import NARROW, date_axis, date_number
from .style import BLACK, BLUE, GREY, LINES, SKY, VERMILLION, named, style

_TALL = 1.5  # height over half the width of a panel in momentum space
_REACH = 2.2  # half the width of such a panel over the least momentum that resonates
_LABELS = np.radians(52.0)  # where circles of equal energy carry their label
_ENERGIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)  # keV
_NOTHING = 1e-7  # share of the highest intensity of a belt below which nothing is drawn
_ELECTRON_REST = ELECTRON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE * 1e-3  # keV


# Radial diffusion -----------------------------------------------------------------------------------------------------


def diffusion_rates(rates: Mapping[str, Mapping[str, tuple[Any, Any]]], *, width: float = 9.5) -> Figure:
    """Draw how fast particles diffuse across shells, by several models.

    Parameters
    ----------
    rates : dict of str to dict of str to tuple of arrays
        For each panel, by its title, L* and the rate per day of each model, by its name.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        On the right of the panels, the time that a rate stands for.

    Examples
    --------
    >>> shells = np.linspace(3.0, 6.0, 20)
    >>> figure = diffusion_rates({"Kp 2": {"a model": (shells, 1e-8 * shells**10)}})
    >>> figure.axes[0].get_ylabel()
    'rate (1/day)'
    """
    rates = {title: named(group, "diffusion_rates") for title, group in named(rates, "diffusion_rates").items()}
    names = list(dict.fromkeys(name for group in rates.values() for name in group))
    looks = dict(zip(names, LINES, strict=False))
    with style():
        wide = width > NARROW
        figure = Figure(figsize=(width, 4.4 if wide else 0.4 + 3.4 * len(rates)), layout="constrained")
        panels = (
            figure.subplots(1, len(rates), squeeze=False, sharey=True)
            if wide
            else figure.subplots(len(rates), 1, squeeze=False, sharey=True)
        ).ravel()
        for axes, (title, group) in zip(panels, rates.items(), strict=True):
            for name, (shells, rate) in group.items():
                axes.plot(shells, rate, label=name, linewidth=1.6, **looks[name])
            axes.set(yscale="log", xlabel="L*")
            axes.set_title(title, fontweight="normal")
            axes.yaxis.set_minor_locator(NullLocator())
            if not wide or axes is panels[-1]:
                side = axes.secondary_yaxis("right")
                side.set_yticks([24.0, 1.0, 1 / 30.0, 1 / 365.0])
                side.set_yticklabels(["an hour", "a day", "a month", "a year"])
                side.yaxis.set_minor_locator(NullLocator())
        for axes in panels[:1] if wide else panels:
            axes.set_ylabel("rate (1/day)")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4 if wide else 2)
    return figure


def approach_to_balance(
    result: xr.Dataset, days: Any, exact: tuple[Any, Any] | None = None, *, width: float = 6.5
) -> Figure:
    """Draw the density across shells on some days, and the balance that it comes to.

    Parameters
    ----------
    result : Dataset
        From :meth:`sunearth.magnetosphere.radial_diffusion.RadialDiffusion.solve`; its first row of ``mu`` is drawn.
    days : sequence of float
        Days since its first time, at most six.
    exact : tuple of arrays, optional
        L* and density of the steady state.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Density over that at the outer end if that is held at 1; dots are the exact balance.

    Examples
    --------
    >>> from sunearth.magnetosphere.radial_diffusion import RadialDiffusion
    >>> time = np.datetime64("2013-03-01", "ns") + np.arange(0, 49, 24) * np.timedelta64(1, "h")
    >>> result = RadialDiffusion(cells=20).solve(time, 3.0, outer=1.0)
    >>> approach_to_balance(result, [1, 2]).axes[0].get_xlabel()
    'L*'
    """
    start = result["time"].values[0]
    chosen = {f"after {day:g} d": start + np.timedelta64(round(day * 86400), "s") for day in days}
    with style():
        figure = Figure(figsize=(width, 3.9), layout="constrained")
        axes = figure.subplots()
        for k, (name, time) in enumerate(named(chosen, "approach_to_balance").items()):
            here = result["psd"].isel(mu=0).sel(time=time, method="nearest")
            axes.plot(here["l_star"], here, label=name, linewidth=1.5, **LINES[k])
        if exact is not None:
            axes.plot(*exact, color=BLACK, marker="o", markersize=4, linestyle="", fillstyle="none",
                      label="balance, exact")  # fmt: skip
        axes.set(xlabel="L*", ylabel="phase-space density", ylim=(0.0, None))
        axes.legend(loc="lower right", borderaxespad=0.6)
    return figure


def belt_in_time(
    result: xr.Dataset, *, limits: tuple[float, float] | None = None, unit: str = "start's", width: float = 9.5
) -> Figure:
    """Draw the phase-space density of a belt by shell and time, and what drives it.

    Parameters
    ----------
    result : Dataset
        From :meth:`sunearth.magnetosphere.radial_diffusion.RadialDiffusion.solve`; its first row of ``mu`` is drawn.
    limits : tuple of float, optional
        Lowest and highest density of the colour scale; by default three decades down from the highest.
    unit : str, optional
        Unit of the density, for the label.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Above, the density with the plasmapause (white line); below, Kp, in grey where it was held.

    Examples
    --------
    >>> from sunearth.magnetosphere.radial_diffusion import RadialDiffusion
    >>> time = np.datetime64("2013-03-01", "ns") + np.arange(0, 49, 3) * np.timedelta64(1, "h")
    >>> belt_in_time(RadialDiffusion(cells=20).solve(time, 3.0, outer=1.0)).axes[1].get_ylabel()
    'Kp'
    """
    density = result["psd"].isel(mu=0).transpose("l_star", "time")
    values = density.values
    if not (values > 0).any():
        raise InputError("belt_in_time: there is no density above zero")
    low, high = (1e-3 * np.nanmax(values), np.nanmax(values)) if limits is None else limits
    when = date_number(result["time"].values)
    with style():
        figure = Figure(figsize=(width, 4.6), layout="constrained")
        top, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.6, 1.0))
        mesh = top.pcolormesh(
            when, density["l_star"].values, np.where(values > 0, values, np.nan), norm=LogNorm(low, high),
            cmap="viridis", shading="nearest", rasterized=True,
        )  # fmt: skip
        for colour, thick in ((BLACK, 2.4), ("white", 1.2)):
            top.plot(_long(when, result["plasmapause_l"]), result["plasmapause_l"], color=colour, linewidth=thick,
                     drawstyle="steps-post")  # fmt: skip
        top.set(ylabel="L*", ylim=(float(density["l_star"][0]), float(density["l_star"][-1])))
        top.grid(False)
        bar = figure.colorbar(mesh, ax=top, pad=0.015, aspect=18)
        bar.set_label(f"phase-space density\n({unit})")
        kp = result["kp"]
        below.step(_long(when, kp), kp, where="post", color="#333333", linewidth=1.2)
        if "driver_held" in result:
            held = result["driver_held"].values.astype(bool)
            below.fill_between(_long(when, result["driver_held"]), 0.0, 9.0, where=held, step="post", color="#E4E4E4",
                               linewidth=0, zorder=0)  # fmt: skip
        below.set(ylim=(0.0, 9.3), yticks=[0, 3, 6, 9], ylabel="Kp")
        date_axis(below, result["time"].values, width)
        figure.align_ylabels()
    return figure


def _long(when: Any, series: xr.DataArray) -> Any:
    """Times of a driver: those of the states, or of its own dimension."""
    along = str(series.dims[-1])
    return when if series.sizes[along] == len(when) else date_number(series[along].values)


# Waves and particles --------------------------------------------------------------------------------------------------


def resonance_curves(
    curves: Mapping[str, Mapping[str, xr.Dataset]], *, energies: Sequence[float] = _ENERGIES, width: float = 9.5
) -> Figure:
    """Draw where in momentum space electrons resonate with waves, among lines of equal energy.

    Parameters
    ----------
    curves : dict of str to dict of str to Dataset
        For each panel, by its title, the curves of :func:`sunearth.magnetosphere.wave_particle.resonance_curve` by
        name.
    energies : sequence of float, optional
        Energies (keV) of the thin lines.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Momentum along the field to the right, across it upward, in units of m c. Negative is against the wave. Each
        panel reaches as far as its least energetic points ask for.

    Examples
    --------
    >>> from sunearth.magnetosphere.wave_particle import resonance_curve
    >>> figure = resonance_curves({"chorus": {"0.35": resonance_curve(2445.5, 249.6, 10.0)}})
    >>> figure.axes[0].get_ylabel()
    'momentum across the field (m c)'
    """
    curves = {title: named(group, "resonance_curves") for title, group in named(curves, "resonance_curves").items()}
    wide = width > NARROW
    lines = max(map(len, curves.values()))
    tall = 0.5 * _TALL * (width - 0.8) / (len(curves) if wide else 1) + 0.8 + 0.17 * lines
    with style():
        figure = Figure(figsize=(width, tall if wide else tall * len(curves)), layout="constrained")
        panels = (
            figure.subplots(1, len(curves), squeeze=False) if wide else figure.subplots(len(curves), 1, squeeze=False)
        ).ravel()
        for axes, (title, group) in zip(panels, curves.items(), strict=True):
            least = np.array([float(curve["p_parallel"][0]) for curve in group.values()])
            reach = _REACH * np.abs(least).max()
            turn = np.linspace(0.0, np.pi, 181)
            for energy in energies:
                momentum = np.sqrt((energy / _ELECTRON_REST + 1.0) ** 2 - 1.0)
                if not 0.2 * reach < momentum < 1.6 * reach:
                    continue
                axes.plot(momentum * np.cos(turn), momentum * np.sin(turn), color=GREY, linewidth=0.7, zorder=1)
                # on the side without curves
                x, y = -np.sign(least.mean()) * momentum * np.cos(_LABELS), momentum * np.sin(_LABELS)
                label = f"{energy:g} keV" if energy < 1000 else f"{energy / 1000:g} MeV"
                if abs(x) < 0.85 * reach:
                    axes.text(x, y, label, ha="center", va="center", fontsize=7.0, color="#555555",
                              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
            for k, (name, curve) in enumerate(group.items()):
                axes.plot(curve["p_parallel"], curve["p_perpendicular"], label=name, linewidth=1.6, **LINES[k])
            axes.set(xlim=(-reach, reach), ylim=(0.0, _TALL * reach), aspect="equal")
            axes.set_title(title, fontweight="normal")
            axes.set_xlabel("momentum along the field (m c)")
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24 if wide else -0.2), ncols=1)
        for axes in panels[:1] if wide else panels:
            axes.set_ylabel("momentum across the field (m c)")
    return figure


def diffusion_maps(
    tables: Mapping[str, xr.Dataset],
    lifetimes: Mapping[str, xr.Dataset] | None = None,
    *,
    limits: tuple[float, float] = (1e-2, 1e2),
    width: float = 9.5,
) -> Figure:
    """Draw how fast waves turn the pitch angles of electrons, by pitch angle and energy, and the lifetimes they leave.

    Parameters
    ----------
    tables : dict of str to Dataset
        From :func:`sunearth.magnetosphere.wave_particle.diffusion_coefficients`, by the title of the panel; the first
        shell is drawn.
    lifetimes : dict of str to Dataset, optional
        From :func:`sunearth.magnetosphere.wave_growth.lifetimes`, by the same titles, for a last panel.
    limits : tuple of float, optional
        Lowest and highest rate of the colour scale, per day; slower diffusion is left white.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Equatorial pitch angle to the right, energy upward.

    Examples
    --------
    >>> from sunearth.magnetosphere.wave_particle import diffusion_coefficients, plasmaspheric_hiss
    >>> angles = np.radians([10.0, 40.0, 70.0])
    >>> table = diffusion_coefficients([4.0], [0.3, 1.0], angles, plasmaspheric_hiss(), density=400.0)
    >>> diffusion_maps({"hiss": table}).axes[0].get_xlabel()
    'pitch angle (deg)'
    """
    tables = named(tables, "diffusion_maps")
    count = len(tables) + (lifetimes is not None)
    wide = width > NARROW
    with style():
        figure = Figure(figsize=(width, 4.0 if wide else 3.1 * count), layout="constrained")
        panels = (
            figure.subplots(1, count, squeeze=False, sharey=True)
            if wide
            else figure.subplots(count, 1, squeeze=False, sharey=True)
        ).ravel()
        mesh: Any = None
        for axes, (title, table) in zip(panels, tables.items(), strict=False):
            rate = 86400.0 * table["d_aa"].isel(l_shell=0).transpose("energy", "pitch_angle").values
            rate = np.where(rate >= limits[0], rate, np.nan)
            angle = np.degrees(table["pitch_angle"].values)
            mesh = axes.pcolormesh(angle, table["energy"].values, rate, norm=LogNorm(*limits), cmap="viridis",
                                   shading="nearest", rasterized=True)  # fmt: skip
            axes.set(xlim=(0, 90), xticks=[0, 30, 60, 90], xlabel="pitch angle (deg)", yscale="log")
            axes.set_title(title, fontweight="normal")
            axes.grid(False)
        maps = panels[: len(tables)]
        bar = figure.colorbar(mesh, ax=list(maps), location="bottom" if wide else "right", shrink=0.7, aspect=34,
                              pad=0.03)  # fmt: skip
        bar.set_label("diffusion of the pitch angle (1/day)")
        if lifetimes is not None:
            _lifetimes(panels[-1], lifetimes)
        for axes in panels[:1] if wide else panels:
            axes.set_ylabel("energy (MeV)")
    return figure


def _lifetimes(axes: Axes, lifetimes: Mapping[str, xr.Dataset]) -> None:
    """Lifetimes by energy, and the shortest that scattering can make."""
    for k, (name, found) in enumerate(named(lifetimes, "diffusion_maps").items()):
        here = found.isel(l_shell=0)
        axes.plot(here["lifetime"] / 86400.0, here["energy"], label=name, linewidth=1.6, **LINES[k])
    strong = next(iter(lifetimes.values())).isel(l_shell=0)
    axes.plot(strong["strong"] / 86400.0, strong["energy"], label="strong diffusion", color=GREY, linewidth=1.2,
              linestyle=":")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=(1e-4, 1e4), xlabel="lifetime (days)")
    axes.xaxis.set_major_locator(LogLocator(numticks=5))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=1)


# Electrons to come ----------------------------------------------------------------------------------------------------


def electron_outlook(
    forecast: xr.Dataset,
    measured: Mapping[str, tuple[Any, Any]] | None = None,
    *,
    threshold: float = 1000.0,
    width: float = 9.5,
) -> Figure:
    """Draw a forecast of electrons above 2 MeV with its band, and the chance of an alarm.

    Parameters
    ----------
    forecast : Dataset
        From :func:`sunearth.magnetosphere.relativistic_electrons.forecast_electrons`, for one lead.
    measured : dict of str to tuple of arrays, optional
        Times and flux (cm^-2 s^-1 sr^-1) of other series, by name.
    threshold : float, optional
        Daily mean flux of an alarm, cm^-2 s^-1 sr^-1.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Each bar spans the day that it is forecast for. The band reaches from the second to the second last quantile
        if there are five or more, else from the first to the last.

    Examples
    --------
    >>> from sunearth.magnetosphere.relativistic_electrons import forecast_electrons
    >>> time = np.datetime64("2017-03-01", "ns") + np.arange(96) * np.timedelta64(1, "h")
    >>> wind = {"speed": np.full(96, 500.0), "n_p": 4.0, "b_z": -1.0}
    >>> outlook = forecast_electrons(time, None, wind)
    >>> [axes.get_ylabel() for axes in electron_outlook(outlook).axes][1]
    'chance of an alarm'
    """
    if "lead_day" in forecast.dims:
        raise InputError("electron_outlook: choose one lead: forecast.sel(lead_day=1)")
    levels = forecast["quantile"].values
    edge = 1 if levels.size >= 5 else 0
    middle = int(np.argmin(np.abs(levels - 0.5)))
    flux = forecast["flux"].transpose("time", "quantile").values
    day = forecast["day"].values.astype("datetime64[ns]")
    begin, end = date_number(day), date_number(day + np.timedelta64(24, "h"))
    share = round(100 * (levels[-1 - edge] - levels[edge]))
    with style():
        figure = Figure(figsize=(width, 4.8), layout="constrained")
        top, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.4, 1.0))
        top.bar(begin, flux[:, -1 - edge] - flux[:, edge], bottom=flux[:, edge], width=end - begin, align="edge",
                color=SKY, alpha=0.55, linewidth=0, label=f"{share} per cent band")  # fmt: skip
        top.hlines(flux[:, middle], begin, end, color=BLUE, linewidth=1.8, label="median")
        for k, (name, (time, values)) in enumerate((measured or {}).items()):
            top.plot(date_number(np.asarray(time)), values, color=(BLACK, VERMILLION)[k % 2], linewidth=1.1,
                     linestyle=("-", (0, (5, 1.5)))[k % 2], label=name)  # fmt: skip
        top.axhline(threshold, color=GREY, linewidth=0.9, linestyle=(0, (1, 1.4)))
        others = [np.asarray(values, float) for _, values in (measured or {}).values()]
        known = np.concatenate([flux[:, middle], *others])
        known = known[known > 0]
        top.set(ylim=(0.2 * known.min(), 20.0 * known.max()))
        top.set(yscale="log", ylabel="flux above 2 MeV\n(cm$^{-2}$ s$^{-1}$ sr$^{-1}$)")
        below.bar(begin, forecast["alarm_probability"], width=end - begin, align="edge", color=BLUE, alpha=0.75)
        below.set(ylim=(0.0, 1.0), ylabel="chance of an alarm")
        date_axis(below, np.array([day[0], day[-1] + np.timedelta64(24, "h")]), width)
        figure.legend(*top.get_legend_handles_labels(), loc="outside lower center", ncols=4 if width > NARROW else 2)
        figure.align_ylabels()
    return figure


# The inner belt -------------------------------------------------------------------------------------------------------


def inner_belt(
    belt: xr.Dataset,
    tables: Mapping[float, tuple[Any, Any]] | None = None,
    *,
    shells: Any = (1.3, 1.5, 1.8),
    source: tuple[Any, Any] | None = None,
    tables_by: str = "AP8",
    width: float = 9.5,
) -> Figure:
    """Draw spectra of the protons of the inner belt and how they lie across shells, beside fluxes of tables.

    Parameters
    ----------
    belt : Dataset
        From :meth:`sunearth.magnetosphere.inner_belt.InnerBelt.solve`.
    tables : dict of float to tuple of arrays, optional
        For energies (MeV) of the belt, shells and omnidirectional flux (cm^-2 s^-1 MeV^-1).
    shells : sequence of float, optional
        Shells of the spectra, at most five.
    source : tuple of arrays, optional
        Energies (MeV) and the intensity that neutrons would bring in a year if none were lost, in the unit of the
        belt, at L = 1.5.
    tables_by : str, optional
        Name of the tables.
    width : float, optional
        Width of the figure in inches.

    Returns
    -------
    Figure
        Left, intensity across the field by energy; right, 4 pi times that by shell with the tables as points, which is
        the most that the flux over all directions can be.

    Examples
    --------
    >>> from sunearth.magnetosphere.inner_belt import InnerBelt
    >>> belt = InnerBelt(steps=100).solve([20.0, 50.0, 100.0], [1.3, 1.5, 1.8], shells=31)
    >>> inner_belt(belt, {50.0: ([1.5], [425.3])}).axes[1].get_xlabel()
    'shell L'
    """
    groups = {f"L = {shell:g}": float(shell) for shell in np.atleast_1d(shells)}
    known = belt["energy"].values
    intensity = belt["j"].where(belt["j"] > _NOTHING * belt["j"].max())
    energies = dict.fromkeys(float(e) for e in (tables or {})) or dict.fromkeys(known[:: max(1, known.size // 3)][:3])
    wide = width > NARROW
    with style():
        figure = Figure(figsize=(width, 4.3 if wide else 7.6), layout="constrained")
        left, right = figure.subplots(1, 2) if wide else figure.subplots(2, 1)
        for k, (name, shell) in enumerate(named(groups, "inner_belt").items()):
            here = intensity.sel(l_shell=shell, method="nearest")
            left.plot(belt["energy"], here, label=name, linewidth=1.6, **LINES[k])
        if source is not None:
            left.plot(*source, color=GREY, linewidth=1.2, label="a year of neutrons, L = 1.5")
        left.set(xscale="log", yscale="log", xlabel="energy of protons (MeV)")
        left.set_ylabel("intensity across the field\n(cm$^{-2}$ s$^{-1}$ sr$^{-1}$ MeV$^{-1}$)")
        left.xaxis.set_major_formatter("{x:g}")
        left.legend(loc="lower left", borderaxespad=0.6)
        for k, energy in enumerate(energies):
            here = 4.0 * np.pi * intensity.sel(energy=energy, method="nearest")
            right.plot(belt["l_shell"], here, label=f"{energy:g} MeV", linewidth=1.6, **LINES[k])
            if tables is not None:
                right.plot(*tables[energy], color=LINES[k]["color"], marker="os^Dv*"[k], markersize=5, linestyle="",
                           label=f"{tables_by}, {energy:g} MeV")  # fmt: skip
        right.set(yscale="log", xlabel="shell L", ylabel="4$\\pi$ times the intensity\n(cm$^{-2}$ s$^{-1}$ MeV$^{-1}$)")
        right.legend(loc="lower center", borderaxespad=0.6)
    return figure

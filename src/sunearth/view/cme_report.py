"""The report of a coronal mass ejection: when it arrives, what it may do, and the wind it travels in."""

from __future__ import annotations

import base64
import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .ecliptic import ecliptic, ecliptic_animation, effects_of_ropes, speed_at_earth
from .output import replaced_folder
from .page import PAGE, STYLE, moment, picture, section, svg_uri, table, typeset

if TYPE_CHECKING:
    from sunearth.chain.launch import CMEForecast

_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
_ASKED = (0.1, 0.5, 0.9)
_UNITS = {"1": "", "R_E": "Earth radii", "deg": "°"}


def cme_summary(forecast: CMEForecast) -> dict[str, Any]:
    """Boil a forecast down to plain numbers, ready for JSON.

    Parameters
    ----------
    forecast : CMEForecast
        From :func:`sunearth.chain.launch.forecast_cme`.

    Returns
    -------
    dict
        The launch, whether it hits, quantiles of shock and ejecta by drag, the arrival of the front in the upwind
        wind, and quantiles of each effect.
    """
    launch = forecast.launch
    found: dict[str, Any] = {
        "launch": {
            "time": str(launch.time)[:16] + "Z",
            "speed_km_s": launch.speed,
            "width_deg": launch.width,
            "latitude_deg": launch.latitude,
            "longitude_deg": launch.longitude,
            "height_r_sun": launch.height,
        },
        "hits_earth": forecast.hits,
        "front_in_the_wind": None,
        "arrival": None,
        "effects": None,
    }
    front = forecast.heliosphere["arrival_time"].sel(observer="earth").values.ravel()
    if front.size and not np.isnat(front[0]):
        found["front_in_the_wind"] = str(front[0].astype("datetime64[m]")) + "Z"
    if not forecast.hits:
        return found
    found["arrival"] = {
        f"{level:g}": {
            "shock": str(forecast.arrival["shock_time"].sel(quantile=level).values.astype("datetime64[m]")) + "Z",
            "ejecta": str(forecast.arrival["arrival_time"].sel(quantile=level).values.astype("datetime64[m]")) + "Z",
            "speed_km_s": round(float(forecast.arrival["arrival_speed"].sel(quantile=level)), 0),
        }
        for level in _LEVELS
    }
    found["effects"] = {
        name: {
            "meaning": effect.attrs["long_name"],
            "unit": effect.attrs["units"],
            **{f"{level:g}": round(float(effect.quantile(level)), 2) for level in _ASKED},
        }
        for name, effect in forecast.effects.data_vars.items()
    }
    return found


def cme_html(forecast: CMEForecast) -> str:
    """Write the report of a coronal mass ejection.

    Parameters
    ----------
    forecast : CMEForecast
        From :func:`sunearth.chain.launch.forecast_cme`.

    Returns
    -------
    str
        One HTML document: pictures, an animated one among them, and style inside; no script, nothing fetched.
    """
    found, launch = cme_summary(forecast), forecast.launch
    title = f"Coronal mass ejection of {moment(launch.time)}"
    where = f"{abs(launch.latitude):g}° {'north' if launch.latitude >= 0 else 'south'}, "
    where += f"{abs(launch.longitude):g}° {'west' if launch.longitude >= 0 else 'east'}"
    period = (
        f"{launch.speed:g} km/s at {launch.height:g} solar radii, {launch.width:g}° wide, towards {where} of the Earth"
    )
    parts = []
    if forecast.hits:
        middle, early, late = (found["arrival"][key] for key in ("0.5", "0.1", "0.9"))
        dst = found["effects"]["dst"]
        headline = (
            f"The shock is expected on {moment(middle['shock'])}, with 80 % probability between "
            f"{moment(early['shock'])} and {moment(late['shock'])}. Depending on the field that it brings, which "
            f"nobody knows before it arrives, the deepest Dst lies between {dst['0.1']:.0f} and {dst['0.9']:.0f} nT."
        )
        rows = [
            (f"{float(level):.0%} earlier", moment(row["shock"]), moment(row["ejecta"]), f"{row['speed_km_s']:.0f}")
            for level, row in found["arrival"].items()
        ]
        caption = (
            "By drag in the ambient wind. The distribution was learnt on 107 ejections that did arrive; in nested "
            "cross-validation the mean error is 13.4 h, and 76 % of the events fall inside the 80 % interval."
        )
        parts.append(
            section("When it arrives", table(("Probability", "Shock", "Ejecta", "Speed (km/s)"), rows, caption))
        )
    else:
        headline = "The cone passes the Earth by: no effects are expected."
    parts.append(section("On its way", _animated(forecast)))
    parts.append(
        section(
            "The wind at Earth",
            picture(
                "Speed of the solar wind at the planets against time.",
                "Speed in the reduced model of the wind that the pictures above show. A dotted line marks the front at "
                "the Earth"
                + (f", {moment(found['front_in_the_wind'])}." if found["front_in_the_wind"] else "; it does not come."),
                lambda width: speed_at_earth(forecast.heliosphere, width=width),
                (9.5, 4.6),
            ),
        )
    )
    if forecast.hits:
        rows = [
            (
                _first_capital(effect["meaning"]),
                *(f"{effect[key]:.4g}" for key in ("0.1", "0.5", "0.9")),
                _UNITS.get(effect["unit"], effect["unit"]),
            )
            for effect in found["effects"].values()
        ]
        caption = (
            "Quantiles over 40 runs of the chain: five arrivals, each with the eight classes of flux rope, which count "
            f"alike. {_first_capital(forecast.effects.attrs['notes'])}."
        )
        body = table(("What", "10 %", "50 %", "90 %", "Unit"), rows, caption, numeric_from=1) + picture(
            "Range of the deepest Dst for each class of flux rope.",
            "The deepest Dst by class of flux rope, named by how its field turns from front to rear (S south, N north, "
            "E east, W west): bars span the times and speeds at which it may arrive, marks are the median arrival.",
            lambda width: effects_of_ropes(forecast.effects, width=width),
            (9.5, 4.6),
        )
        parts.append(section("What it may do", body))
    return PAGE.format(
        title=escape(title),
        period=typeset(period),
        headline=typeset(headline),
        style=STYLE,
        scripts="'none'",
        body="\n".join(parts),
    )


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _animated(forecast: CMEForecast) -> str:
    """The moving picture, and a still one where motion is not wanted."""
    times = forecast.heliosphere["time"].values
    still = svg_uri(ecliptic(forecast.heliosphere, times[times.size // 2], width=5.6))
    moving = "data:image/webp;base64," + base64.b64encode(ecliptic_animation(forecast.heliosphere)).decode()
    alt = "Speed of the solar wind in the plane of the ecliptic, with the mass ejection on its way outward."
    caption = (
        "Speed of the wind in the plane of the ecliptic, seen from the north; the Earth is on the right. The white "
        "line is the front of the ejection, the dashed one its rear. Yellow wind is fast: it overtakes what is ahead "
        "and is slowed by it."
    )
    return (
        f'<figure><picture><source media="(prefers-reduced-motion: reduce), print" srcset="{still}">'
        f'<img src="{moving}" alt="{escape(alt)}" style="max-width: 34rem"></picture>'
        f"<figcaption>{typeset(caption)}</figcaption></figure>"
    )


def save_cme(forecast: CMEForecast, folder: str | Path) -> tuple[list[Path], dict[str, Any]]:
    """Write report, summary and data of a forecast into a folder, all or nothing.

    Parameters
    ----------
    forecast : CMEForecast
        From :func:`sunearth.chain.launch.forecast_cme`.
    folder : path
        Made if it does not exist; what an earlier run left there is replaced.

    Returns
    -------
    list of Path, dict
        The files, and the summary.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    """
    from sunearth.data.writing import write_netcdf, write_text

    folder = Path(folder)
    found = cme_summary(forecast)
    with replaced_folder(folder) as fresh:
        write_text(fresh / "report.html", cme_html(forecast))
        write_text(fresh / "summary.json", json.dumps(found, indent=2, allow_nan=False) + "\n")
        write_netcdf(forecast.heliosphere, fresh / "result.nc")
        if forecast.hits:
            write_netcdf(forecast.effects, fresh / "effects.nc")
            write_netcdf(
                forecast.wind.assign_coords(time=forecast.wind["time"] / np.timedelta64(1, "h")), fresh / "wind.nc"
            )
    return [folder / name for name in ("report.html", "summary.json", "result.nc")], found

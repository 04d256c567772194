"""Storms that come with the package: what drove them and what was observed, as facts with their source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sunearth.core.errors import UnknownNameError

if TYPE_CHECKING:
    import xarray as xr

_FOLDER = Path(__file__).parent / "event_tables"

_OMNI = "NASA/GSFC OMNIWeb, Space Physics Data Facility; King and Papitashvili 2005, doi:10.1029/2004JA010649"
_KYOTO = "WDC for Geomagnetism, Kyoto: Dst doi:10.17593/14515-74000"
_KYOTO_SYM = "WDC for Geomagnetism, Kyoto: Dst doi:10.17593/14515-74000, ASY/SYM doi:10.14989/267216"
_AMPERE = (
    "AMPERE, the Johns Hopkins University Applied Physics Laboratory; circles of Milan et al. 2015 as distributed by "
    "ocbpy"
)
_NO_COMPONENTS = "b_x, b_y and the temperature are not part of it"
_ROUNDED = "hourly means rounded to whole units: structure shorter than an hour is lost"


class Event(NamedTuple):
    """An embedded event."""

    name: str
    title: str
    start: np.datetime64
    end: np.datetime64
    cadence: str
    source: str
    credit: str
    location: str
    known_poor: tuple[str, ...]


def _event(name: str, title: str, start: str, end: str, cadence: str, **texts: str | tuple[str, ...]) -> Event:
    return Event(name, title, np.datetime64(start, "m"), np.datetime64(end, "m"), cadence, **texts)  # type: ignore[arg-type]


EVENTS: dict[str, Event] = {
    event.name: event
    for event in (
        _event(
            "bastille-2000",
            "Bastille Day storm, 15-17 July 2000",
            "2000-07-15T12:00",
            "2000-07-17T06:00",
            "1 h",
            source="OMNI hourly",
            credit=f"{_OMNI}; {_KYOTO}",
            location="bow shock nose",
            known_poor=(
                _ROUNDED,
                _NO_COMPONENTS,
                "densities of the later hours lie below 1 cm^-3, where the instruments are least certain",
                "Dst in the version that OMNI carried: its minimum is -301 nT, the final one -300 nT",
            ),
        ),
        _event(
            "march-2001",
            "Storm of 31 March 2001",
            "2001-03-30T22:00",
            "2001-04-01T10:00",
            "1 h",
            source="OMNI hourly",
            credit=f"{_OMNI}; {_KYOTO}",
            location="bow shock nose",
            known_poor=(_ROUNDED, _NO_COMPONENTS, "Dst in the version that OMNI carried"),
        ),
        _event(
            "halloween-2003",
            "Halloween storms, 29-30 October 2003",
            "2003-10-29T01:00",
            "2003-10-31T00:00",
            "1 h",
            source="ACE and Geotail, carried to 32 R_E upstream",
            credit=f"ACE (NASA) and Geotail (JAXA); {_KYOTO}",
            location="32 R_E upstream",
            known_poor=(
                "the density is not trustworthy: protons blinded the plasma instrument of ACE, and the plasma was held "
                "constant for 38 % of the time (7 cm^-3 from 30 October 05 UT on)",
                _ROUNDED,
                _NO_COMPONENTS,
                "carried to 32 R_E upstream, not to the bow shock: some minutes early",
            ),
        ),
        _event(
            "st-patrick-2015",
            "St Patrick's Day storm, 16-20 March 2015",
            "2015-03-16T12:00",
            "2015-03-21T00:00",
            "5 min",
            source="OMNI high resolution, 5-min values",
            credit=f"{_OMNI}; {_KYOTO_SYM}",
            location="bow shock nose",
            known_poor=(
                _NO_COMPONENTS,
                "gaps of OMNI come bridged by straight lines, 2.5 h of the main phase (17 March 15:00-17:27 UT) among "
                "them: they are flagged as interpolated",
                "the speed is that of v_x alone: 0.4 % low on average, up to 5 % in single minutes",
                "Dst is given for the 42 hours from 17 March 00 UT, SYM-H for all of it",
            ),
        ),
        _event(
            "gannon-2024",
            "Gannon storm, 10-12 May 2024",
            "2024-05-10T12:00",
            "2024-05-12T03:00",
            "1 h",
            source="Wind, carried to 32 R_E upstream",
            credit=f"Wind (NASA/GSFC); {_KYOTO_SYM}",
            location="32 R_E upstream",
            known_poor=(
                _ROUNDED,
                _NO_COMPONENTS,
                "other spacecraft differ by up to 25 nT in the field of single hours, as the propagation differs",
                "Dst and SYM-H are provisional; hourly means of SYM-H go 30 nT deeper than Dst, its minutes to -518 nT",
            ),
        ),
    )
}


def events() -> tuple[Event, ...]:
    """Return the embedded events in order of time.

    Returns
    -------
    tuple of Event
        Name, title, first and last time, cadence, source, credit, where in space the wind holds, and what is known to
        be poor in it.

    Examples
    --------
    >>> [event.name for event in events()]
    ['bastille-2000', 'march-2001', 'halloween-2003', 'st-patrick-2015', 'gannon-2024']
    """
    return tuple(EVENTS.values())


def load_event(name: str) -> xr.Dataset:
    """Load an embedded event.

    Parameters
    ----------
    name : str
        Of one of :func:`events`.

    Returns
    -------
    Dataset
        The solar wind along ``time``, as :func:`sunearth.data.readers.read` returns it, with ``sym_h`` where it is
        known; the observed Dst of Kyoto as ``dst_observed`` along ``time_hourly`` (the start of each hour); and where
        AMPERE saw the field-aligned currents, the circle between them as ``current_boundary_observed`` along
        ``time_ampere`` (the start of each hour).

    Raises
    ------
    UnknownNameError
        If there is no such event; the nearest names are suggested.

    Examples
    --------
    >>> float(load_event("gannon-2024")["dst_observed"].min())
    -406.0
    """
    from .tables import read_csv

    if name not in EVENTS:
        raise UnknownNameError("event", str(name), EVENTS)
    event = EVENTS[name]
    hourly = event.cadence == "1 h"
    wind = read_csv(_FOLDER / (f"{name}.csv" if hourly else f"{name}.csv.gz"))
    observed = wind["dst"] if hourly else read_csv(_FOLDER / f"{name}-dst.csv")["dst"]
    wind = wind.drop_vars("dst", errors="ignore")
    for variable in wind.data_vars.values():
        index = variable.name == "sym_h"
        variable.attrs["references"] = _KYOTO_SYM if index else event.credit.partition("; WDC")[0]
    if not hourly:
        _flag_bridged(wind)
    wind["dst_observed"] = (
        "time_hourly",
        observed.values,
        {"units": "nT", "long_name": "Observed Dst index", "references": _KYOTO},
    )
    wind = wind.assign_coords(
        time_hourly=("time_hourly", observed["time"].values, {"long_name": "Time, UTC, start of the hour"})
    )
    currents = _FOLDER / f"{name}-ampere.csv"
    if currents.exists():
        circle = read_csv(currents)["current_boundary"]
        start = ("time_ampere", circle["time"].values, {"long_name": "Time, UTC, start of the hour"})
        wind = wind.assign_coords(time_ampere=start)
        wind["current_boundary_observed"] = (
            "time_ampere",
            circle.values,
            {key: circle.attrs[key] for key in ("units", "long_name")} | {"references": _AMPERE},
        )
    wind.attrs |= {
        "title": event.title,
        "event": event.name,
        "source": f"{event.source}; {event.credit}",
        "location": event.location,
        "notes": "; ".join([part for part in [wind.attrs["notes"], *event.known_poor] if part]),
    }
    return wind


def _flag_bridged(wind: xr.Dataset) -> None:
    """Flag, in place, what the source of a series had bridged before it came here."""
    from .gaps import straight_stretches

    for name in ("b_z", "speed", "n_p"):
        # The speed keeps more digits than the others and is judged in the same proportion to its size.
        rounding = 0.05 if name == "speed" else 0.02
        wind[f"{name}_interpolated"] = (
            "time",
            straight_stretches(wind[name].values, rounding=rounding),
            {"units": "1", "long_name": f"Whether {name} was interpolated across a gap"},
        )

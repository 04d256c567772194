"""Places that people know, and which of them lie under the aurora.

What is compared is quasi-dipole latitude, which follows the field lines of the whole main field, at the height of the
aurora. The names say how far the aurora reached, not who saw it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sunearth.core.errors import InputError
from sunearth.geomagnetism.apex import quasi_dipole


class Place(NamedTuple):
    """A town or station: degrees north and east."""

    name: str
    country: str
    latitude: float
    longitude: float


PLACES = (
    # The Arctic and the usual auroral zone.
    Place("Alert", "Canada", 82.50, -62.35),
    Place("Qaanaaq", "Greenland", 77.47, -69.23),
    Place("Resolute", "Canada", 74.70, -94.83),
    Place("Longyearbyen", "Norway", 78.22, 15.63),
    Place("Upernavik", "Greenland", 72.79, -56.15),
    Place("Cambridge Bay", "Canada", 69.12, -105.06),
    Place("Iqaluit", "Canada", 63.75, -68.52),
    Place("Nuuk", "Greenland", 64.18, -51.72),
    Place("Utqiagvik", "United States", 71.29, -156.79),
    Place("Inuvik", "Canada", 68.36, -133.72),
    Place("Dikson", "Russia", 73.51, 80.53),
    Place("Tiksi", "Russia", 71.64, 128.87),
    Place("Churchill", "Canada", 58.77, -94.17),
    Place("Yellowknife", "Canada", 62.45, -114.37),
    Place("Kuujjuaq", "Canada", 58.10, -68.40),
    Place("Fairbanks", "United States", 64.84, -147.72),
    Place("Whitehorse", "Canada", 60.72, -135.06),
    Place("Nome", "United States", 64.50, -165.41),
    Place("Reykjavik", "Iceland", 64.15, -21.94),
    Place("Tromsø", "Norway", 69.65, 18.96),
    Place("Hammerfest", "Norway", 70.66, 23.68),
    Place("Kiruna", "Sweden", 67.86, 20.23),
    Place("Rovaniemi", "Finland", 66.50, 25.73),
    Place("Murmansk", "Russia", 68.97, 33.08),
    Place("Tórshavn", "Faroe Islands", 62.01, -6.77),
    Place("Norilsk", "Russia", 69.35, 88.20),
    Place("Arkhangelsk", "Russia", 64.54, 40.54),
    Place("Salekhard", "Russia", 66.53, 66.60),
    Place("Yakutsk", "Russia", 62.03, 129.73),
    Place("Magadan", "Russia", 59.57, 150.80),
    # North America.
    Place("Anchorage", "United States", 61.22, -149.90),
    Place("Juneau", "United States", 58.30, -134.42),
    Place("Edmonton", "Canada", 53.55, -113.49),
    Place("Calgary", "Canada", 51.05, -114.07),
    Place("Saskatoon", "Canada", 52.13, -106.67),
    Place("Winnipeg", "Canada", 49.90, -97.14),
    Place("Thunder Bay", "Canada", 48.38, -89.25),
    Place("St. John's", "Canada", 47.56, -52.71),
    Place("Québec", "Canada", 46.81, -71.21),
    Place("Halifax", "Canada", 44.65, -63.57),
    Place("Montréal", "Canada", 45.50, -73.57),
    Place("Ottawa", "Canada", 45.42, -75.70),
    Place("Toronto", "Canada", 43.65, -79.38),
    Place("Vancouver", "Canada", 49.28, -123.12),
    Place("Seattle", "United States", 47.61, -122.33),
    Place("Portland", "United States", 45.52, -122.68),
    Place("Boise", "United States", 43.62, -116.20),
    Place("Minneapolis", "United States", 44.98, -93.27),
    Place("Chicago", "United States", 41.88, -87.63),
    Place("Boston", "United States", 42.36, -71.06),
    Place("New York", "United States", 40.71, -74.01),
    Place("Washington", "United States", 38.91, -77.04),
    Place("St. Louis", "United States", 38.63, -90.20),
    Place("Denver", "United States", 39.74, -104.99),
    Place("Salt Lake City", "United States", 40.76, -111.89),
    Place("San Francisco", "United States", 37.77, -122.42),
    Place("Las Vegas", "United States", 36.17, -115.14),
    Place("Los Angeles", "United States", 34.05, -118.24),
    Place("Atlanta", "United States", 33.75, -84.39),
    Place("Dallas", "United States", 32.78, -96.80),
    Place("New Orleans", "United States", 29.95, -90.07),
    Place("Miami", "United States", 25.76, -80.19),
    Place("Honolulu", "United States", 21.31, -157.86),
    Place("Mexico City", "Mexico", 19.43, -99.13),
    Place("Havana", "Cuba", 23.11, -82.37),
    # Europe.
    Place("Trondheim", "Norway", 63.43, 10.40),
    Place("Bergen", "Norway", 60.39, 5.32),
    Place("Oslo", "Norway", 59.91, 10.75),
    Place("Stockholm", "Sweden", 59.33, 18.07),
    Place("Oulu", "Finland", 65.01, 25.47),
    Place("Helsinki", "Finland", 60.17, 24.94),
    Place("Tallinn", "Estonia", 59.44, 24.75),
    Place("Riga", "Latvia", 56.95, 24.11),
    Place("Lerwick", "United Kingdom", 60.15, -1.14),
    Place("Aberdeen", "United Kingdom", 57.15, -2.09),
    Place("Edinburgh", "United Kingdom", 55.95, -3.19),
    Place("Belfast", "United Kingdom", 54.60, -5.93),
    Place("Dublin", "Ireland", 53.35, -6.26),
    Place("London", "United Kingdom", 51.51, -0.13),
    Place("Copenhagen", "Denmark", 55.68, 12.57),
    Place("Amsterdam", "Netherlands", 52.37, 4.90),
    Place("Hamburg", "Germany", 53.55, 9.99),
    Place("Berlin", "Germany", 52.52, 13.41),
    Place("Munich", "Germany", 48.14, 11.58),
    Place("Warsaw", "Poland", 52.23, 21.01),
    Place("Prague", "Czechia", 50.08, 14.44),
    Place("Vienna", "Austria", 48.21, 16.37),
    Place("Budapest", "Hungary", 47.50, 19.04),
    Place("Paris", "France", 48.86, 2.35),
    Place("Zürich", "Switzerland", 47.37, 8.54),
    Place("Bordeaux", "France", 44.84, -0.58),
    Place("Madrid", "Spain", 40.42, -3.70),
    Place("Lisbon", "Portugal", 38.72, -9.14),
    Place("Rome", "Italy", 41.90, 12.50),
    Place("Athens", "Greece", 37.98, 23.73),
    Place("Kyiv", "Ukraine", 50.45, 30.52),
    Place("Istanbul", "Turkey", 41.01, 28.98),
    # Asia.
    Place("Saint Petersburg", "Russia", 59.94, 30.31),
    Place("Moscow", "Russia", 55.76, 37.62),
    Place("Kazan", "Russia", 55.79, 49.12),
    Place("Yekaterinburg", "Russia", 56.84, 60.61),
    Place("Omsk", "Russia", 54.99, 73.37),
    Place("Novosibirsk", "Russia", 55.01, 82.93),
    Place("Krasnoyarsk", "Russia", 56.02, 92.87),
    Place("Irkutsk", "Russia", 52.29, 104.28),
    Place("Astana", "Kazakhstan", 51.17, 71.43),
    Place("Almaty", "Kazakhstan", 43.24, 76.89),
    Place("Ulaanbaatar", "Mongolia", 47.91, 106.88),
    Place("Harbin", "China", 45.75, 126.65),
    Place("Beijing", "China", 39.90, 116.40),
    Place("Vladivostok", "Russia", 43.12, 131.89),
    Place("Petropavlovsk-Kamchatsky", "Russia", 53.04, 158.65),
    Place("Sapporo", "Japan", 43.06, 141.35),
    Place("Tokyo", "Japan", 35.69, 139.69),
    Place("Tashkent", "Uzbekistan", 41.30, 69.24),
    Place("Tehran", "Iran", 35.69, 51.39),
    # The south.
    Place("South Pole", "Antarctica", -90.00, 0.00),
    Place("McMurdo", "Antarctica", -77.85, 166.67),
    Place("Casey", "Antarctica", -66.28, 110.53),
    Place("Davis", "Antarctica", -68.58, 77.97),
    Place("Mawson", "Antarctica", -67.60, 62.87),
    Place("Syowa", "Antarctica", -69.00, 39.58),
    Place("Sanae", "Antarctica", -71.67, -2.84),
    Place("Halley", "Antarctica", -75.58, -26.66),
    Place("Rothera", "Antarctica", -67.57, -68.13),
    Place("Macquarie Island", "Australia", -54.50, 158.94),
    Place("Kerguelen", "France", -49.35, 70.22),
    Place("Invercargill", "New Zealand", -46.41, 168.35),
    Place("Dunedin", "New Zealand", -45.87, 170.50),
    Place("Christchurch", "New Zealand", -43.53, 172.64),
    Place("Wellington", "New Zealand", -41.29, 174.78),
    Place("Auckland", "New Zealand", -36.85, 174.76),
    Place("Hobart", "Australia", -42.88, 147.33),
    Place("Melbourne", "Australia", -37.81, 144.96),
    Place("Adelaide", "Australia", -34.93, 138.60),
    Place("Canberra", "Australia", -35.28, 149.13),
    Place("Sydney", "Australia", -33.87, 151.21),
    Place("Perth", "Australia", -31.95, 115.86),
    Place("Brisbane", "Australia", -27.47, 153.03),
    Place("Ushuaia", "Argentina", -54.81, -68.30),
    Place("Stanley", "Falkland Islands", -51.70, -57.85),
    Place("Punta Arenas", "Chile", -53.16, -70.92),
    Place("Cape Town", "South Africa", -33.92, 18.42),
    Place("Durban", "South Africa", -29.86, 31.02),
    Place("Buenos Aires", "Argentina", -34.60, -58.38),
)
"""Names that a reader knows, facts of geography to a hundredth of a degree."""

AURORA = 110.0
"""km: where aurora is brightest."""
TOLERANCE = 1.5
"""Degrees of magnetic latitude within which a place counts as lying on a boundary."""
REACH = (8.0, 10.0)
"""Degrees equatorward at which an aurora overhead elsewhere still stands above the horizon.

Light at 250 km altitude sets 15 degrees away, light at 110 km at 10 degrees; hills, haze and the brightest light being
the lowest leave about this much.
"""
_SPACING = 12.0
"""Degrees of longitude between places that are named together."""


def places_near(
    mlat: float, time: Any, hemisphere: str = "north", *, count: int = 6, tolerance: float = TOLERANCE
) -> tuple[Place, ...]:
    """Return well-known places near a magnetic latitude, spread around the globe.

    Parameters
    ----------
    mlat : float
        Quasi-dipole latitude in degrees, positive in either hemisphere.
    time : datetime64 or str
        When; places drift by about 0.1 degrees a year.
    hemisphere : str, optional
        ``"north"`` or ``"south"``.
    count : int, optional
        At most so many places.
    tolerance : float, optional
        Degrees by which a place may lie off.

    Returns
    -------
    tuple of Place
        From west to east; empty where nothing lies near.

    Raises
    ------
    InputError
        If there is no such hemisphere.

    Examples
    --------
    >>> [place.name for place in places_near(50.0, "2015-03-17", "south")]
    ['Christchurch']
    """
    if hemisphere not in ("north", "south"):
        raise InputError(f"hemisphere must be 'north' or 'south', got {hemisphere!r}")
    latitudes = magnetic_latitudes(time) * (1.0 if hemisphere == "north" else -1.0)
    off = np.abs(latitudes - float(mlat))
    candidates = [int(k) for k in np.argsort(off, kind="stable") if off[k] <= tolerance]
    chosen: list[int] = []
    while candidates and len(chosen) < count:
        # The first is the nearest; each of the others lies as far in longitude as possible from those already named.
        distance = [_apart(k, chosen) for k in candidates]
        best = int(np.argmax(distance))
        if distance[best] < _SPACING:
            break
        chosen.append(candidates.pop(best))
    return tuple(PLACES[k] for k in sorted(chosen, key=lambda k: PLACES[k].longitude))


def oval_in_words(mlat: float, time: Any) -> str:
    """Say in one sentence where an oval that reaches down to a magnetic latitude stood overhead.

    Parameters
    ----------
    mlat : float
        Quasi-dipole latitude of the equatorward edge in degrees, positive.
    time : datetime64 or str
        When.

    Returns
    -------
    str
        One sentence; empty if the latitude is not known.

    Examples
    --------
    >>> print(oval_in_words(64.0, "2015-03-17"))
    Down to 64° magnetic latitude, where the night was dark and clear: overhead as far south as ...
    """
    if not np.isfinite(mlat):
        return ""
    beyond = float(np.mean(REACH))
    parts = []
    for hemisphere, equator in (("north", "south"), ("south", "north")):
        overhead = _names(places_near(mlat, time, hemisphere, count=5))
        low = _names(places_near(mlat - beyond, time, hemisphere, count=5))
        said = [f"overhead as far {equator} as {overhead}"] if overhead else []
        if low:
            sky = "northern" if hemisphere == "north" else "southern"
            said.append(f"low in the {sky} sky from {low}")
        if said:
            parts.append(", ".join(said))
    where = "; ".join(parts) or "no well-known place lies there"
    return f"Down to {mlat:.0f}° magnetic latitude, where the night was dark and clear: {where}."


def magnetic_latitudes(time: Any) -> np.ndarray:
    """Return the quasi-dipole latitude of every place of :data:`PLACES`, in degrees, at a time."""
    return _magnetic_latitudes(str(np.datetime64(str(time).rstrip("Z"), "D")))


@lru_cache(maxsize=16)
def _magnetic_latitudes(day: str) -> np.ndarray:
    latitude = np.array([place.latitude for place in PLACES])
    longitude = np.array([place.longitude for place in PLACES])
    mlat = np.asarray(quasi_dipole(np.datetime64(day), latitude, longitude, AURORA).mlat)
    mlat.flags.writeable = False
    return mlat


def _apart(candidate: int, chosen: list[int]) -> float:
    """Degrees of longitude from a place to the nearest of those already chosen."""
    here = PLACES[candidate].longitude
    away = [abs((here - PLACES[k].longitude + 180.0) % 360.0 - 180.0) for k in chosen]
    return min(away, default=360.0)


def _names(places: tuple[Place, ...]) -> str:
    names = [place.name for place in places]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""

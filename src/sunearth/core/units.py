"""Units: how a signature states them, how text names them, how values change between them.

A unit is a scale to SI and a dimension. Signatures carry units as annotated array types (``nT``, ``R_E``,
``km_s`` ...): plain arrays to the reader and to a type checker. No unit object ever takes part in a computation;
:func:`conversion_factor` is all that happens, once, at the edge of a model.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

from .errors import UnitError

Array = Any
"""A float, list, NumPy array, DataArray, Quantity or JAX array: whatever the caller brings."""

_BASE = ("m", "kg", "s", "A", "K", "rad")
Dimension = tuple[Fraction, ...]


@dataclass(frozen=True)
class Unit:
    """A unit of measurement: its name, its size in SI base units and its dimension.

    `factors` lists the symbols the unit is made of with their exponents, so that other unit libraries can rebuild it.
    """

    name: str
    scale: float
    dimension: Dimension
    factors: tuple[tuple[str, Fraction], ...] = ()

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.name, spec)

    @property
    def is_dimensionless(self) -> bool:
        """Whether the unit is a pure number."""
        return not any(self.dimension)


def _dimension(**powers: int) -> Dimension:
    return tuple(Fraction(powers.get(base, 0)) for base in _BASE)


_NUMBER = _dimension()
_LENGTH, _TIME, _ANGLE = _dimension(m=1), _dimension(s=1), _dimension(rad=1)
_ENERGY = _dimension(kg=1, m=2, s=-2)
_FIELD = _dimension(kg=1, s=-2, A=-1)

# symbol -> (size in SI, dimension, may carry an SI prefix)
_SYMBOLS: dict[str, tuple[float, Dimension, bool]] = {
    "m": (1.0, _LENGTH, True),
    "g": (1e-3, _dimension(kg=1), True),
    "s": (1.0, _TIME, True),
    "A": (1.0, _dimension(A=1), True),
    "K": (1.0, _dimension(K=1), True),
    "rad": (1.0, _ANGLE, True),
    "sr": (1.0, _dimension(rad=2), False),
    "deg": (math.pi / 180, _ANGLE, False),
    "min": (60.0, _TIME, False),
    "h": (3600.0, _TIME, False),
    "d": (86400.0, _TIME, False),
    "yr": (365.25 * 86400.0, _TIME, False),
    "Hz": (1.0, _dimension(s=-1), True),
    "N": (1.0, _dimension(kg=1, m=1, s=-2), True),
    "Pa": (1.0, _dimension(kg=1, m=-1, s=-2), True),
    "bar": (1e5, _dimension(kg=1, m=-1, s=-2), True),
    "J": (1.0, _ENERGY, True),
    "eV": (1.602176634e-19, _ENERGY, True),
    "erg": (1e-7, _ENERGY, False),
    "W": (1.0, _dimension(kg=1, m=2, s=-3), True),
    "C": (1.0, _dimension(A=1, s=1), True),
    "V": (1.0, _dimension(kg=1, m=2, s=-3, A=-1), True),
    "ohm": (1.0, _dimension(kg=1, m=2, s=-3, A=-2), True),
    "S": (1.0, _dimension(kg=-1, m=-2, s=3, A=2), True),
    "T": (1.0, _FIELD, True),
    "gauss": (1e-4, _FIELD, False),
    "Wb": (1.0, _dimension(kg=1, m=2, s=-2, A=-1), True),
    "Mx": (1e-8, _dimension(kg=1, m=2, s=-2, A=-1), False),
    "Gy": (1.0, _dimension(m=2, s=-2), True),
    "Sv": (1.0, _dimension(m=2, s=-2), True),
    "R_E": (6.3712e6, _LENGTH, False),
    "R_sun": (6.957e8, _LENGTH, False),
    "au": (1.495978707e11, _LENGTH, False),
    "sfu": (1e-22, _dimension(kg=1, s=-2), False),
    "TECU": (1e16, _dimension(m=-2), False),
    "%": (0.01, _NUMBER, False),
}
_PREFIXES = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "h": 1e2,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
}
# Spellings that files and people use for the symbols above.
_ALIASES = {
    "Re": "R_E",
    "RE": "R_E",
    "Rsun": "R_sun",
    "R_S": "R_sun",
    "AU": "au",
    "degree": "deg",
    "degrees": "deg",
    "degrees_north": "deg",
    "degrees_east": "deg",
    "°": "deg",
    "radian": "rad",
    "radians": "rad",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "hr": "h",
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "year": "yr",
    "years": "yr",
    "kelvin": "K",
    "Kelvin": "K",
    "tesla": "T",
    "nanotesla": "nT",
    "Gauss": "gauss",
    "cc": "cm^3",
    "Ω": "ohm",
    "Ohm": "ohm",
    "mho": "S",
    "ergs": "erg",
    "volt": "V",
    "watt": "W",
    "meter": "m",
    "metre": "m",
}
_DIMENSIONLESS_NAMES = {"", "1", "dimensionless", "none", "unitless", "#", "number", "count", "counts"}

_FACTOR = re.compile(
    r"\s*(?P<operator>[/*·.]?)\s*"
    r"(?:(?P<symbol>[A-Za-zµμΩ°%#][A-Za-zµμΩ_]*)|(?P<one>1)(?![\d.]))"
    r"(?:(?:\^|\*\*)?\(?(?P<power>[-+]?\d+(?:/\d+)?)\)?)?"
)


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit:
    """Read the name of a unit, in any of the usual spellings.

    Parameters
    ----------
    text : str
        Symbols with SI prefixes, powers (``cm^-3``, ``cm**-3``, ``cm-3``, ``km^(4/3)``), products and quotients.

    Returns
    -------
    Unit
        The unit, its name kept as written.

    Raises
    ------
    UnitError
        If a symbol is unknown or the text is not a unit.

    Examples
    --------
    >>> parse_unit("nPa").scale
    1e-09
    >>> parse_unit("km/s").dimension == parse_unit("m s^-1").dimension
    True
    """
    if not isinstance(text, str):
        raise UnitError(f"a unit must be text such as 'nT', got {type(text).__name__}")
    stripped = text.strip()
    if stripped.lower() in _DIMENSIONLESS_NAMES:
        return Unit("1", 1.0, _NUMBER)
    scale, dimension, position = 1.0, list(_NUMBER), 0
    factors: list[tuple[str, Fraction]] = []
    while position < len(stripped):
        match = _FACTOR.match(stripped, position)
        if match is None:
            raise UnitError(f"cannot read the unit {text!r} at {stripped[position:]!r}; write it like 'cm^-3'")
        position = match.end()
        try:
            power = Fraction(match["power"] or 1) * (-1 if match["operator"] == "/" else 1)
        except ZeroDivisionError:
            raise UnitError(f"the unit {text!r} has a power with a zero denominator") from None
        if match["one"] or match["symbol"] == "#":
            continue
        for symbol, exponent in _expand(match["symbol"], text):
            size, dim = _symbol(symbol, text)
            try:
                scale *= size ** float(exponent * power)
            except OverflowError:
                raise UnitError(f"the unit {text!r} has a power that is too large") from None
            dimension = [d + p * exponent * power for d, p in zip(dimension, dim, strict=True)]
            factors.append((symbol, exponent * power))
    return Unit(stripped, scale, tuple(dimension), tuple(factors))


def _expand(symbol: str, text: str) -> tuple[tuple[str, Fraction], ...]:
    """Replace an alias by the symbols it stands for."""
    alias = _ALIASES.get(symbol)
    if alias is None:
        return ((symbol.replace("µ", "u").replace("μ", "u"), Fraction(1)),)
    return parse_unit(alias).factors if "^" in alias else ((alias, Fraction(1)),)


def _symbol(symbol: str, text: str) -> tuple[float, Dimension]:
    """Size and dimension of one symbol, with its SI prefix if it has one."""
    if symbol in _SYMBOLS:
        size, dimension, _ = _SYMBOLS[symbol]
        return size, dimension
    prefix, root = symbol[:1], symbol[1:]
    if prefix in _PREFIXES and root in _SYMBOLS and _SYMBOLS[root][2]:
        size, dimension, _ = _SYMBOLS[root]
        return _PREFIXES[prefix] * size, dimension
    raise UnitError(f"unknown unit {symbol!r} in {text!r}; known are SI units and {', '.join(sorted(_SYMBOLS))}")


def conversion_factor(source: Unit | str, target: Unit | str) -> float:
    """Return the number that turns a value in `source` into a value in `target`.

    Parameters
    ----------
    source, target : Unit or str
        Units of the same dimension.

    Returns
    -------
    float
        ``value_in_target = factor * value_in_source``.

    Raises
    ------
    UnitError
        If the two measure different things.

    Examples
    --------
    >>> conversion_factor("km/s", "m/s")
    1000.0
    """
    source = parse_unit(source) if isinstance(source, str) else source
    target = parse_unit(target) if isinstance(target, str) else target
    if source.dimension != target.dimension:
        raise UnitError(f"cannot convert {source.name!r} to {target.name!r}: they measure different things")
    return 1.0 if source.name == target.name else source.scale / target.scale


def unit_of(annotation: Any) -> Unit | None:
    """Return the unit that a signature's annotation states, or None where it states none."""
    if get_origin(annotation) is Annotated:
        for extra in get_args(annotation)[1:]:
            if isinstance(extra, Unit):
                return extra
        return None
    for member in get_args(annotation):
        unit = unit_of(member)
        if unit is not None:
            return unit
    return None


class TimeScale:
    """Marks a parameter that takes times (``datetime64``, ISO 8601 text or ``datetime``) in UTC."""


def is_time(annotation: Any) -> bool:
    """Whether a signature's annotation asks for times."""
    return get_origin(annotation) is Annotated and TimeScale in get_args(annotation)


utc = Annotated[Array, TimeScale]

dimensionless = Annotated[Array, parse_unit("1")]
rad = Annotated[Array, parse_unit("rad")]
deg = Annotated[Array, parse_unit("deg")]
s = Annotated[Array, parse_unit("s")]
minutes = Annotated[Array, parse_unit("min")]
h = Annotated[Array, parse_unit("h")]
day = Annotated[Array, parse_unit("d")]
K = Annotated[Array, parse_unit("K")]
km = Annotated[Array, parse_unit("km")]
R_E = Annotated[Array, parse_unit("R_E")]
km_s = Annotated[Array, parse_unit("km/s")]
nT = Annotated[Array, parse_unit("nT")]
nT_h = Annotated[Array, parse_unit("nT/h")]
nPa = Annotated[Array, parse_unit("nPa")]
per_cm3 = Annotated[Array, parse_unit("cm^-3")]
mV_m = Annotated[Array, parse_unit("mV/m")]
kV = Annotated[Array, parse_unit("kV")]
S = Annotated[Array, parse_unit("S")]
W = Annotated[Array, parse_unit("W")]
GW = Annotated[Array, parse_unit("GW")]
W_m2 = Annotated[Array, parse_unit("W m^-2")]
J = Annotated[Array, parse_unit("J")]
MA = Annotated[Array, parse_unit("MA")]
GWb = Annotated[Array, parse_unit("GWb")]
sfu = Annotated[Array, parse_unit("sfu")]
keV = Annotated[Array, parse_unit("keV")]
GeV = Annotated[Array, parse_unit("GeV")]
GV = Annotated[Array, parse_unit("GV")]
MeV_G = Annotated[Array, parse_unit("MeV gauss^-1")]
R_E_sqrt_G = Annotated[Array, parse_unit("R_E gauss^(1/2)")]
nT_R_E = Annotated[Array, parse_unit("nT/R_E")]
A_m2 = Annotated[Array, parse_unit("A m^2")]
m3_Wb = Annotated[Array, parse_unit("m^3/Wb")]
mA_m = Annotated[Array, parse_unit("mA/m")]
J_s = Annotated[Array, parse_unit("J s")]
J_rad = Annotated[Array, parse_unit("J/rad")]
kg_m2 = Annotated[Array, parse_unit("kg m^2")]
nT_mm = Annotated[Array, parse_unit("nT/mm")]
mm = Annotated[Array, parse_unit("mm")]
nT_yr = Annotated[Array, parse_unit("nT/yr")]
m = Annotated[Array, parse_unit("m")]
V = Annotated[Array, parse_unit("V")]
T = Annotated[Array, parse_unit("T")]
rad_s = Annotated[Array, parse_unit("rad/s")]
deg_yr = Annotated[Array, parse_unit("deg/yr")]
nm = Annotated[Array, parse_unit("nm")]
au = Annotated[Array, parse_unit("au")]
R_sun = Annotated[Array, parse_unit("R_sun")]
yr = Annotated[Array, parse_unit("yr")]
kg = Annotated[Array, parse_unit("kg")]
kg_s = Annotated[Array, parse_unit("kg/s")]
MHz = Annotated[Array, parse_unit("MHz")]
MHz_s = Annotated[Array, parse_unit("MHz/s")]
W_m2_nm = Annotated[Array, parse_unit("W m^-2 nm^-1")]
W_m2_sr_nm = Annotated[Array, parse_unit("W m^-2 sr^-1 nm^-1")]
W_m2_sr_Hz = Annotated[Array, parse_unit("W m^-2 sr^-1 Hz^-1")]
per_cm2_s = Annotated[Array, parse_unit("cm^-2 s^-1")]
kg_m3 = Annotated[Array, parse_unit("kg m^-3")]
m2_s = Annotated[Array, parse_unit("m^2/s")]
deg_day = Annotated[Array, parse_unit("deg/d")]
per_s = Annotated[Array, parse_unit("s^-1")]
MeV = Annotated[Array, parse_unit("MeV")]
m_s2 = Annotated[Array, parse_unit("m/s^2")]
Pa = Annotated[Array, parse_unit("Pa")]
eV_cm2 = Annotated[Array, parse_unit("eV cm^2")]
gauss = Annotated[Array, parse_unit("gauss")]
gauss_yr = Annotated[Array, parse_unit("gauss/yr")]
m_s = Annotated[Array, parse_unit("m/s")]
per_m = Annotated[Array, parse_unit("m^-1")]
rad_s_R_sun = Annotated[Array, parse_unit("rad s^-1 R_sun^-1")]
T_m = Annotated[Array, parse_unit("T/m")]
V_m = Annotated[Array, parse_unit("V/m")]
per_km = Annotated[Array, parse_unit("km^-1")]
Mm = Annotated[Array, parse_unit("Mm")]
pfu = Annotated[Array, parse_unit("cm^-2 s^-1 sr^-1")]
per_cm2_s_sr_MeV = Annotated[Array, parse_unit("cm^-2 s^-1 sr^-1 MeV^-1")]
per_cm2 = Annotated[Array, parse_unit("cm^-2")]
MV = Annotated[Array, parse_unit("MV")]
per_m3 = Annotated[Array, parse_unit("m^-3")]
Mm2 = Annotated[Array, parse_unit("Mm^2")]
nA_m2 = Annotated[Array, parse_unit("nA m^-2")]
MWb = Annotated[Array, parse_unit("MWb")]
nW_m3 = Annotated[Array, parse_unit("nW m^-3")]
eV = Annotated[Array, parse_unit("eV")]
nT_s = Annotated[Array, parse_unit("nT/s")]
rad_s_R_E = Annotated[Array, parse_unit("rad s^-1 R_E^-1")]
uA_m2 = Annotated[Array, parse_unit("uA m^-2")]
keV_s = Annotated[Array, parse_unit("keV/s")]
cm2 = Annotated[Array, parse_unit("cm^2")]
per_Wb = Annotated[Array, parse_unit("Wb^-1")]
kHz = Annotated[Array, parse_unit("kHz")]
sqrt_s = Annotated[Array, parse_unit("s^(1/2)")]
TECU = Annotated[Array, parse_unit("TECU")]
Hz = Annotated[Array, parse_unit("Hz")]
per_day = Annotated[Array, parse_unit("d^-1")]
per_cm3_MeV3 = Annotated[Array, parse_unit("cm^-3 MeV^-3")]
s3_per_kg3_m6 = Annotated[Array, parse_unit("s^3 kg^-3 m^-6")]
mV2_m2_Hz = Annotated[Array, parse_unit("mV^2 m^-2 Hz^-1")]
nT2_Hz = Annotated[Array, parse_unit("nT^2 Hz^-1")]
Mg_day = Annotated[Array, parse_unit("Mg/d")]
mW_m2 = Annotated[Array, parse_unit("mW m^-2")]
per_cm2_s_MeV = Annotated[Array, parse_unit("cm^-2 s^-1 MeV^-1")]
per_cm2_s2_sr_MeV = Annotated[Array, parse_unit("cm^-2 s^-2 sr^-1 MeV^-1")]
MeV_yr = Annotated[Array, parse_unit("MeV/yr")]
PJ = Annotated[Array, parse_unit("PJ")]

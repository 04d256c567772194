"""Units: reading them, converting between them, refusing nonsense."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import SunEarthError, UnitError
from sunearth.core.units import conversion_factor, nT, parse_unit, unit_of


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        ("nT", "T", 1e-9),
        ("km/s", "m s-1", 1e3),
        ("cm^-3", "m**-3", 1e6),
        ("1/cc", "m^-3", 1e6),
        ("R_E", "km", 6371.2),
        ("deg", "rad", math.pi / 180),
        ("mV/m", "V/km", 1.0),
        ("GWb", "Mx", 1e17),
        ("keV", "J", 1.602176634e-16),
        ("eV cm^-3", "nPa", 1.602176634e-4),
        ("erg cm^-2 s^-1", "mW/m^2", 1.0),
        ("h", "min", 60.0),
        ("TECU", "m^-2", 1e16),
        ("gauss", "nT", 1e5),
        ("km^(4/3) s^(-4/3)", "m^(4/3) s^(-4/3)", 1e4),
        ("W/m^2/Hz", "sfu", 1e22),
        ("%", "1", 0.01),
        ("degrees", "deg", 1.0),
        ("hours", "s", 3600.0),
    ],
)
def test_conversion(source, target, factor):
    assert conversion_factor(source, target) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(("source", "target"), [("nT", "nPa"), ("km/s", "km"), ("deg", "1"), ("V", "V/m"), ("K", "eV")])
def test_different_things_do_not_convert(source, target):
    with pytest.raises(UnitError, match="measure different things"):
        conversion_factor(source, target)


@pytest.mark.parametrize("text", ["furlong", "nT^^2", "3 nT", "km/", "m^(1/0)", "µ", "nn"])
def test_unreadable_units_say_so(text):
    with pytest.raises(UnitError):
        parse_unit(text)


def test_annotation_states_the_unit():
    assert unit_of(nT).name == "nT"
    assert unit_of(nT | None).name == "nT"
    assert unit_of(float) is None


@given(st.text(max_size=20))
def test_any_text_is_a_unit_or_an_error(text):
    with contextlib.suppress(SunEarthError):
        parse_unit(text)


@given(st.sampled_from(["nT", "T", "uT", "gauss"]), st.sampled_from(["nT", "T", "uT", "gauss"]))
def test_round_trip(a, b):
    assert conversion_factor(a, b) * conversion_factor(b, a) == pytest.approx(1.0, rel=1e-14)

"""Constants: modern values are right, and the textbook's rounded set gives the textbook's numbers."""

import math

import numpy as np
import pytest

from sunearth.core import constants
from sunearth.core.constants import book


@pytest.mark.parametrize(
    ("name", "value", "rel"),
    [
        ("SPEED_OF_LIGHT", 299792458.0, 0),
        ("ELEMENTARY_CHARGE", 1.602176634e-19, 0),
        ("BOLTZMANN", 1.380649e-23, 0),
        ("GRAVITATION", 6.6743e-11, 1e-5),
        ("VACUUM_PERMEABILITY", 4e-7 * math.pi, 1e-8),
        ("VACUUM_PERMITTIVITY", 8.8541878128e-12, 1e-8),
        ("PROTON_MASS", 1.67262192369e-27, 1e-8),
        ("ELECTRON_MASS", 9.1093837015e-31, 1e-8),
        ("ALPHA_MASS", 6.6446573357e-27, 1e-8),
        ("ASTRONOMICAL_UNIT", 149597870700.0, 0),
        ("SOLAR_RADIUS", 6.957e8, 0),
        ("SOLAR_GM", 1.3271244e20, 0),
        ("EARTH_RADIUS", 6.3712e6, 0),
        ("EARTH_ROTATION", 7.292115e-5, 1e-7),
        ("GEOSYNCHRONOUS_RADIUS", 6.618, 1e-4),
        ("DIPOLE_EQUATORIAL_FIELD", 29806.0, 1e-4),
        ("DIPOLE_MOMENT", 7.71e22, 2e-3),
    ],
)
def test_modern_values(name, value, rel):
    assert getattr(constants, name) == pytest.approx(value, rel=rel, abs=0)


def test_geosynchronous_radius_follows_from_the_rotation():
    """Kepler's third law with the Earth's GM of 3.986004418e14 m^3 s^-2."""
    radius = (3.986004418e14 / constants.EARTH_ROTATION**2) ** (1 / 3)
    assert radius / constants.EARTH_RADIUS == pytest.approx(constants.GEOSYNCHRONOUS_RADIUS, rel=1e-5)


def test_dipole_epochs_are_five_years_apart_and_the_field_wanes():
    assert len(constants.IGRF14_DIPOLE) == len(constants.IGRF14_DIPOLE_EPOCHS)
    assert set(np.diff(constants.IGRF14_DIPOLE_EPOCHS)) == {5.0}
    assert np.all(np.diff(np.linalg.norm(constants.IGRF14_DIPOLE, axis=1)) < 0)


def _moment():
    """Dipole moment of the book's equatorial field and radius, from m = 4 pi B R^3 / mu_0."""
    return 4 * math.pi * book.equatorial_field * book.earth_radius**3 / book.vacuum_permeability


# What the textbook's set gives when put into its own formulas.
BOOK = {
    "field times radius cubed: 7.754e15 T m^3": (lambda: book.equatorial_field * book.earth_radius**3, 7.754e15),
    "dipole moment: 7.754e22 A m^2": (_moment, 7.754e22),
    "scale height: 8.474 km": (
        lambda: (
            book.boltzmann * book.earth_temperature / (book.mean_molar_mass_air * book.atomic_mass_unit * book.gravity)
        ),
        8.474e3,
    ),
    "lapse rate: 9.85 K/km": (lambda: book.gravity / book.specific_heat_pressure, 9.85e-3),
    "adiabatic index: 1.3989": (lambda: book.specific_heat_pressure / book.specific_heat_volume, 1.3989),
    "escape from the Earth: 11191 m/s": (
        lambda: math.sqrt(2 * book.gravitation * book.earth_mass / book.earth_radius),
        11191.0,
    ),
    "escape from the Sun: 6.176e5 m/s": (
        lambda: math.sqrt(2 * book.gravitation * book.solar_mass / book.solar_radius),
        6.176e5,
    ),
    "gravity of the Sun: 274.0 m/s^2": (
        lambda: book.gravitation * book.solar_mass / book.solar_radius**2,
        274.0,
    ),
}


@pytest.mark.parametrize("check", list(BOOK))
def test_textbook_numbers(check):
    compute, value = BOOK[check]
    assert compute() == pytest.approx(value, rel=3e-4)


def test_textbook_rotation_is_the_solar_day():
    """2 pi over 86400 s is 7.272e-5; the Earth turns once in a sidereal day, 7.292e-5."""
    assert book.rotation_rate == pytest.approx(2 * math.pi / 86400, rel=4e-4)
    assert pytest.approx(2 * math.pi / 86164.0905, rel=2e-7) == constants.EARTH_ROTATION


def test_textbook_misprints_are_not_repeated():
    """The book prints a proton of 1.672e-26 kg and a perihelion of 1.46e11 m."""
    assert book.proton_mass == pytest.approx(constants.PROTON_MASS, rel=1e-3)
    assert not hasattr(book, "perihelion")
    assert pytest.approx(1.471e11, rel=1e-3) == constants.ASTRONOMICAL_UNIT * (1 - 0.0167)


@pytest.mark.parametrize(
    ("rounded", "modern"),
    [
        ("boltzmann", "BOLTZMANN"),
        ("elementary_charge", "ELEMENTARY_CHARGE"),
        ("electron_mass", "ELECTRON_MASS"),
        ("speed_of_light", "SPEED_OF_LIGHT"),
        ("gravitation", "GRAVITATION"),
        ("astronomical_unit", "ASTRONOMICAL_UNIT"),
        ("earth_radius", "EARTH_RADIUS"),
        ("solar_radius", "SOLAR_RADIUS"),
        ("vacuum_permittivity", "VACUUM_PERMITTIVITY"),
    ],
)
def test_rounding_stays_below_half_a_percent(rounded, modern):
    assert getattr(book, rounded) == pytest.approx(getattr(constants, modern), rel=5e-3)

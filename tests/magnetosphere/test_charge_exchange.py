"""Charge exchange: cross sections, the geocorona seen by bouncing ions, lifetimes."""

import numpy as np
import pytest
from scipy.integrate import quad

from sunearth.core.errors import UnknownNameError
from sunearth.geomagnetism.trapped import mirror_latitude
from sunearth.magnetosphere import charge_exchange as cx


def test_geocorona_at_the_exobase_and_below():
    assert cx.rairden_1986(1.08) == pytest.approx(44_000.0, rel=1e-3)
    assert cx.rairden_1986(1.0) == cx.rairden_1986(1.08)


@pytest.mark.parametrize("degrees", [15.0, 40.0, 70.0, 85.0])
def test_bounce_average_is_the_integral_along_the_line(degrees):
    """Against adaptive quadrature in latitude, the root at the mirror point taken out by substitution."""
    l_shell, alpha = 4.0, np.radians(degrees)
    top = np.radians(mirror_latitude(alpha))

    def passed(u, weigh):
        latitude = top * np.sin(u)
        ratio = np.sin(alpha) ** 2 * np.sqrt(1 + 3 * np.sin(latitude) ** 2) / np.cos(latitude) ** 6
        path = np.cos(latitude) * np.sqrt(1 + 3 * np.sin(latitude) ** 2) * top * np.cos(u) / np.sqrt(1 - ratio)
        return path * (cx.rairden_1986(l_shell * np.cos(latitude) ** 2) if weigh else 1.0)

    end = np.pi / 2 - 1e-6
    wanted = quad(passed, 0, end, (True,), epsrel=1e-9)[0] / quad(passed, 0, end, (False,), epsrel=1e-9)[0]
    assert cx.bounce_averaged_hydrogen(l_shell, alpha) == pytest.approx(wanted, rel=1e-4)


def test_bounce_average_on_the_equator_is_the_local_density():
    for l_shell in (2.0, 4.0, 7.0):
        assert cx.bounce_averaged_hydrogen(l_shell) == pytest.approx(cx.rairden_1986(l_shell), rel=1e-5)


def test_two_fits_of_the_protons_agree_roughly():
    energy = np.geomspace(0.1, 200.0, 60)
    ratio = cx.lindsay_stebbings_2005(energy) / cx.charge_exchange_cross_section(energy)
    assert ratio.min() > 0.8
    assert ratio.max() < 1.5


def test_oxygen_outlives_protons_at_low_energy_only():
    """The reason for the two-phase recovery of great storms."""
    slow = [cx.charge_exchange_lifetime(5.0, 4.0, species=name) for name in ("proton", "oxygen")]
    fast = [cx.charge_exchange_lifetime(150.0, 4.0, species=name) for name in ("proton", "oxygen")]
    assert slow[0] < slow[1]
    assert fast[0] > 3 * fast[1]


def test_speeds_are_those_of_the_mass():
    assert cx.ion_speed(10.0, "oxygen") / cx.ion_speed(10.0, "proton") == pytest.approx(
        np.sqrt(1.00728 / 15.9944), rel=1e-4
    )
    assert cx.ion_speed(10.0, "helium") / cx.ion_speed(10.0, "proton") == pytest.approx(
        np.sqrt(1.00728 / 4.00205), rel=1e-4
    )
    assert cx.ion_speed(1e6, "electron") < 299_792.459


def test_unknown_particles_are_named():
    with pytest.raises(UnknownNameError, match="oxygen"):
        cx.charge_exchange_cross_section(10.0, species="oxigen")
    with pytest.raises(UnknownNameError):
        cx.ion_speed(10.0, "muon")

"""Flux tubes that fill by day and drain by night."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.geomagnetism.dipole import flux_tube_volume
from sunearth.magnetosphere import refilling


def _times(hours):
    return np.datetime64("2015-03-16T00", "ns") + np.round(np.asarray(hours) * 3.6e12).astype("timedelta64[ns]")


@given(l_shell=st.floats(1.5, 10.0), height=st.floats(0.0, 1000.0))
def test_content_of_a_constant_density_is_the_volume(l_shell, height):
    content = refilling.tube_content(1.0, l_shell, 0.0, height)
    assert content == pytest.approx(1e6 * flux_tube_volume(l_shell, height), rel=1e-12)


@pytest.mark.parametrize("index", [0.5, 1.0, 2.7, 4.0])
@pytest.mark.parametrize("l_shell", [1.5, 4.0, 10.0])
def test_content_is_the_integral_along_the_line(index, l_shell):
    foot = np.arccos(np.sqrt(1.0 / l_shell))

    def integrand(latitude):
        c = np.cos(latitude)
        field = DIPOLE_EQUATORIAL_FIELD * 1e-9 / l_shell**3 * np.sqrt(4.0 - 3.0 * c**2) / c**6
        return c ** (-2.0 * index) * l_shell * EARTH_RADIUS * c * np.sqrt(4.0 - 3.0 * c**2) / field

    wanted = 2e8 * quad(integrand, 0.0, foot, epsabs=0.0, epsrel=1e-12)[0]
    assert refilling.tube_content(100.0, l_shell, index) == pytest.approx(wanted, rel=1e-6)


@given(content=st.floats(1e18, 1e24), l_shell=st.floats(1.5, 10.0), index=st.floats(0.0, 4.0))
def test_density_and_content_are_inverse(content, l_shell, index):
    density = refilling.density_of_content(content, l_shell, index)
    assert refilling.tube_content(density, l_shell, index) == pytest.approx(content, rel=1e-12)


def test_whole_lines_grow_with_the_fourth_power():
    """Far out the feet do not matter: V goes to 32/35 R_E L^4 / B_0."""
    limit = 32.0 / 35.0 * EARTH_RADIUS * 1e8 / (DIPOLE_EQUATORIAL_FIELD * 1e-9)
    assert refilling.tube_content(1e-6, 100.0) == pytest.approx(limit, rel=1e-5)


def test_a_full_tube_neither_fills_nor_drains_by_day():
    assert refilling.filling_flux(443.0, 443.0) == 0.0


def test_night_flux_empties_the_tube_in_its_time():
    column = 443.0 * 1e2 * float(refilling.volume_per_foot_area(4.0))
    assert column / (2 * refilling.night_return_flux(443.0, 4.0)) == pytest.approx(10 * 86400.0)


@settings(deadline=None)
@given(l_shell=st.floats(2.0, 8.0), mlt=st.floats(0.0, 23.9), start=st.floats(0.0, 500.0), steps=st.integers(1, 40))
def test_the_cadence_does_not_matter(l_shell, mlt, start, steps):
    fine = refilling.corotating_density(_times(np.linspace(0, 50, steps + 1)), l_shell, 400.0, start, mlt)
    coarse = refilling.corotating_density(_times([0, 50]), l_shell, 400.0, start, mlt)
    assert fine[-1] == pytest.approx(coarse[-1], rel=1e-9)


def test_turning_tube_against_an_integrator():
    """The compiled loop beside a plain integration of the same law, from one terminator to the next."""
    tau_fill = float(refilling.refilling_time(4.0, 443.0)) * 24.0
    density, mlt, clock, wanted = 20.0, 2.0, 0.0, [20.0]
    for end in np.arange(1.0, 60.0):
        while clock < end - 1e-12:
            day = 6.0 <= mlt % 24 < 18.0
            edge = 18.0 - mlt % 24 if day else (6.0 - mlt % 24) % 24
            stretch = min(edge, end - clock)
            law = (lambda t, n: (443.0 - n) / tau_fill) if day else (lambda t, n: -n / 240.0)
            density = solve_ivp(law, (0.0, stretch), [density], rtol=1e-10, atol=1e-10).y[0, -1]
            clock, mlt = clock + stretch, mlt + stretch
        wanted.append(density)
    found = refilling.corotating_density(_times(np.arange(60.0)), 4.0, 443.0, 20.0, 2.0)
    assert np.allclose(found, wanted, rtol=1e-7)


def test_levels_off_where_a_day_makes_up_for_a_night():
    days = refilling.corotating_density(_times(24.0 * np.arange(60)), 4.0, 443.0, 0.0, 12.0)
    rate = 1.0 / float(refilling.refilling_time(4.0, 443.0))
    assert days[-1] / 443.0 == pytest.approx(rate / (rate + 0.1), abs=0.01)
    assert days[-1] == pytest.approx(days[-2], rel=1e-4)
    assert (np.diff(days[:20]) > 0).all()


def test_missing_input_leaves_the_density_as_it_was():
    full = np.full(5, 443.0)
    full[2] = np.nan
    found = refilling.corotating_density(_times(24.0 * np.arange(5)), 4.0, full)
    whole = refilling.corotating_density(_times(24.0 * np.arange(4)), 4.0, 443.0)
    assert np.isnan(found).tolist() == [False, False, True, False, False]
    # the third day is lost, the others are as they would have been
    assert np.allclose(found[[0, 1, 3, 4]], whole[[0, 1, 2, 3]], rtol=1e-12)


def test_regimes_join_without_gaps():
    regimes = refilling.plasma_regimes(2000.0, 4.14)
    assert all(below.top == above.bottom for below, above in pairwise(regimes))
    assert refilling.regime_at(20000.0, 2000.0, 4.14).name == "plasmasphere"
    assert refilling.regime_at(20100.0, 2000.0, 4.14).name == "trough"
    assert refilling.regime_at(110.0).ions.startswith("NO+")


def test_regimes_refuse_what_makes_no_sense():
    with pytest.raises(InputError, match="transition"):
        refilling.plasma_regimes(100.0)
    with pytest.raises(InputError, match="begins at 60 km"):
        refilling.regime_at(10.0)

"""The cusp: published latitudes and local times, topology of model fields, and the velocity filter both ways."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.constants import BOLTZMANN, PROTON_MASS, VACUUM_PERMEABILITY
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.field import Field, magnetic_field
from sunearth.magnetosphere import cusp

# Where it is -------------------------------------------------------------------------------------------------------


def test_all_put_the_quiet_cusp_at_76_to_80_degrees():
    assert cusp.newell_1989(0.0) == pytest.approx(77.2)
    for latitude in (cusp.newell_2006(400.0, 3.0, 1.0), cusp.zhang_2005(0.0), cusp.zhou_1999(0.0)):
        assert 76.0 < latitude <= 80.0
    assert 76.0 < cusp.tsyganenko_russell_1999(1.0) < 77.0


def test_southward_field_moves_it_equatorward_by_about_a_degree_a_nanotesla():
    for function in (cusp.newell_1989, cusp.zhang_2005):
        slope = (function(-2.0) - function(-8.0)) / 6.0
        assert 0.7 < slope < 1.2
    assert np.diff(cusp.newell_2006(400.0, 0.0, np.array([-1.0, -11.0])))[0] / 10.0 == pytest.approx(-0.908)
    assert cusp.newell_2006(400.0, 0.0, 10.0) == pytest.approx(78.5)


def test_branches_of_the_strong_field_meet():
    assert cusp.zhang_2005(-10.0 + 1e-9) == pytest.approx(cusp.zhang_2005(-10.0 - 1e-9), abs=0.02)
    assert np.isnan(cusp.zhang_2005(1.0))


@pytest.mark.parametrize(("function", "low", "high"), [(cusp.newell_1989, 0.05, 0.07), (cusp.newell_2006, 0.04, 0.05)])
def test_tilt_rates(function, low, high):
    inputs = (0.0,) if function is cusp.newell_1989 else (400.0, 0.0, -2.0)
    rate = function(*inputs, 0.1) - function(*inputs, 0.0)
    assert low < rate / math.degrees(0.1) < high


def test_polar_sees_one_degree_for_fourteen_of_tilt():
    span = cusp.zhou_1999(math.radians(30.0)) - cusp.zhou_1999(math.radians(-30.0))
    assert 60.0 / span == pytest.approx(14.0, abs=1.0)


def test_duskward_field_moves_the_northern_cusp_past_noon():
    assert cusp.asai_2005(5.0, -3.0) > 12.0 > cusp.asai_2005(-5.0, -3.0)
    assert cusp.asai_2005(8.0, 3.0) > 12.5


def test_cusp_of_the_ground_is_that_of_its_own_angle_and_opens_outward():
    for tilt in (-0.4, 0.0, 0.4):
        ground = 90 - math.degrees(0.24 - 0.1287 * tilt - 0.0314 * tilt**2)
        assert cusp.tsyganenko_russell_1999(1.0, tilt) == pytest.approx(ground, abs=1e-9)
    near = cusp.tsyganenko_russell_1999(np.array([1.0, 1.2]))
    # close to the Earth the sine of colatitude grows as sqrt(r) along a dipole line
    sines = np.cos(np.deg2rad(near))
    assert sines[1] / sines[0] == pytest.approx(math.sqrt(1.2), rel=0.01)


def test_unknown_coupling_is_named():
    with pytest.raises(UnknownNameError, match="wygant"):
        cusp.newell_2006(400.0, 0.0, -5.0, coupling="wigant")


# Topology ----------------------------------------------------------------------------------------------------------


def image_dipole(p, x, y, z):
    r, q = math.sqrt(x * x + y * y + z * z), math.sqrt((x - 40.0) ** 2 + y * y + z * z)
    a, c = -3.0 * 3e4 * z / r**5, -3.0 * 28.0 * 3e4 * z / q**5
    return a * x + c * (x - 40.0), a * y + c * y, a * z + c * z + 3e4 / r**3 + 28.0 * 3e4 / q**3


def test_image_dipole_has_its_last_line_at_81_6_degrees():
    field = Field.from_function(image_dipole)
    assert cusp.cusp_latitude(field, tolerance=1e-3) == pytest.approx(81.59, abs=0.02)
    assert cusp.cusp_latitude(field, south=True) == pytest.approx(-81.59, abs=0.02)


def t96(tilt=0.0, b_z=-5.0, b_y=0.0, p_dyn=2.0):
    return magnetic_field(
        None, "dipole", "t96", dipole_tilt=np.asarray(tilt), p_dyn=p_dyn, dst=-10.0, b_y=b_y, b_z=np.asarray(b_z)
    )


def test_cusp_of_a_model_field_moves_as_observed():
    by_field = cusp.cusp_latitude(t96(b_z=[-10.0, -5.0, 0.0]))
    slope = np.diff(by_field) / 5.0
    assert np.all((slope > 0.4) & (slope < 1.2))
    by_tilt = cusp.cusp_latitude(t96(tilt=np.deg2rad([-20.0, 20.0])))
    assert 0.04 < np.diff(by_tilt)[0] / 40.0 < 0.09
    assert 76.0 < cusp.cusp_latitude(t96(b_z=0.0)) < 79.0


def test_hemispheres_mirror_each_other_and_dawn_dusk():
    north, south = cusp.cusp_latitude(t96(tilt=0.3)), cusp.cusp_latitude(t96(tilt=-0.3), south=True)
    assert south == pytest.approx(-north, abs=0.02)
    around = cusp.cusp_latitude(t96(b_z=-2.0), np.array([9.0, 12.0, 15.0]))
    assert around[0] == pytest.approx(around[2], abs=0.02)
    assert around[1] > around[0]


def test_dipole_alone_has_no_cusp_by_day():
    """Every line of a dipole closes where it starts, up to the poleward end of the search."""
    field = magnetic_field(None, "dipole", dipole_tilt=0.0)
    assert cusp.cusp_latitude(field, box=(-1e5, 1e5, -1e5, 1e5, -1e5, 1e5), longest=1e6) > 88.0


# Field -------------------------------------------------------------------------------------------------------------


@given(st.floats(30.0, 300.0), st.floats(0.1, 20.0), st.floats(1e5, 2e6))
def test_cavity_is_in_pressure_balance(b, n, t):
    inside = cusp.diamagnetic_cavity(b, n, t)
    pressure = n * 1e6 * BOLTZMANN * t + (inside * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY)
    available = (b * 1e-9) ** 2 / (2 * VACUUM_PERMEABILITY)
    assert pressure == pytest.approx(available, rel=1e-9) if inside > 0 else pressure >= available


# Velocity filter ---------------------------------------------------------------------------------------------------


@given(st.floats(0.02, 20.0), st.floats(2.0, 40.0))
def test_cutoff_and_time_since_reconnection_invert_each_other(energy, distance):
    assert cusp.cutoff_energy(cusp.time_since_reconnection(energy, distance), distance) == pytest.approx(energy)


@given(st.floats(0.1, 6.0), st.floats(2.0, 40.0), st.floats(0.1, 3.0), st.floats(0.0, 1000.0))
def test_width_inverts_the_dispersion(offset, distance, speed, height):
    energy = cusp.dispersion_energy(offset, distance, speed, height)
    assert cusp.cusp_width(energy, distance, speed, height) == pytest.approx(offset)


def test_energy_falls_with_the_square_of_latitude():
    assert cusp.dispersion_energy(1.0) / cusp.dispersion_energy(3.0) == pytest.approx(9.0)


STEADY = ([-4000.0, 400.0], [45.0, 45.0])


def test_steady_reconnection_gives_the_closed_form():
    """The boundary stands still where E = b u: cutoff against latitude is that of the formula."""
    time = np.arange(1.0, 100.0, 1.0)
    position = 6.0 * time
    orbit = cusp.CuspDispersion().solve(time, position, [1.0], *STEADY)
    degrees = np.rad2deg(position / 6371.2)
    np.testing.assert_allclose(orbit["cutoff"], cusp.dispersion_energy(degrees), rtol=1e-6)


def test_nothing_precipitates_equatorward_of_the_boundary_or_below_the_cutoff():
    time = np.arange(-50.0, 100.0, 1.0)
    energy = np.geomspace(0.05, 20.0, 40)
    orbit = cusp.CuspDispersion().solve(time, 6.0 * time, energy, *STEADY)
    assert np.isnan(orbit["cutoff"][time < 0]).all()
    assert (orbit["flux"][time < 0] == 0).all()
    flux, cutoff = orbit["flux"].values[time > 0], orbit["cutoff"].values[time > 0]
    below = energy[None, :] < cutoff[:, None]
    assert (flux[below] == 0).all()
    assert (flux[~below] > 0).all()


def test_boundary_moves_as_lines_are_opened_faster_than_they_are_carried_off():
    """After 100 s at twice the steady rate it has come equatorward by u t."""
    time = np.full(401, 100.0)
    position = np.linspace(-200.0, 0.0, 401)
    orbit = cusp.CuspDispersion().solve(time, position, [1.0], [-1000.0, -1e-6, 0.0, 200.0], [45.0, 45.0, 90.0, 90.0])
    first = position[np.isfinite(orbit["cutoff"])].min()
    assert first == pytest.approx(-100.0, abs=0.6)


def test_after_a_pause_the_cutoff_has_a_step():
    """No line was opened for 120 s: across that place the time since reconnection jumps by just as much."""
    time = np.arange(0.0, 100.0, 0.25)
    rate_time = np.array([-4000.0, -300.01, -300.0, -180.0, -179.99, 400.0])
    rate = np.array([45.0, 45.0, 0.0, 0.0, 45.0, 45.0])
    orbit = cusp.CuspDispersion().solve(time, 7.0 * time - 100.0, [1.0], rate_time, rate)
    since = orbit["time_since"].values
    steps = np.diff(since[np.isfinite(since)])
    ordinary = np.median(steps)
    assert steps.max() == pytest.approx(120.0 + ordinary, abs=2.0 * ordinary)
    assert (steps > 20.0).sum() == 1


def test_history_recovers_pulsed_reconnection():
    """Bursts of a minute every four: what the satellite sees gives back when and how fast."""
    time = np.arange(0.0, 140.0, 0.25)
    position = 7.2 * time - 150.0
    rate_time = np.arange(-4000.0, 400.0, 1.0)
    rate = np.where(rate_time % 240.0 < 60.0, 150.0, 10.0)
    orbit = cusp.CuspDispersion().solve(time, position, [1.0], rate_time, rate)
    at, found = cusp.reconnection_history(time, position, orbit["cutoff"].values)
    good = np.isfinite(found)
    at, found = at[good], found[good]
    assert good.sum() > 400
    # between two samples lie up to some 20 s of the past when reconnection is slow: compare away from the edges
    phase = at % 240.0
    burst, pause = (phase > 5.0) & (phase < 55.0), (phase > 90.0) & (phase < 210.0)
    np.testing.assert_allclose(found[burst], 150.0, rtol=0.01)
    np.testing.assert_allclose(found[pause], 10.0, rtol=0.02)
    # all flux that was opened is found again
    order = np.argsort(at)
    opened = np.trapezoid(found[order], at[order])
    mean = opened / (at.max() - at.min())
    assert mean == pytest.approx(rate.mean(), rel=0.15)


def test_history_converges_with_sampling():
    rate_time = np.arange(-4000.0, 400.0, 1.0)
    rate = 45.0 * (1.0 + 0.5 * np.sin(2 * np.pi * rate_time / 300.0))
    errors = []
    for cadence in (2.0, 1.0, 0.5):
        time = np.arange(10.0, 140.0, cadence)
        orbit = cusp.CuspDispersion().solve(time, 7.0 * time, [1.0], rate_time, rate)
        at, found = cusp.reconnection_history(time, 7.0 * time, orbit["cutoff"].values)
        good = np.isfinite(found)
        errors.append(np.abs(found[good] - np.interp(at[good], rate_time, rate)).max())
    assert errors[1] < 0.4 * errors[0]
    assert errors[2] < 0.6 * errors[1]


def test_published_method_misses_the_motion_of_the_plasma():
    """A satellite at v through plasma at u: the formula gives v / (v + u) of the rate that holds."""
    time = np.arange(20.0, 100.0, 0.1)
    orbit = cusp.CuspDispersion().solve(time, 7.0 * time, [1.0], *STEADY)
    cutoff = orbit["cutoff"].values
    rate = cusp.lockwood_smith_1992(cutoff, np.gradient(cutoff, time), 7.0, 45_000.0)
    np.testing.assert_allclose(rate[5:-5], 45.0 * 7.0 / 8.0, rtol=1e-3)


@pytest.mark.parametrize("kappa", [None, 3.0, 8.0])
def test_source_holds_the_stated_density(kappa):
    """The phase space density behind the flux, integrated over all velocities about the drift."""
    solver = cusp.CuspDispersion(kappa=kappa, drift=0.0, n=7.0, t=1.5e6)
    speed = np.linspace(0.0, 60_000.0, 2_000_001)  # km/s: the tail of a small kappa is long
    joule = 1.602176634e-16
    density = solver._source(speed) * PROTON_MASS**2 / (2.0 * joule**2 * 1e-4)
    total = np.trapezoid(4.0 * np.pi * (speed * 1e3) ** 2 * density, speed * 1e3)
    assert total * 1e-6 == pytest.approx(7.0, rel=2e-3)


def test_flux_is_continuous_with_the_maxwellian_for_large_kappa():
    time = np.array([60.0])
    energy = np.geomspace(0.5, 5.0, 10)
    flat, kappa = (
        cusp.CuspDispersion(kappa=k).solve(time, [200.0], energy, *STEADY)["flux"].values for k in (None, 1e6)
    )
    np.testing.assert_allclose(kappa, flat, rtol=1e-3)


def test_faults_are_named():
    with pytest.raises(InputError, match="ascending"):
        cusp.CuspDispersion().solve([0.0], [0.0], [1.0], [1.0, 0.0], [1.0, 1.0])
    with pytest.raises(InputError, match="below 0"):
        cusp.CuspDispersion().solve([0.0], [0.0], [1.0], [0.0, 1.0], [1.0, -1.0])
    with pytest.raises(InputError, match="kappa"):
        cusp.CuspDispersion(kappa=1.0)
    with pytest.raises(InputError, match="above 0"):
        cusp.CuspDispersion(distance=-1.0)
    dates = np.array(["2015-03-17T00:00", "2015-03-17T00:01"], "datetime64[ns]")
    with pytest.raises(InputError, match="seconds"):
        cusp.CuspDispersion().solve(dates, [0.0, 1.0], [1.0], *STEADY)
    with pytest.raises(InputError, match="seconds"):
        cusp.reconnection_history(dates, [0.0, 1.0], [1.0, 1.0])
    with pytest.raises(InputError, match="one length"):
        cusp.reconnection_history([0.0, 1.0], [0.0], [1.0])


def test_a_missing_position_is_missing_alone():
    time = np.arange(20.0, 100.0, 10.0)
    position = 7.0 * time
    whole = cusp.CuspDispersion().solve(time, position, 1.0, *STEADY)["cutoff"].values
    position[3] = np.nan
    part = cusp.CuspDispersion().solve(time, position, 1.0, *STEADY)["cutoff"].values
    assert np.isnan(part[3])
    np.testing.assert_allclose(np.delete(part, 3), np.delete(whole, 3), rtol=1e-3)


def test_no_samples_give_no_samples():
    assert cusp.CuspDispersion().solve([], [], [1.0, 2.0], *STEADY)["flux"].shape == (0, 2)

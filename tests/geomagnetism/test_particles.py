"""Orbits against closed forms, an independent integrator, published periods, and each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sunearth.core.constants import (
    DIPOLE_EQUATORIAL_FIELD,
    EARTH_RADIUS,
    ELECTRON_MASS,
    ELEMENTARY_CHARGE,
    PROTON_MASS,
    SPEED_OF_LIGHT,
)
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism._field_kernels import dipole_field
from sunearth.geomagnetism.field import Field, magnetic_field
from sunearth.geomagnetism.particles import (
    ENDS,
    measured_bounce_period,
    measured_drift_period,
    trajectories,
)
from sunearth.geomagnetism.trapped import bounce_period, drift_period

DIPOLE = magnetic_field(internal="dipole")
UNIFORM = Field.from_function(lambda x, y, z: (0.0, 0.0, 100.0), name="uniform")
PROTON_REST = PROTON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE / 1e3  # keV
ELECTRON_REST = ELECTRON_MASS * SPEED_OF_LIGHT**2 / ELEMENTARY_CHARGE / 1e3
STRONG = Field.from_function(dipole_field, (0.0, 0.0, -31_000.0), name="dipole of 31 000 nT")
WIDE = (-1e6, 1e6, -1e6, 1e6, -1e6, 1e6)


def speed_and_gyration(energy, rest, b):
    """Speed in R_E/s and angular frequency in rad/s."""
    gamma = 1 + energy / rest
    omega = ELEMENTARY_CHARGE * b * 1e-9 / (gamma * rest * 1e3 * ELEMENTARY_CHARGE / SPEED_OF_LIGHT**2)
    return np.sqrt(1 - gamma**-2) * SPEED_OF_LIGHT / EARTH_RADIUS, omega


@pytest.mark.parametrize(
    ("species", "rest", "sign", "energy"), [("proton", PROTON_REST, 1, 50.0), ("electron", ELECTRON_REST, -1, 2000.0)]
)
def test_gyration_in_a_uniform_field(species, rest, sign, energy):
    """Radius, period and sense of turning; the error falls with the square of the step."""
    v, omega = speed_and_gyration(energy, rest, 100.0)
    times = np.linspace(0.0, 20.0, 41) / omega
    radius = v / omega
    # it starts to go towards +y, with its centre on the side that the force points to
    phase = -sign * omega * times
    x = 20.0 - sign * radius * np.cos(phase)
    y = -sign * radius * np.sin(phase)
    errors = []
    for steps in (25, 50, 100):
        orbit = trajectories(
            UNIFORM, 20.0, 0.0, 0.0, energy, times, species=species, method="full_orbit", box=WIDE,
            steps_per_gyration=steps,
        )  # fmt: skip
        errors.append(np.hypot(orbit["x"] - x, orbit["y"] - y).max().item() / radius)
        np.testing.assert_allclose(np.hypot(orbit["x"] - 20.0, orbit["y"]), radius, rtol=0.02)
    assert errors[2] < 0.03
    assert 3.7 < errors[0] / errors[1] < 4.3
    assert 3.7 < errors[1] / errors[2] < 4.3


def test_measured_gyroperiod_is_the_analytic_one():
    _, omega = speed_and_gyration(100.0, PROTON_REST, 100.0)
    times = np.linspace(0.0, 10.0, 400) * 2 * np.pi / omega
    orbit = trajectories(UNIFORM, 20.0, 0.0, 0.0, 100.0, times, method="full_orbit", box=WIDE)
    turned = np.unwrap(np.arctan2(orbit["y"].values, orbit["x"].values - 20.0))
    period = 2 * np.pi * times[-1] / (turned[0] - turned[-1])
    assert period == pytest.approx(2 * np.pi / omega, rel=2e-3)


@pytest.mark.parametrize("field", [DIPOLE, magnetic_field("2015-03-17")], ids=["dipole", "igrf"])
def test_energy_is_kept_over_a_hundred_thousand_gyrations(field):
    """A 100 keV proton at 3 R_E gyrates about 17 times a second at the equator and faster off it."""
    _, omega = speed_and_gyration(100.0, PROTON_REST, DIPOLE_EQUATORIAL_FIELD / 27)
    span = 1e5 * 2 * np.pi / omega if field is DIPOLE else 2e3 * 2 * np.pi / omega
    orbit = trajectories(
        field, -3.0, 0.0, 0.0, 100.0, np.linspace(0, span, 50), pitch_angle=1.0, method="full_orbit",
        steps_per_gyration=24,
    )  # fmt: skip
    assert orbit["end"] == ENDS.index("time")
    np.testing.assert_allclose(orbit["energy"], 100.0, rtol=1e-10)


def test_mirror_points_of_a_full_orbit_do_not_creep():
    """The mean magnetic moment is the same in the first and in the last of some two hundred bounces."""
    orbit = trajectories(
        DIPOLE, 4.0, 0.0, 0.0, 100.0, np.linspace(0, 4000, 20001), pitch_angle=np.pi / 4, method="full_orbit",
        steps_per_gyration=32,
    )  # fmt: skip
    moments = orbit["mu"].values
    assert moments[-2000:].mean() == pytest.approx(moments[:2000].mean(), rel=2e-4)


def test_full_orbit_is_that_of_an_independent_integrator():
    rest, energy = PROTON_REST, 5000.0
    u = np.sqrt(energy * (energy + 2 * rest)) / rest
    light = SPEED_OF_LIGHT / EARTH_RADIUS
    per_nt = ELEMENTARY_CHARGE / PROTON_MASS * 1e-9
    gamma = np.sqrt(1 + u * u)

    def lorentz(_, w):
        r2 = w[:3] @ w[:3]
        b = -DIPOLE_EQUATORIAL_FIELD * (3 * w[2] * w[:3] - r2 * np.array([0.0, 0.0, 1.0])) / r2**2.5
        return np.concatenate([w[3:] * light / gamma, per_nt / gamma * np.cross(w[3:], b)])

    # a place on the equator, where the field is along z: magnetic east is y
    pitch, phase = 1.1, 0.7
    start = [
        3.0,
        0.0,
        0.0,
        *(u * np.array([-np.sin(pitch) * np.sin(phase), np.sin(pitch) * np.cos(phase), np.cos(pitch)])),
    ]
    times = np.linspace(0.0, 3.0, 7)
    expected = solve_ivp(lorentz, (0, 3), start, "DOP853", times, rtol=1e-11, atol=1e-11).y
    off = []
    for steps in (200, 400):
        orbit = trajectories(
            DIPOLE, 3.0, 0.0, 0.0, energy, times, pitch_angle=pitch, gyrophase=phase, method="full_orbit",
            start="particle", steps_per_gyration=steps,
        )  # fmt: skip
        off.append(np.linalg.norm([orbit[c].values - expected[k] for k, c in enumerate("xyz")], axis=0).max())
    assert off[1] < 2e-3
    assert 3.5 < off[0] / off[1] < 4.5


@pytest.mark.parametrize("method", ["full_orbit", "guiding_centre"])
def test_drift_in_crossed_fields(method):
    """E x B, also at relativistic energy: 5 mV/m and 100 nT give 50 km/s."""
    gyration = 2 * np.pi / speed_and_gyration(1000.0, PROTON_REST, 100.0)[1]
    times = np.linspace(0.0, 200 * gyration, 4001)
    orbit = trajectories(
        UNIFORM, 50.0, 0.0, 0.0, 1000.0, times, method=method, electric_field=(5.0, 0.0, 0.0), box=WIDE
    )
    drift = np.polynomial.polynomial.polyfit(times, orbit["y"].values * EARTH_RADIUS / 1e3, 1)[1]
    assert drift == pytest.approx(-50.0, rel=1e-5 if method == "guiding_centre" else 0.01)


def test_electric_field_does_work():
    """Along the field a particle gains what it falls through: 1 mV/m over 1 R_E is 6.37 keV."""
    orbit = trajectories(
        UNIFORM, 50.0, 0.0, 0.0, 10.0, np.linspace(0, 20, 50), pitch_angle=1e-6, electric_field=(0, 0, 1.0),
        box=WIDE, method="guiding_centre",
    )  # fmt: skip
    fallen = (orbit["z"] - orbit["z"][0]) * EARTH_RADIUS * 1e-3 * 1e-3
    np.testing.assert_allclose(orbit["energy"] - 10.0, fallen, rtol=1e-7, atol=1e-7)
    full = trajectories(
        UNIFORM, 50.0, 0.0, 0.0, 10.0, np.linspace(0, 5, 50), pitch_angle=0.5, electric_field=(0, 0, 1.0),
        box=WIDE, method="full_orbit",
    )  # fmt: skip
    fallen = (full["z"] - full["z"][0]) * EARTH_RADIUS * 1e-3 * 1e-3
    np.testing.assert_allclose(full["energy"] - 10.0, fallen, rtol=1e-4, atol=1e-4)


def test_cold_plasma_turns_with_the_earth():
    orbit = trajectories(
        DIPOLE, 3.0, 0.0, 0.0, 1e-3, np.linspace(0, 20_000, 11), corotation=True, method="guiding_centre"
    )
    assert measured_drift_period(orbit).item() == pytest.approx(86_164.1, rel=1e-3)


# Bounce and drift periods in a dipole of 31 000 nT, evaluated independently; the one at 10 degrees from exact integrals
PERIODS = [
    ("electron", 100.0, 6.6, 90.0, None, 72.5 * 60),
    ("electron", 300.0, 6.6, 90.0, None, 27.2 * 60),
    ("electron", 1000.0, 6.6, 90.0, None, 9.95 * 60),
    ("electron", 100.0, 6.6, 10.0, None, 96.4 * 60),
    ("electron", 100.0, 4.0, 90.0, None, 119.6 * 60),
    ("electron", 1000.0, 6.0, 30.0, 0.5418, None),
    ("proton", 100.0, 6.6, 89.0, 28.5, -66.6 * 60),
]


@pytest.mark.parametrize(("species", "energy", "l_shell", "pitch", "bounce", "drift"), PERIODS)
def test_periods_in_a_dipole(species, energy, l_shell, pitch, bounce, drift):
    options = {"pitch_angle": np.radians(pitch), "species": species, "method": "guiding_centre"}
    if drift is not None:
        orbit = trajectories(STRONG, l_shell, 0.0, 0.0, energy, np.linspace(0, abs(drift), 500), **options)
        assert measured_drift_period(orbit).item() == pytest.approx(drift, rel=0.005)
    if bounce is not None:
        orbit = trajectories(STRONG, l_shell, 0.0, 0.0, energy, np.linspace(0, 10.3 * bounce, 2000), **options)
        assert measured_bounce_period(orbit).item() == pytest.approx(bounce, rel=0.003)


@pytest.mark.parametrize("species", ["electron", "proton"])
@given(energy=st.floats(10.0, 2000.0), l_shell=st.floats(2.0, 7.0), pitch=st.floats(20.0, 85.0))
@settings(max_examples=15, deadline=None)
def test_periods_of_guiding_centres_are_those_of_the_exact_integrals(species, energy, l_shell, pitch):
    """To 1 %, while the radius of gyration is below a fiftieth of the distance."""
    energy = energy if species == "electron" else min(energy, 4000.0 / l_shell**4)
    alpha = np.radians(pitch)
    bounce = float(bounce_period(energy, l_shell, alpha, species=species))
    orbit = trajectories(
        DIPOLE, l_shell, 0.0, 0.0, energy, np.linspace(0.0, 20.5 * bounce, 2000), pitch_angle=alpha, species=species,
        method="guiding_centre",
    )  # fmt: skip
    assert measured_bounce_period(orbit).item() == pytest.approx(bounce, rel=0.01)
    whole = orbit.isel(time=slice(0, int(2000 * 20 / 20.5)))
    drift = float(drift_period(energy, l_shell, alpha, species=species)) * (1 if species == "electron" else -1)
    assert measured_drift_period(whole).item() == pytest.approx(drift, rel=0.01)


def test_full_orbit_and_guiding_centre_agree():
    """A 1 MeV proton at 3 R_E, 60 degrees: bounce and drift agree with each other to a per cent."""
    times = np.linspace(0, 200, 8000)
    options = {"pitch_angle": np.radians(60.0), "species": "proton"}
    guide = trajectories(DIPOLE, 3.0, 0.0, 0.0, 1000.0, times, method="guiding_centre", **options)
    full = trajectories(DIPOLE, 3.0, 0.0, 0.0, 1000.0, times, method="full_orbit", **options)
    assert full["full_orbit_share"] == 1.0
    assert guide["full_orbit_share"] == 0.0
    for measure in (measured_bounce_period, measured_drift_period):
        assert measure(full).item() == pytest.approx(measure(guide).item(), rel=0.012)


def test_full_orbit_drifts_round_the_earth_in_the_exact_time():
    """100 keV protons at 4 and 6.6 R_E, 90 degrees, once round: some thousand gyrations."""
    for l_shell in (4.0, 6.6):
        expected = float(drift_period(100.0, l_shell, species="proton"))
        orbit = trajectories(
            DIPOLE, l_shell, 0.0, 0.0, 100.0, np.linspace(0, expected, 2001), method="full_orbit", box=WIDE
        )
        assert measured_drift_period(orbit).item() == pytest.approx(-expected, rel=0.01)


def test_guiding_centre_keeps_energy_and_shell_over_a_hundred_bounces():
    orbit = trajectories(
        DIPOLE, 5.0, 0.0, 0.0, 1000.0, np.linspace(0, 55, 4001), pitch_angle=np.radians(40.0), species="electron",
        method="guiding_centre",
    )  # fmt: skip
    np.testing.assert_allclose(orbit["energy"], 1000.0, rtol=1e-6)
    r = np.sqrt(orbit["x"] ** 2 + orbit["y"] ** 2 + orbit["z"] ** 2)
    shell = r**3 / (orbit["x"] ** 2 + orbit["y"] ** 2)
    np.testing.assert_allclose(shell, 5.0, rtol=1e-3)
    assert measured_bounce_period(orbit) < 0.55
    # sin^2(pitch)/B is what the magnetic moment says, at every place
    b = DIPOLE(orbit["x"].values, orbit["y"].values, orbit["z"].values)
    strength = np.sqrt(b.b_x**2 + b.b_y**2 + b.b_z**2)
    ratio = np.sin(orbit["pitch_angle"].values) ** 2 / strength
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)


def test_guiding_centre_goes_back_where_it_came_from():
    there = trajectories(DIPOLE, 4.0, 1.0, 0.5, 500.0, [0.0, 30.0], pitch_angle=0.9, method="guiding_centre")
    last = there.isel(time=-1)
    back = trajectories(
        DIPOLE, last["x"], last["y"], last["z"], last["energy"], [30.0, 0.0], pitch_angle=last["pitch_angle"],
        method="guiding_centre",
    )  # fmt: skip
    np.testing.assert_allclose([back[c][-1] for c in "xyz"], [4.0, 1.0, 0.5], atol=1e-5)
    assert back["end_time"] <= 0.0


def test_steps_of_a_full_orbit_can_be_undone():
    """Whole orbits through mirror points, forward and then backward, come back to rounding."""
    from sunearth.geomagnetism._particle_kernels import orbit_step

    body = np.array([ELEMENTARY_CHARGE / PROTON_MASS * 1e-9, SPEED_OF_LIGHT / EARTH_RADIUS])
    start = np.array([3.0, 0.0, 0.0, 0.01, 0.01, 0.02])
    orbit, after, rate = start.copy(), np.empty(6), 300.0
    parts = (DIPOLE.inner, DIPOLE.inner_records[0], DIPOLE.outer, DIPOLE.outer_records[0], body, np.zeros(6))
    rates = [rate]
    for _ in range(3000):
        rate = orbit_step(*parts, rate, 1.0, 40.0, orbit, after)
        orbit[:] = after
        rates.append(rate)
    assert max(rates) > 3 * min(rates)
    assert np.abs(orbit - start).max() > 0.01
    for _ in range(3000):
        rate = orbit_step(*parts, rate, -1.0, 40.0, orbit, after)
        orbit[:] = after
    np.testing.assert_allclose(orbit, start, atol=1e-7)
    assert rate == pytest.approx(300.0, rel=1e-4)


def test_automatic_method_follows_the_adiabaticity():
    """In a stretched tail a proton is a guiding centre near the Earth and gyrates where the line bends."""
    field = magnetic_field("2015-03-17T18:00", external="t89", kp=5.0)
    orbits = trajectories(field, -9.0, 0.0, 0.0, 100.0, np.linspace(0, 300, 301), pitch_angle=np.radians([10.0, 40.0]))
    assert ((orbits["full_orbit_share"] > 0.05) & (orbits["full_orbit_share"] < 0.95)).all()
    followed = orbits["method"].values
    alive = followed >= 0
    assert {0, 1} <= set(followed[alive].tolist())
    np.testing.assert_allclose(orbits["energy"].values[alive], 100.0, rtol=1e-5)
    distance = np.abs(orbits["x"].values)
    assert distance[alive & (followed == 0)].mean() > distance[alive & (followed == 1)].mean()
    inner = trajectories(field, -4.0, 0.0, 0.0, 100.0, np.linspace(0, 300, 31), species="electron")
    assert inner["full_orbit_share"] == 0.0


def test_every_particle_ends_and_says_how():
    times = np.linspace(0.0, 100.0, 101)
    lost = trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, times, pitch_angle=0.01, altitude=100.0)
    assert lost["end"] == ENDS.index("surface")
    assert 0 < lost["end_time"] < 100
    assert np.isfinite(lost["x"][: int(lost["end_time"])]).all()
    assert np.isnan(lost["x"][int(lost["end_time"]) + 2 :]).all()
    assert (lost["method"][-1] == -1).all()
    full = trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, times, pitch_angle=0.01, altitude=100.0, method="full_orbit")
    assert full["end"] == ENDS.index("surface")
    assert full["end_time"].item() == pytest.approx(lost["end_time"].item(), rel=0.02)
    away = trajectories(UNIFORM, 15.0, 0.0, 0.0, 100.0, times, pitch_angle=0.3)
    assert away["end"] == ENDS.index("box")
    ended = trajectories(
        DIPOLE, [0.5, np.nan, 4.0, 30.0], 0.0, 0.0, [100.0, 100.0, np.nan, 100.0], times, species="electron"
    )
    expected = [ENDS.index(name) for name in ("inside", "undefined", "undefined", "box")]
    np.testing.assert_array_equal(ended["end"], expected)
    assert np.isnan(ended["x"]).all()
    for method in ("full_orbit", "guiding_centre"):
        short = trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, [0.0, 1e9], most_steps=500, method=method)
        assert short["end"] == ENDS.index("steps")
        assert short["steps"] == 500


@pytest.mark.parametrize("method", ["full_orbit", "guiding_centre", "auto"])
def test_edge_of_a_gridded_field(method):
    axis = np.linspace(2.0, 4.0, 5)
    side = np.linspace(-1.0, 1.0, 5)
    one = np.ones((5, 5, 5))
    field = Field.from_grid(axis, side, side, 0 * one, 0 * one, 100 * one)
    orbit = trajectories(field, 3.0, 0.0, 0.0, 10.0, np.linspace(0, 1000, 11), pitch_angle=0.2, method=method)
    assert orbit["end"] == ENDS.index("undefined")
    assert 0 < orbit["end_time"] < 1000


def test_many_particles_and_states_at_once():
    field = magnetic_field("2015-03-17T18:00", external="t89", kp=np.array([1.0, 5.0]))
    both = trajectories(field, -6.6, 0.0, 0.0, 1000.0, [0.0, 60.0], species="electron")
    assert both["x"].shape == (2, 2)
    assert both["x"][0, 1] != both["x"][1, 1]
    one = trajectories(
        magnetic_field("2015-03-17T18:00", external="t89", kp=5.0),
        -6.6,
        0.0,
        0.0,
        1000.0,
        [0.0, 60.0],
        species="electron",
    )
    np.testing.assert_array_equal(one["x"], both["x"][1])


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(InputError, match="ascending or descending"):
        trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, [0.0, 2.0, 1.0])
    with pytest.raises(UnknownNameError, match="proton"):
        trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, [0.0, 1.0], species="protons")
    with pytest.raises(UnknownNameError, match="full_orbit"):
        trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, [0.0, 1.0], method="full")
    with pytest.raises(InputError, match="rest energy"):
        trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, [0.0, 1.0], species=(1.0, 0.0))
    with pytest.raises(InputError, match="above zero"):
        trajectories(DIPOLE, 4.0, 0.0, 0.0, 100.0, [0.0, 1.0], tolerance=0.0)
    with pytest.raises(InputError, match="do not broadcast"):
        trajectories(DIPOLE, [4.0, 5.0], [0.0, 0.0, 0.0], 0.0, 100.0, [0.0, 1.0])

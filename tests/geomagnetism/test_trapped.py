"""Trapped particles: against quadrature, orbit averages of the drift, and orbits followed step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants, integrate, optimize

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD, EARTH_RADIUS
from sunearth.core.errors import UnknownNameError
from sunearth.geomagnetism import cutoff, dipole, trapped

SPECIES = st.sampled_from(sorted(trapped.SPECIES))
ENERGIES = st.floats(1e-2, 1e6)
PITCH = st.floats(1e-4, np.pi / 2)


def field_growth(latitude):
    return np.sqrt(1 + 3 * np.sin(latitude) ** 2) / np.cos(latitude) ** 6


def slow_integrals(pitch_angle, points=20000):
    """T, D and Y by the midpoint rule; D as the average over the bounce of the drift of a guiding centre."""
    y = np.sin(pitch_angle)
    end = optimize.brentq(lambda a: y * y * field_growth(a) - 1, 0, 1.5707, xtol=1e-15)
    u = (np.arange(points) + 0.5) * np.pi / 2 / points
    latitude, width = end * np.sin(u), end * np.cos(u) * np.pi / 2 / points
    sine, cosine = np.sin(latitude), np.cos(latitude)
    line = cosine * np.sqrt(1 + 3 * sine**2)
    parallel = np.sqrt(1 - y * y * field_growth(latitude))
    # A dipole of unit field and distance: B x grad B over B^3, and the rate about the axis.
    r = cosine**2
    b, b_r, b_l = np.sqrt(1 + 3 * sine**2) / r**3, -2 * sine / r**3, cosine / r**3
    slope_r, slope_l = -3 * b / r, 3 * sine * cosine / np.sqrt(1 + 3 * sine**2) / r**4
    drift = (1 - 0.5 * y * y * field_growth(latitude)) * (b_r * slope_l - b_l * slope_r) / b**3 / (r * cosine)
    return (
        np.sum(line / parallel * width),
        np.sum(drift * line / parallel * width) / 3,
        2 * np.sum(line * parallel * width),
    )


@pytest.mark.parametrize("degrees", [1.0, 3.0, 10.0, 30.0, 45.0, 60.0, 80.0, 89.0])
def test_dipole_integrals_against_slow_quadrature(degrees):
    fast = trapped.dipole_integrals(np.radians(degrees))
    slow = slow_integrals(np.radians(degrees))
    np.testing.assert_allclose(fast, slow, rtol=2e-7, atol=1e-10)


def test_dipole_integrals_at_the_ends():
    on_equator = trapped.dipole_integrals(np.pi / 2)
    assert on_equator.bounce == pytest.approx(np.pi * np.sqrt(2) / 6, rel=1e-14)
    assert on_equator.drift == pytest.approx(np.pi * np.sqrt(2) / 12, rel=1e-14)
    assert on_equator.action == pytest.approx(0.0, abs=1e-14)
    along = 1 + np.log(2 + np.sqrt(3)) / (2 * np.sqrt(3))
    end = trapped.dipole_integrals(0.0)
    assert end.bounce == pytest.approx(along, rel=1e-12)
    assert end.action == pytest.approx(2 * along, rel=1e-12)
    # All along the line: the length of the whole dipole line.
    assert 2 * end.bounce == pytest.approx(dipole.arc_length(1.0, 90.0) * 2, rel=1e-12)


@given(pitch_angle=st.floats(0.02, 1.55))
def test_action_and_bounce_are_tied(pitch_angle):
    step = 1e-4 * pitch_angle
    low, mid, high = (trapped.dipole_integrals(pitch_angle + k * step) for k in (-1, 0, 1))
    slope = (high.action - low.action) / (2 * step) * np.tan(pitch_angle)
    assert slope == pytest.approx(mid.action - 2 * mid.bounce, abs=1e-5)


def test_published_approximations_are_as_good_as_they_say():
    pitch_angle = np.radians(np.linspace(1.0, 89.5, 300))
    exact = trapped.dipole_integrals(pitch_angle)
    assert np.abs(trapped.hamlin_1961(pitch_angle) / exact.bounce - 1).max() == pytest.approx(0.04, abs=1e-3)
    for name, error in (("schulz_lanzerotti_1974", 0.0105), ("schulz_1991", 0.0065)):
        approximate = getattr(trapped, name)(pitch_angle)
        for part, reference in zip(approximate, exact, strict=True):
            worst = np.abs(part / reference - 1)[:270].max()
            assert 1e-3 < worst < error
    steep = pitch_angle > np.radians(5)
    rate = (0.35 + 0.15 * np.sin(pitch_angle)) * exact.bounce / exact.drift
    assert np.abs(rate[steep] - 1).max() < 0.01


def test_printed_coefficients_follow():
    y = np.sin(np.radians(20.0))
    t, d, _ = trapped.schulz_1991(np.radians(20.0))
    assert t == pytest.approx(1.380173 - 0.639693 * y**0.75, abs=1e-6)
    assert 12 * d == pytest.approx(5.520692 - 2.357194 * y + 1.279385 * y**0.75, abs=3e-6)
    assert trapped.schulz_lanzerotti_1974(np.radians(20.0)).bounce == pytest.approx(
        1.3802 - 0.3198 * (y + np.sqrt(y)), abs=1e-4
    )


@given(pitch_angle=PITCH)
def test_mirror_latitude_round_trip(pitch_angle):
    mlat = trapped.mirror_latitude(pitch_angle)
    assert trapped.pitch_angle_of_mirror_latitude(mlat) == pytest.approx(pitch_angle, rel=1e-7)
    assert np.sin(pitch_angle) ** 2 * field_growth(np.radians(mlat)) == pytest.approx(1.0, rel=1e-9)
    assert trapped.local_pitch_angle(pitch_angle, 0.999999 * mlat) <= np.pi / 2
    assert trapped.mirror_latitude(np.pi - pitch_angle) == pytest.approx(mlat, abs=1e-6)


@given(l_shell=st.floats(1.2, 10.0), height=st.floats(0.0, 600.0))
def test_loss_cone_particles_mirror_at_the_height(l_shell, height):
    cone = trapped.loss_cone(l_shell, height)
    assert trapped.mirror_height(cone, l_shell) == pytest.approx(height, abs=1e-6)
    foot = dipole.dipole_field(1 + height / 6371.2, dipole.footpoint_latitude(l_shell, height)).b
    assert np.sin(cone) ** 2 == pytest.approx(dipole.dipole_field(l_shell, 0.0).b / foot, rel=1e-9)
    assert np.isnan(trapped.loss_cone(1.05, 600.0))


@given(energy=ENERGIES, species=SPECIES)
def test_speed_and_energy_belong_together(energy, species):
    gamma = trapped.lorentz_factor(energy, species=species)
    beta = trapped.particle_speed(energy, species=species) / (constants.c / 1e3)
    assert beta < 1
    assert 1 / gamma**2 == pytest.approx(1 - beta**2, rel=1e-6, abs=1e-9)


@given(rigidity=st.floats(1e-4, 1e4), species=SPECIES)
def test_rigidity_round_trip(rigidity, species):
    energy = trapped.energy_of_rigidity(rigidity, species=species)
    assert trapped.cosmic_ray_rigidity(energy, species=species) == pytest.approx(rigidity, rel=1e-9)


@given(energy=ENERGIES, b=st.floats(1.0, 5e4), pitch_angle=st.floats(0.01, 1.57), species=SPECIES)
def test_magnetic_moment_round_trip_and_gyration(energy, b, pitch_angle, species):
    mu = trapped.magnetic_moment(energy, b, pitch_angle, species=species)
    assert trapped.energy_of_magnetic_moment(mu, b, pitch_angle, species=species) == pytest.approx(energy, rel=1e-9)
    circle = 2 * np.pi * trapped.gyro_radius(energy, b, pitch_angle, species=species)
    speed = trapped.particle_speed(energy, species=species) * np.sin(pitch_angle)
    assert circle / speed == pytest.approx(trapped.gyro_period(energy, b, species=species), rel=1e-9)


@given(l_shell=st.floats(1.0, 12.0), pitch_angle=st.floats(1e-3, np.pi / 2), b_0=st.floats(2e4, 4e4))
def test_second_invariant_round_trip(l_shell, pitch_angle, b_0):
    k = trapped.second_invariant(l_shell, pitch_angle, b_0)
    again = trapped.pitch_angle_of_second_invariant(l_shell, k, b_0)
    # Near the equator K is flat in the angle: it goes with the square of what is missing to a right angle.
    assert again == pytest.approx(pitch_angle, rel=1e-8, abs=1e-6)
    assert np.isnan(trapped.pitch_angle_of_second_invariant(l_shell, -0.1))


def test_second_invariant_is_the_integral_along_the_line():
    mirror = dipole.dipole_field(6.0 * np.cos(np.radians(30.0)) ** 2, 30.0).b * 1e-5

    def root(a):
        b = dipole.dipole_field(6.0 * np.cos(a) ** 2, np.degrees(a)).b * 1e-5
        return np.sqrt(np.maximum(mirror - b, 0)) * 6.0 * np.cos(a) * np.sqrt(1 + 3 * np.sin(a) ** 2)

    k = integrate.quad(root, -np.pi / 6, np.pi / 6, limit=200)[0]
    assert trapped.second_invariant(6.0, trapped.pitch_angle_of_mirror_latitude(30.0)) == pytest.approx(k, rel=1e-6)


@given(l_shell=st.floats(1.0, 20.0))
def test_dipole_shells_are_their_own_l_star(l_shell):
    flux = trapped.third_invariant(l_shell)
    assert trapped.l_star_of_flux(flux) == pytest.approx(l_shell, rel=1e-12)
    cap = np.radians(90 - dipole.footpoint_latitude(l_shell))
    through = integrate.quad(lambda a: 2 * np.cos(a) * np.sin(a), 0, cap)[0] * 2 * np.pi
    assert flux == pytest.approx(through * DIPOLE_EQUATORIAL_FIELD * 1e-18 * EARTH_RADIUS**2, rel=1e-6)


@given(energy=st.floats(1.0, 1e4), l_shell=st.floats(1.0, 10.0), species=SPECIES)
def test_drift_speed_and_period_agree_on_the_equator(energy, l_shell, species):
    period = trapped.drift_period(energy, l_shell, species=species)
    speed = trapped.equatorial_drift_speed(energy, l_shell, species=species)
    assert speed * period == pytest.approx(2 * np.pi * l_shell * 6371.2, rel=1e-9)


@given(
    x=st.floats(-8, 8),
    y=st.floats(-8, 8),
    z=st.floats(-3, 3),
    energy=st.floats(1.0, 1e4),
    pitch_angle=st.floats(0.0, 3.14),
)
def test_gradient_drift_is_across_and_round(x, y, z, energy, pitch_angle):
    if x * x + y * y < 4:
        return
    place, h = np.array([x, y, z]), 1e-5
    b = np.array(dipole.dipole_field_vector(*place))
    gradient = [
        (
            np.linalg.norm(dipole.dipole_field_vector(*(place + h * e)))
            - np.linalg.norm(dipole.dipole_field_vector(*(place - h * e)))
        )
        / (2 * h)
        for e in np.eye(3)
    ]
    electron = np.array(trapped.gradient_curvature_drift(energy, pitch_angle, *b, *gradient, species="electron"))
    size = np.linalg.norm(electron)
    assert abs(electron @ b) < 1e-9 * size * np.linalg.norm(b)
    assert abs(electron[2]) < 1e-6 * size
    assert x * electron[1] - y * electron[0] > 0, "electrons drift eastward"
    ion = np.array(trapped.gradient_curvature_drift(energy, pitch_angle, *b, *gradient, species="proton"))
    assert ion @ electron < 0


def test_an_orbit_followed_step_by_step():
    """A proton of 10 MeV at L = 2: bounce and drift from its full orbit, to the size of its gyroradius over L."""
    energy, l_shell, pitch_angle = 1e4, 2.0, np.radians(50.0)
    mass, charge = constants.m_p, constants.e
    gamma = float(trapped.lorentz_factor(energy, species="proton"))
    speed = float(trapped.particle_speed(energy, species="proton")) * 1e3 / EARTH_RADIUS
    factor = charge / (gamma * mass) * 1e-9
    m = DIPOLE_EQUATORIAL_FIELD

    def push(t, q):
        x, y, z, u, v, w = q
        r2 = x * x + y * y + z * z
        s = m / (r2 * r2 * np.sqrt(r2))
        bx, by, bz = -3 * s * z * x, -3 * s * z * y, s * (r2 - 3 * z * z)
        return [u, v, w, factor * (v * bz - w * by), factor * (w * bx - u * bz), factor * (u * by - v * bx)]

    def equator(t, q):
        return q[2]

    equator.direction = 1
    radius = speed * np.sin(pitch_angle) / (factor * m / l_shell**3)
    start = [l_shell, 0.0, 0.0, 0.0, speed * np.sin(pitch_angle), speed * np.cos(pitch_angle)]
    # Moving along y in a northward field the proton turns towards +x: the guiding centre lies a radius outward.
    start[0] -= radius
    period = float(trapped.bounce_period(energy, l_shell, pitch_angle, species="proton"))
    path = integrate.solve_ivp(push, (0, 12.2 * period), start, events=equator, rtol=1e-8, atol=1e-10, method="DOP853")
    times = path.t_events[0]
    assert np.mean(np.diff(times[-11:])) == pytest.approx(period, rel=0.02)
    longitude = np.unwrap(np.arctan2(path.y[1], path.y[0]))
    rate = np.polyfit(path.t, longitude, 1)[0]
    assert rate < 0, "westward"
    drift = float(trapped.drift_period(energy, l_shell, pitch_angle, species="proton"))
    assert -2 * np.pi / rate == pytest.approx(drift, rel=0.06)


def test_stormer_cutoff_by_direction():
    zenith = cutoff.stormer_cutoff(1.0, 45.0)
    assert zenith == pytest.approx(cutoff.vertical_cutoff(dipole.l_shell(1.0, 45.0)), rel=1e-12)
    west, east = cutoff.stormer_cutoff(1.0, 45.0, np.pi / 2, np.array([1.5 * np.pi, 0.5 * np.pi]))
    assert west < zenith < east
    assert cutoff.stormer_cutoff(1.0, 45.0, np.pi / 2, 0.0) == pytest.approx(zenith, rel=1e-9)


def test_unknown_species_is_named_with_a_remedy():
    with pytest.raises(UnknownNameError, match="did you mean proton"):
        trapped.drift_period(100.0, 4.0, species="protons")


def test_periods_take_arrays_with_the_broadcast_shape():
    period = trapped.drift_period(np.array([100.0, 1000.0])[:, None], np.array([4.0, 5.0, 6.0]), 0.7)
    assert period.shape == (2, 3)

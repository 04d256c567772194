"""The surface in balance: exact potentials, published shapes, scaling, symmetry, and the field that it confines."""

import math

import numpy as np
import pytest
from scipy.special import eval_legendre

from sunearth.core.errors import InputError
from sunearth.geomagnetism.dipole import dipole_field_vector
from sunearth.magnetosphere import magnetopause
from sunearth.magnetosphere.magnetopause_surface import PressureBalanceMagnetopause, _Grid, _Harmonics

TOWARDS_NORTH = np.array([0.0, 0.0, -1.0])  # moment of the Earth, without tilt


@pytest.fixture(scope="module")
def untilted():
    return PressureBalanceMagnetopause(degree=16).shape()


@pytest.fixture(scope="module")
def tilted():
    return PressureBalanceMagnetopause(degree=12).shape(math.radians(25.0))


def test_potential_on_a_sphere_is_three_times_that_of_the_dipole():
    """A uniform field 2 M / R^3 is added inside, so that the equator has 3 times the field of the dipole."""
    grid = _Grid(6, 7, 20)
    for moment in (TOWARDS_NORTH, np.array([-0.6, 0.0, -0.8])):
        potential = grid.potential_on(np.zeros(28), moment)
        np.testing.assert_allclose(potential, 3 * grid.radial @ moment, atol=1e-3)


def off_centre_sphere(rows, offset):
    """Errors of the potential on a sphere of radius 1 whose centre lies at x = offset, dipole along -z."""
    grid = _Grid(20, 20, rows)
    along = offset * grid.radial[:, 0]
    r = along + np.sqrt(along**2 + 1 - offset**2)
    place = r[:, None] * grid.radial - [offset, 0.0, 0.0]
    # The dipole, seen from the centre of the sphere, is a sum of multipoles, and the sphere multiplies each of degree
    # n by (2 n + 1) / n; d P_n / d c from the recursion.
    c = -place[:, 0]
    exact = np.zeros_like(c)
    for n in range(1, 60):
        derivative = n * (eval_legendre(n - 1, c) - c * eval_legendre(n, c)) / (1 - c**2)
        exact -= (2 * n + 1) / n * offset ** (n - 1) * derivative * place[:, 2]
    found = grid.potential_on(grid.to_shape @ np.log(r), TOWARDS_NORTH)
    return float(np.sqrt(np.average((found - exact) ** 2, weights=grid.weight)) / np.abs(exact).max())


def test_potential_off_centre_converges():
    errors = np.array([off_centre_sphere(rows, 0.3) for rows in (12, 24, 48)])
    orders = np.log2(errors[:-1] / errors[1:])
    assert errors[-1] < 1e-5
    assert (orders > 2.4).all(), (errors, orders)


def test_cavity_in_a_plasma_at_rest_is_that_of_midgley():
    """Midgley 1963: 0.82615 M^(1/3) p^(-1/6) (1 - 0.120039 a^2 - ...) with the latitude a, in Gaussian units."""
    shape = PressureBalanceMagnetopause(degree=24, kappa=0.0, static_ratio=1.0).shape()
    latitude = np.deg2rad(np.arange(0.0, 61.0, 10.0))
    series = [1.0, -0.120039, -0.004180, -0.001085, 0.000200, -0.000597, 0.000326, -0.000094]
    published = 0.82615 * (8 * np.pi) ** (1 / 6) * np.polynomial.polynomial.polyval(latitude**2, series)
    np.testing.assert_allclose(shape.at(np.pi / 2, latitude).r, published, rtol=1.5e-3)
    # the plane of noon is like any other: the grid's axis lies in the equator
    np.testing.assert_allclose(shape.at(latitude, np.pi / 2).r, published, rtol=1.5e-3)
    assert shape.compression == pytest.approx(0.82615**3 * math.sqrt(8 * np.pi), rel=1e-3)


def test_nose_of_the_classic_solution(untilted):
    """Mead and Beard: 1.068 times the distance of a plane sheet, 2.44 times the field of the dipole."""
    assert untilted.compression == pytest.approx(2.44, rel=0.02)
    plane = (4 / (0.88 + 0.02)) ** (1 / 6)
    assert untilted.nose / plane == pytest.approx(1.068, rel=5e-3)
    simple = magnetopause.chapman_ferraro(2.0, untilted.compression, 0.88 + 0.02)
    assert untilted.standoff(2.0) == pytest.approx(simple, rel=5e-3)


def test_neutral_point_where_midgley_has_it(untilted):
    """At 75 degrees from the axis of a cold wind; a static pressure fills the dent a little."""
    np.testing.assert_allclose(np.rad2deg(untilted.cusps[:, 0]), math.degrees(math.atan2(1.0, 0.27)), atol=4.0)
    assert (untilted.cusps[:, 2] < 1e-6).all()
    dent = untilted.at(untilted.cusps[0, 0], np.pi / 2).r
    assert dent < 0.95 * untilted.nose


def test_nose_converges_with_the_degree():
    noses = [PressureBalanceMagnetopause(degree=n).shape().nose for n in (8, 12, 16, 20, 24)]
    assert abs(noses[-1] - noses[-2]) < 1e-3
    assert np.ptp(noses) < 5e-3


def test_pressures_balance(untilted):
    theta, phi = np.linspace(0.0, 2.8, 60)[:, None], np.linspace(0.0, 2 * np.pi, 48)[None, :]
    at = untilted.at(theta, phi)
    inside = (at.field**2).sum(-1)
    outside = 0.88 * np.maximum(at.incidence, 0.0) ** 2 + 0.02
    cusps = np.cos(untilted.cusps[0, 0]), np.sin(untilted.cusps[0, 0])
    near = np.abs(np.cos(theta) * cusps[0] + np.abs(np.sin(theta) * np.sin(phi)) * cusps[1]) > math.cos(0.35)
    weight = np.sin(theta) * ~near * (theta < np.pi / 2)
    assert math.sqrt(np.average((inside / outside - 1) ** 2, weights=weight)) < 0.02
    # nothing goes through
    np.testing.assert_allclose((at.field * at.normal).sum(-1), 0.0, atol=1e-12)


def test_scales_with_the_sixth_root_of_pressure(untilted):
    theta = np.linspace(0.0, np.pi, 20)
    np.testing.assert_allclose(untilted.radius(theta, 1.0, 64.0) * 2, untilted.radius(theta, 1.0, 1.0), rtol=1e-13)
    np.testing.assert_allclose(untilted.total_current(8.0), untilted.total_current(1.0) * 2, rtol=1e-12)


def test_opposite_tilts_mirror_each_other(tilted):
    other = PressureBalanceMagnetopause(degree=12).shape(-tilted.dipole_tilt)
    theta, phi = np.linspace(0.0, np.pi, 25)[:, None], np.linspace(0.0, 6.0, 30)[None, :]
    here, there = tilted.at(theta, phi), other.at(theta, -phi)
    np.testing.assert_allclose(there.r, here.r, rtol=1e-7)
    np.testing.assert_allclose(there.field, here.field * [-1.0, -1.0, 1.0], atol=1e-6)
    # dawn and dusk are alike, and the cusp that leans to the Sun lies nearer to the nose
    np.testing.assert_allclose(tilted.at(theta, np.pi - phi).r, here.r, rtol=1e-12)
    assert tilted.cusps[0, 0] < tilted.cusps[1, 0] - 0.5


def test_aberration_turns_the_surface():
    angle = 0.3
    solver = PressureBalanceMagnetopause(degree=8)
    straight, turned = solver.shape(), solver.shape(0.0, angle)
    rng = np.random.default_rng(3)
    point = rng.normal(size=(3, 40))
    x, y = math.cos(angle) * point[0] + math.sin(angle) * point[1], -math.sin(angle) * point[0] + math.cos(angle) * point[1]  # noqa: E501  # fmt: skip
    here = straight.radius(np.arctan2(np.hypot(*point[1:]), point[0]), np.arctan2(point[2], point[1]), 1.0)
    there = turned.radius(np.arctan2(np.hypot(y, point[2]), x), np.arctan2(point[2], y), 1.0)
    np.testing.assert_allclose(there, here, rtol=1e-9)
    # with a tilt too, the dipole and the field stay where they belong
    both = solver.shape(0.5, angle)
    at = both.at(np.array([0.4, 1.2]), np.array([2.0, -1.0]))
    np.testing.assert_allclose((at.field * at.normal).sum(-1), 0.0, atol=1e-12)
    inner = both.field(2.0, elements=24)(0.0, 1.0, 0.5)
    own = dipole_field_vector(0.0, 1.0, 0.5, *(_moment(0.5)))
    assert np.linalg.norm(np.subtract(inner, own)) < 40.0


def _moment(tilt):
    from sunearth.core.constants import DIPOLE_MOMENT

    return -DIPOLE_MOMENT * math.sin(tilt), 0.0, -DIPOLE_MOMENT * math.cos(tilt)


def test_field_outside_vanishes(untilted, tilted):
    for shape in (untilted, tilted):
        field = shape.field(2.0, elements=64)
        for x, y, z in ((14.0, 0.0, 0.0), (16.0, 3.0, 7.0), (0.0, 18.0, 2.0), (0.0, 0.0, 20.0), (-30.0, 5.0, 0.0)):
            assert not shape.inside(x, y, z, 2.0)
            assert np.linalg.norm(field(x, y, z)) < 0.05 * np.linalg.norm(
                dipole_field_vector(x, y, z, *_moment(shape.dipole_tilt))
            )


def test_field_inside_reaches_that_on_the_surface(untilted):
    field = untilted.field(2.0, elements=160)
    nose, unit = untilted.standoff(2.0), untilted.scales(2.0)[1]
    inside = [field(nose - gap, 0.0, 0.0).b_z for gap in (1.2, 0.9, 0.6)]
    reached = np.polyval(np.polyfit([1.2, 0.9, 0.6], inside, 2), 0.0)
    assert reached == pytest.approx(unit * np.linalg.norm(untilted.at(0.0, 0.0).field), rel=0.03)


def test_field_at_the_centre(tilted):
    """The sum over currents agrees with that over a layer of dipoles of strength U, which uses no derivative of U."""
    cosine, weight = np.polynomial.legendre.leggauss(60)
    theta, azimuth = np.meshgrid(np.arccos(cosine), np.pi * (np.arange(120) + 0.5) / 60, indexing="ij")
    at = tilted.at(theta, np.pi / 2 - azimuth)
    harmonics = _Harmonics.at(15, theta.ravel(), azimuth.ravel())
    towards = np.stack([np.cos(theta), np.sin(theta) * np.sin(azimuth), np.sin(theta) * np.cos(azimuth)], -1)
    facing = (at.normal * towards).sum(-1)
    # U (n - 3 (n.y) y) / (4 pi r^3) dS with dS = r^2 / (n.y) of solid angle
    layer = (harmonics.value @ tilted.potential).reshape(theta.shape) * weight[:, None] * np.pi / 60
    layer = layer / (4 * np.pi * at.r * facing)
    centre = (layer[..., None] * (at.normal - 3 * facing[..., None] * towards)).sum((0, 1))
    field = tilted.field(2.0)
    own = [np.array(dipole_field_vector(x, 0.0, 0.0, *_moment(tilted.dipole_tilt))) for x in (0.5, -0.5)]
    added = [np.array(field(x, 0.0, 0.0)) - b for x, b in zip((0.5, -0.5), own, strict=True)]
    np.testing.assert_allclose((added[0] + added[1]) / 2, centre * tilted.scales(2.0)[1], rtol=2e-3, atol=1e-3)
    assert added[0][2] > added[1][2]


def test_field_has_no_sources(untilted):
    field = untilted.field(2.0, elements=32)
    step, (x, y, z) = 1e-3, (4.0, 3.0, 2.0)
    divergence = sum(
        (field(x + a, y + b, z + c)[k] - field(x - a, y - b, z - c)[k]) / (2 * step)
        for k, (a, b, c) in enumerate(((step, 0, 0), (0, step, 0), (0, 0, step)))
    )
    assert abs(divergence) < 1e-4 * np.linalg.norm(field(x, y, z))


def test_lines_of_noon_part_at_the_cusp():
    """An image dipole that fits the nose has the last line that closes by day at 81.6 degrees; neither has a tail."""
    from sunearth.geomagnetism.tracing import trace

    latitude = np.deg2rad(np.arange(72.0, 86.0, 0.5))
    field = PressureBalanceMagnetopause(degree=12).shape().field(2.0, elements=40)
    lines = trace(field, 1.01 * np.cos(latitude), 0.0, 1.01 * np.sin(latitude))
    by_day = (lines["x_apex"] > 0).values
    last = np.rad2deg(latitude[by_day].max())
    assert 81.0 < last < 85.0
    assert by_day[latitude <= np.deg2rad(last)].all()


def test_labelled_result():
    solver = PressureBalanceMagnetopause(degree=8)
    told = []
    result = solver.solve([1.0, np.nan, 4.0, -1.0], [0.0, 0.0, 0.3, 0.0], progress=lambda *what: told.append(what))
    assert told[-1][1:] == (2, 2)
    assert result["r"].dims == ("state", "theta", "phi")
    assert result["normal"].dims == ("state", "theta", "phi", "component")
    assert result["cusp_theta"].dims == ("state", "hemisphere")
    assert np.isfinite(result["r"].values).all(axis=(1, 2)).tolist() == [True, False, True, False]
    assert all({"units", "long_name", "references"} <= set(v.attrs) for v in result.values())
    one = solver.solve(1.0)
    np.testing.assert_array_equal(one["r"], result["r"][0])
    assert one["standoff"].dims == ()
    # the jump of the field across the sheet is mu_0 times its current, eastward by day on the equator
    current = one["current"].sel(theta=0.0, phi=0.0).values
    assert current[1] == pytest.approx(float(one["b"].sel(theta=0.0, phi=0.0)) / (0.4 * np.pi), rel=1e-6)
    strength = np.linalg.norm(one["normal"], axis=-1)
    np.testing.assert_allclose(strength, 1.0, rtol=1e-12)


def test_inside_and_radius_agree(tilted):
    rng = np.random.default_rng(11)
    theta, phi = np.arccos(rng.uniform(-1, 1, 200)), rng.uniform(0, 2 * np.pi, 200)
    r = tilted.radius(theta, phi, 3.0)
    for factor, expected in ((0.999, True), (1.001, False)):
        place = factor * r * np.array([np.cos(theta), np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)])
        assert (tilted.inside(*place, 3.0) == expected).all()


def test_what_is_refused():
    for wrong in ({"degree": 1}, {"static_ratio": 0.0}, {"kappa": -1.0}, {"oversampling": 0.5}, {"b_0": 0.0}):
        with pytest.raises(InputError):
            PressureBalanceMagnetopause(**wrong)
    solver = PressureBalanceMagnetopause(degree=8)
    for tilt, aberration in ((np.nan, 0.0), (2.0, 0.0), (0.0, 2.0)):
        with pytest.raises(InputError):
            solver.shape(tilt, aberration)
    with pytest.raises(InputError, match="out of balance"):
        PressureBalanceMagnetopause(degree=8, iterations=3).shape()
    with pytest.raises(InputError, match="one list"):
        solver.solve(np.ones((2, 2)))


def test_cavity_at_rest_and_the_solved_one_agree():
    """static_cavity with its default factor, against the surface in balance."""
    solver = PressureBalanceMagnetopause(degree=16, kappa=0.0, static_ratio=1.0, b_0=3e4)
    pressure = 5e6 * 1.380649e-23 * 1.4e5 * 1e9
    simple = magnetopause.static_cavity(5.0, 4e4, 1e5, b_0=3e4)
    assert solver.shape().standoff(pressure) == pytest.approx(simple, rel=2e-3)


def test_first_order_flank_against_the_solved_one(untilted):
    theta = np.deg2rad([0.0, 15.0, 30.0, 45.0, 60.0])
    solved = untilted.at(theta, 0.0).r / untilted.nose
    excess = magnetopause.first_order_flank(theta, 1.0) / solved - 1
    np.testing.assert_allclose(excess, [0.0, 0.005, 0.02, 0.05, 0.115], atol=0.01)
    assert np.isnan(magnetopause.first_order_flank(2.0, 10.0))

"""The diffusion region: limits and invariance of its measures, exactness of gradients, a synthetic crescent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import constants

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.magnetosphere.diffusion_region import (
    align_pressure,
    aunai_2013,
    curlometer,
    four_point_gradient,
    frozen_in_departure,
    identify_diffusion_region,
    kinetic_scales,
    parallel_electric_field,
    reciprocal_vectors,
    scudder_daughton_2008,
    swisdak_2016,
    velocity_moments,
    zenitani_2011,
)

MEASURES = [swisdak_2016, scudder_daughton_2008, aunai_2013]


def rotation(rng):
    q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return q * np.sign(np.linalg.det(q))


def random_tensor(rng):
    a = rng.normal(size=(3, 3))
    return a @ a.T


def test_scales_are_inverse_to_the_plasma_frequency():
    omega = np.sqrt(7e6 * constants.e**2 / (constants.epsilon_0 * constants.m_e))
    found = kinetic_scales(7.0, 40.0, 80.0, 600.0)
    assert found.d_e == pytest.approx(constants.c / omega * 1e-3, rel=1e-9)
    assert found.d_i / found.d_e == pytest.approx(np.sqrt(constants.m_p / constants.m_e), rel=1e-12)
    # beta of a species is the square of its gyroradius over its inertial length
    beta = 7e6 * 600.0 * constants.e / ((40e-9) ** 2 / (2 * constants.mu_0))
    assert (found.rho_i / found.d_i) ** 2 == pytest.approx(beta, rel=1e-9)


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_the_frozen_in_field_leaves_nothing(seed):
    rng = np.random.default_rng(seed)
    v, b = 300 * rng.normal(size=3), 20 * rng.normal(size=3)
    e = -np.cross(v * 1e3, b * 1e-9) * 1e3
    np.testing.assert_allclose(frozen_in_departure(e, v, b), 0.0, atol=1e-10)
    assert parallel_electric_field(e, b) == pytest.approx(0.0, abs=1e-10)
    extra = 0.7 * b / np.linalg.norm(b)
    assert parallel_electric_field(e + extra, b) == pytest.approx(0.7)
    np.testing.assert_allclose(frozen_in_departure(e + extra, v, b), extra, atol=1e-10)


def boosted(e, b, j, charge, beta):
    """Fields (T, with E / c) and four-current in a frame that moves with beta along x."""
    gamma = 1 / np.sqrt(1 - beta**2)
    e_new = np.array([e[0], gamma * (e[1] - beta * b[2]), gamma * (e[2] + beta * b[1])])
    b_new = np.array([b[0], gamma * (b[1] + beta * e[2]), gamma * (b[2] - beta * e[1])])
    j_new = np.array([gamma * (j[0] - beta * charge), j[1], j[2]])
    return e_new, b_new, j_new, gamma * (charge - beta * j[0])


def test_dissipation_is_a_lorentz_invariant():
    """In the electrons' own frame it is j . E, and a frame at a third of the speed of light sees the same."""
    e, b, j = np.array([3e-5, 4e-5, -1e-5]), np.array([2e-5, -1e-5, 5e-5]), np.array([2e-6, 3e-6, -4e-6])
    charge = 1e-6  # times c: A/m^2
    rest = j @ e * constants.c
    beta = 1 / 3
    e_new, b_new, j_new, charge_new = boosted(e, b, j, charge, beta)
    v_e = np.array([-beta * constants.c * 1e-3, 0.0, 0.0])
    density = charge_new / constants.c / constants.e * 1e-6
    found = zenitani_2011(j_new * 1e9, e_new * constants.c * 1e3, v_e, b_new * 1e9, density)
    assert found * 1e-9 == pytest.approx(rest, rel=1e-9)


def test_dissipation_without_charge_is_current_times_field():
    assert zenitani_2011([0.0, 500.0, 0.0], [0.0, 4.0, 0.0], [0, 0, 0], [0, 0, 30.0]) == pytest.approx(2.0)
    assert zenitani_2011([0.0, 500.0, 0.0], [0.0, -4.0, 0.0], [0, 0, 0], [0, 0, 30.0]) == pytest.approx(-2.0)
    # ideal electrons give nothing whatever the current
    v, b = np.array([-200.0, 50.0, 10.0]), np.array([3.0, 20.0, -30.0])
    assert zenitani_2011([1.0, 2.0, 3.0], -np.cross(v, b) * 1e-3, v, b) == pytest.approx(0.0, abs=1e-12)


def test_charge_may_be_a_list():
    """One elementary charge per cm^3 carried at 1000 km/s along 1 mV/m takes up e 1e6 1e6 1e-3 W/m^3."""
    row = [[1000.0, 0.0, 0.0]] * 2
    power = zenitani_2011(np.zeros((2, 3)), [[1.0, 0.0, 0.0]] * 2, row, np.zeros((2, 3)), [0.0, 1.0])
    np.testing.assert_allclose(power, [0.0, -constants.e * 1e18], rtol=1e-4, atol=1e-30)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_gyrotropic_tensor_has_none(measure):
    rng = np.random.default_rng(1)
    b = rng.normal(size=(50, 3))
    unit = b / np.linalg.norm(b, axis=-1, keepdims=True)
    parallel, perpendicular = rng.uniform(0.1, 5, (2, 50, 1, 1))
    dyad = unit[:, :, None] * unit[:, None, :]
    tensor = parallel * dyad + perpendicular * (np.eye(3) - dyad)
    assert np.abs(measure(tensor, b)).max() < 1e-7


def test_limits_of_the_measures():
    """A beam of two points across the field, and one along a line oblique to it: the bounds of each measure."""
    b = np.array([0.0, 0.0, 10.0])
    line = np.diag([1.0, 0.0, 0.0])
    assert swisdak_2016(line, b) == pytest.approx(1.0)
    assert scudder_daughton_2008(line, b) == pytest.approx(2.0)
    n = np.array([1.0, 0.0, 1.0]) / np.sqrt(2)
    assert swisdak_2016(np.outer(n, n), b) == pytest.approx(1.0)
    along = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.0], [0.5, 0.0, 1.0]])
    assert scudder_daughton_2008(along, b) == pytest.approx(0.0, abs=1e-12)  # blind to what couples along and across
    assert swisdak_2016(along, b) == pytest.approx(np.sqrt(0.25 / 3.0))


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_measures_do_not_depend_on_the_frame(seed):
    rng = np.random.default_rng(seed)
    tensor, b, q = random_tensor(rng), rng.normal(size=3), rotation(rng)
    for measure in MEASURES:
        here = measure(tensor, b)
        assert measure(q @ tensor @ q.T, q @ b) == pytest.approx(here, abs=1e-9)
        assert measure(7.0 * tensor, -3.0 * b) == pytest.approx(here, abs=1e-9)
    assert 0 <= swisdak_2016(tensor, b) <= 1 + 1e-12
    assert 0 <= scudder_daughton_2008(tensor, b) <= 2 + 1e-12


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_measures_agree_with_their_printed_forms(seed):
    """Q by the invariants; A by the eigenvalues across the field; D_ng by the components with equal P_22 and P_33."""
    rng = np.random.default_rng(seed)
    tensor, b = random_tensor(rng), rng.normal(size=3)
    n = b / np.linalg.norm(b)
    parallel, trace = n @ tensor @ n, np.trace(tensor)
    minors = (trace**2 - (tensor * tensor).sum()) / 2
    q = 1 - 4 * minors / ((trace - parallel) * (trace + 3 * parallel))
    assert swisdak_2016(tensor, b) == pytest.approx(np.sqrt(max(q, 0.0)), abs=1e-6)
    first = np.cross(n, [0.3, 0.5, -0.8])
    first /= np.linalg.norm(first)
    frame = np.stack([n, first, np.cross(n, first)])
    turned = frame @ tensor @ frame.T
    low, high = np.linalg.eigvalsh(turned[1:, 1:])
    assert scudder_daughton_2008(tensor, b) == pytest.approx(2 * (high - low) / (high + low), abs=1e-9)
    angle = 0.5 * np.arctan2(turned[1, 1] - turned[2, 2], 2 * turned[1, 2])
    c, s = np.cos(angle), np.sin(angle)
    about = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    equal = about @ turned @ about.T
    assert equal[1, 1] == pytest.approx(equal[2, 2], abs=1e-9)
    square = equal[0, 1] ** 2 + equal[0, 2] ** 2 + equal[1, 2] ** 2
    assert aunai_2013(tensor, b) == pytest.approx(np.sqrt(8 * square) / trace, abs=1e-9)


def test_the_parts_of_a_tensor_add_up():
    rng = np.random.default_rng(3)
    tensor, b = random_tensor(rng), rng.normal(size=3)
    split = align_pressure(tensor, b)
    assert np.trace(split.nongyrotropic) == pytest.approx(0.0, abs=1e-12)
    assert split.parallel + 2 * split.perpendicular == pytest.approx(np.trace(tensor))
    assert np.isnan(swisdak_2016(tensor, [0.0, 0.0, 0.0]))


def crescent(width, points=61):
    """Electrons in a shell about 4000 km/s, within an angle of the -y direction across a field along z."""
    v = np.linspace(-9e3, 9e3, points)
    x, y, z = np.meshgrid(v, v, v, indexing="ij")
    shell = np.exp(-(((np.hypot(x, y) - 4e3) / 1.2e3) ** 2) - (z / 2e3) ** 2)
    angle = np.arctan2(x, -y)
    return v, 1e-16 * shell * np.exp(-((angle / width) ** 2))


def test_a_crescent_is_agyrotropic_and_a_ring_is_not():
    b = [0.0, 0.0, 20.0]
    found = {}
    for width in (0.6, 1.2, 1e3):
        v, f = crescent(width)
        moments = velocity_moments(f, v, v, v)
        found[width] = swisdak_2016(moments.pressure, b)
        if width < 10:
            assert moments.velocity[1] < -1000.0
            assert abs(moments.velocity[0]) < 1.0
    assert found[1e3] < 1e-6
    assert found[0.6] > 0.2
    assert found[1.2] > 0.05


def test_moments_of_a_shifted_maxwellian():
    """Density, drift and the pressures n T along each axis, from their definition."""
    v = np.linspace(-3e4, 3e4, 81)
    drift, thermal = np.array([1500.0, -800.0, 400.0]), np.array([4e3, 5e3, 6e3])
    x, y, z = np.meshgrid(v, v, v, indexing="ij")
    shape = np.exp(-sum(((c - d) / t) ** 2 for c, d, t in zip((x, y, z), drift, thermal, strict=True)))
    f = 8e6 / (np.pi**1.5 * np.prod(thermal * 1e3)) * shape
    found = velocity_moments(np.stack([f, 2 * f]), v, v, v)
    np.testing.assert_allclose(found.density, [8.0, 16.0], rtol=1e-9)
    np.testing.assert_allclose(found.velocity, [drift, drift], rtol=1e-9)
    expected = 8e6 * constants.m_e * (thermal * 1e3) ** 2 / 2 * 1e9
    np.testing.assert_allclose(found.pressure[0], np.diag(expected), atol=1e-9 * expected.max())
    with pytest.raises(InputError, match="its axes"):
        velocity_moments(f, v[:-1], v, v)
    with pytest.raises(InputError, match="two points"):
        velocity_moments(f[:1], v[:1], v, v)


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_gradients_of_linear_fields_are_exact(seed):
    rng = np.random.default_rng(seed)
    places = 10 * rng.normal(size=(4, 3)) + 1e4 * rng.normal(size=3)
    gradient = rng.normal(size=(3, 3))  # derivative first
    field = 5.0 + places @ gradient
    shape = reciprocal_vectors(places)
    if shape.planarity > 0.98 or shape.elongation > 0.98:
        return
    np.testing.assert_allclose(four_point_gradient(places, field), gradient, atol=1e-6)
    np.testing.assert_allclose(four_point_gradient(places, field[:, 1]), gradient[:, 1], atol=1e-6)
    np.testing.assert_allclose(shape.reciprocal.sum(axis=0), 0.0, atol=1e-12)
    found = curlometer(places, field)
    curl = np.array([gradient[1, 2] - gradient[2, 1], gradient[2, 0] - gradient[0, 2], gradient[0, 1] - gradient[1, 0]])
    np.testing.assert_allclose(found.current, curl * 1e-12 / constants.mu_0 * 1e9, rtol=1e-5, atol=1e-3)
    assert found.divergence == pytest.approx(np.trace(gradient), abs=1e-6)


def test_the_curlometer_converges_with_the_size_of_the_tetrahedron():
    """In a Harris sheet the error falls with the square of the spacing for a tetrahedron about its place."""
    corners = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    errors = []
    for spacing in (40.0, 20.0, 10.0):
        places = spacing * corners
        b = np.stack([20.0 * np.tanh((places[:, 2] + 60.0) / 200.0), 0 * places[:, 0], 0 * places[:, 0]], axis=-1)
        exact = 20.0 / 200.0 / np.cosh(60.0 / 200.0) ** 2 * 1e-12 / constants.mu_0 * 1e9
        errors.append(abs(curlometer(places, b).current[1] - exact))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 2.0, atol=0.1)


def test_the_shape_of_a_tetrahedron():
    corners = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    regular = reciprocal_vectors(corners)
    assert regular.elongation == pytest.approx(0.0, abs=1e-12)
    assert regular.planarity == pytest.approx(0.0, abs=1e-12)
    assert regular.size == pytest.approx(2.0)
    flat = reciprocal_vectors(corners * [1.0, 1.0, 0.0])
    assert flat.planarity == pytest.approx(1.0)
    assert np.isnan(flat.reciprocal).all()
    assert np.isnan(reciprocal_vectors(np.full((2, 4, 3), np.nan)).size).all()
    with pytest.raises(InputError, match="four spacecraft"):
        reciprocal_vectors(corners[:3])
    with pytest.raises(InputError, match="four spacecraft"):
        four_point_gradient(corners, np.ones(3))


def passage(count=100):
    """A series with a diffusion region of ten samples in its middle."""
    time = np.datetime64("2015-10-16T13:07", "ns") + np.arange(count) * np.timedelta64(30, "ms")
    inner = slice(45, 55)
    b = np.tile([0.0, 0.0, 25.0], (count, 1))
    b[inner] = [1.0, 0.5, 2.0]
    v_e = np.tile([-100.0, 300.0, 50.0], (count, 1))
    e = -np.cross(v_e, b) * 1e-3
    e[inner] += [0.5, 3.0, 1.0]
    j = np.tile([0.0, 20.0, 0.0], (count, 1))
    j[inner] = [0.0, 1200.0, 100.0]
    pressure = np.tile(np.diag([0.1, 0.1, 0.15]), (count, 1, 1))
    pressure[inner] = [[0.1, 0.04, 0.0], [0.04, 0.2, 0.03], [0.0, 0.03, 0.15]]
    return [time, e, b, v_e, np.full(count, 8.0), pressure, j], inner


def test_a_region_is_flagged_where_it_was_put():
    series, inner = passage()
    found = identify_diffusion_region(*series)
    expected = np.zeros(100, bool)
    expected[inner] = True
    np.testing.assert_array_equal(found.flag, expected)
    np.testing.assert_allclose(found.score[expected], 1.0)
    np.testing.assert_allclose(found.score[~expected], 0.0)
    assert found.dissipation[50] == pytest.approx(3.0 * 1.2 + 1.0 * 0.1)
    assert found.agyrotropy.attrs["units"] == "1"


def test_a_generator_is_no_diffusion_region():
    series, _ = passage()
    series[-1] = -series[-1]
    assert identify_diffusion_region(*series).score.max() == pytest.approx(0.8)


def test_unknown_samples_stay_unknown_and_unflagged():
    series, _ = passage()
    series[1][50] = np.nan
    found = identify_diffusion_region(*series)
    assert np.isnan(found.score[50])
    assert not found.flag[50]
    assert np.isfinite(found.score).sum() == 99


def test_thresholds_can_be_changed_and_are_checked():
    series, _ = passage()
    assert not identify_diffusion_region(*series, thresholds={"dissipation": 10.0}, needed=5).flag.any()
    with pytest.raises(UnknownNameError, match="agyrotropy"):
        identify_diffusion_region(*series, thresholds={"agyrotopy": 0.1})
    series[2] = series[2][:5]
    with pytest.raises(InputError, match="b needs the shape"):
        identify_diffusion_region(*series)

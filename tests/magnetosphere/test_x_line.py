"""The dayside X-line: draping, symmetries, tilt, what is flagged, and the voltage against independent twins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.field import magnetic_field
from sunearth.heliosphere import wind
from sunearth.heliosphere.wind import mass_density
from sunearth.magnetosphere import coupling, magnetosheath, obstacle_flow, reconnection
from sunearth.magnetosphere import x_line as xl
from sunearth.magnetosphere.bow_shock import farris_russell_1994
from sunearth.magnetosphere.magnetopause import shue_1998

components = st.floats(-20.0, 20.0)
WIND = {"p_dyn": 2.0, "n_p": 6.0, "speed": 430.0}


def line_of(b_x, b_y, b_z, **more):
    return xl.potential_along_x_line(**(WIND | {"b_x": b_x, "b_y": b_y, "b_z": b_z} | more))


# Fields ------------------------------------------------------------------------------------------------------------


@given(components, components, components, st.floats(-14.0, 14.0), st.floats(-14.0, 14.0), st.floats(6.0, 12.0))
def test_draped_field_lies_in_the_paraboloid(b_x, b_y, b_z, y, z, nose):
    b = np.array(xl.cooling_2001(y, z, b_x, b_y, b_z, nose, 1.3 * nose))
    assert b @ np.array([nose, y, z]) == pytest.approx(0.0, abs=1e-10 * (1 + np.abs(b).max()) * 20)


@given(components, components, components, st.floats(-14.0, 14.0), st.floats(-14.0, 14.0), st.floats(6.0, 12.0))
def test_draped_field_is_that_between_two_paraboloids(b_x, b_y, b_z, y, z, nose):
    x = nose - (y**2 + z**2) / (2 * nose)
    whole = magnetosheath.kobel_flueckiger_1994(x, y, z, b_x, b_y, b_z, nose, 1.35 * nose)
    np.testing.assert_allclose(xl.cooling_2001(y, z, b_x, b_y, b_z, nose, 1.35 * nose), whole, rtol=1e-9, atol=1e-9)


@given(st.floats(0.0, np.pi), st.floats(0.0, 2 * np.pi))
def test_shear_angle_of_a_turned_field(angle, azimuth):
    axis = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    turned = 40.0 * (np.cos(angle) * np.array([0.0, 0.0, 1.0]) + np.sin(angle) * axis)
    assert xl.shear_angle(0.0, 0.0, 3.0, *turned) == pytest.approx(angle, abs=1e-12)


def test_no_shear_without_a_field():
    assert np.isnan(xl.shear_angle(0.0, 0.0, 0.0, 1.0, 2.0, 3.0))


# The line ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("criterion", xl.CRITERIA)
def test_due_south_gives_the_equator(criterion):
    line = line_of(0.0, 0.0, -5.0, criterion=criterion)
    assert line.tilt == pytest.approx(0.0, abs=1e-9)
    assert line.z == pytest.approx(0.0, abs=1e-9)
    assert line.shear == pytest.approx(np.pi, abs=1e-6)
    # along the equator the line is the outline of the magnetopause from terminator to terminator
    theta = np.linspace(-np.pi / 2, np.pi / 2, 4001)
    r = shue_1998(np.abs(theta), 2.0, -5.0)
    outline = np.hypot(np.diff(r * np.cos(theta)), np.diff(r * np.sin(theta))).sum()
    assert line.length == pytest.approx(outline, rel=2e-3)


def test_due_south_is_symmetric_about_noon():
    found = xl.DaysideReconnection("shear").solve(2.0, 0.0, 0.0, -5.0, 6.0, 430.0)
    np.testing.assert_allclose(found["rate"], found["rate"][::-1], rtol=1e-6)
    np.testing.assert_allclose(found["y_line"], -found["y_line"][::-1], atol=1e-6)
    assert bool(found["on_line"].all())


@pytest.mark.parametrize("criterion", xl.CRITERIA)
@pytest.mark.parametrize("b_z", [-5.0, -1.0, 2.0])
def test_duskward_field_raises_the_line_at_dusk_and_its_sign_mirrors_it(criterion, b_z):
    dusk, dawn = (line_of(0.0, b_y, b_z, criterion=criterion) for b_y in (4.0, -4.0))
    assert 0.05 < dusk.tilt < np.pi / 2
    assert dawn.tilt == pytest.approx(-dusk.tilt, rel=1e-6)
    for name in ("potential", "length", "rate", "shear"):
        assert getattr(dawn, name) == pytest.approx(getattr(dusk, name), rel=1e-6)


def test_tilt_follows_the_bisector_at_the_nose():
    """Half of what the shear lacks to pi: 22.5 deg at a clock angle of 135 deg, seen on the line itself."""
    found = xl.DaysideReconnection("bisector").solve(2.0, 0.0, 4.0, -4.0, 6.0, 430.0)
    assert float(found["tilt"]) == pytest.approx(np.pi / 8, abs=0.01)
    assert float(found["nose_z"]) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("criterion", xl.CRITERIA)
def test_line_moves_into_the_winter_hemisphere(criterion):
    """As seen by MMS on 18 November 2015: 2 R_E and more northward at a tilt of -27 deg (Kitamura et al. 2016)."""
    winter, summer = (line_of(0.0, 0.0, -5.0, dipole_tilt=np.deg2rad(t), criterion=criterion) for t in (-27, 27))
    assert 1.2 < winter.z < 6.0
    assert summer.z == pytest.approx(-winter.z, rel=1e-6)


def test_sunward_field_moves_the_line():
    north, south = line_of(4.0, 0.0, -4.0), line_of(-4.0, 0.0, -4.0)
    assert north.z > 0.3
    assert south.z == pytest.approx(-north.z, rel=1e-6)


def test_northward_field_opens_nothing_and_says_so():
    line = line_of(0.0, 0.0, 5.0)
    assert (line.potential, line.length) == (0.0, 0.0)
    assert line.shear < 0.1
    assert np.isnan(line.tilt)


def test_no_field_no_voltage():
    line = line_of(0.0, 0.0, 0.0)
    assert (line.potential, line.length, line.rate) == (0.0, 0.0, 0.0)
    assert np.isnan(line.shear)
    assert np.isnan(line.z)


@pytest.mark.parametrize("b_x", [5.0, -5.0])
def test_radial_field_is_answered(b_x):
    """Draped over the boundary, it is antiparallel to the field inside on one side of the equator: a weak line."""
    line, southward = line_of(b_x, 0.0, 0.0), line_of(0.0, 0.0, -5.0)
    assert np.sign(line.z) == np.sign(b_x)
    assert 0.0 < line.potential < 0.2 * southward.potential


@pytest.mark.parametrize(
    ("more", "b_z"),
    [
        ({"p_dyn": 60.0, "n_p": 8.0, "speed": 2200.0, "mach_ms": 9.0}, -60.0),
        ({"p_dyn": 0.1, "n_p": 0.1, "speed": 700.0, "mach_ms": 3.0}, -10.0),
        ({"p_dyn": 80.0, "n_p": 150.0, "speed": 500.0, "mach_ms": 20.0}, -20.0),
        ({"p_dyn": 3.0, "n_p": 1.0, "speed": 900.0, "mach_ms": 1.05}, -30.0),
    ],
)
def test_extreme_wind_is_answered(more, b_z):
    line = line_of(3.0, -10.0, b_z, **more)
    assert line.potential > 0
    assert all(np.isfinite(part) for part in line)


def test_no_shock_no_answer():
    assert all(np.isnan(part) for part in line_of(0.0, 0.0, -5.0, mach_ms=0.9))


def test_gaps_stay_in_their_place():
    b_z = np.array([-5.0, np.nan, -5.0])
    potential = line_of(0.0, 1.0, b_z).potential
    assert np.isnan(potential).tolist() == [False, True, False]
    assert potential[0] == potential[2]


# The rate ----------------------------------------------------------------------------------------------------------


def test_rate_at_the_nose_is_that_of_its_own_fields_and_densities():
    """Put together here from the standoffs, the gas dynamics and the rate of the neighbouring modules."""
    p_dyn, b_z, n_p, speed, mach = 2.0, -5.0, 6.0, 430.0, 6.0
    nose = shue_1998(0.0, p_dyn, b_z)
    shock = farris_russell_1994(0.0, nose, mach)
    draped = -xl.cooling_2001(0.0, 0.0, 0.0, 0.0, b_z, nose, shock).b_z
    pressure = obstacle_flow.stagnation_coefficient(mach) * p_dyn
    squeezed = 1 + wind.magnetic_pressure(draped) / pressure
    # density at the stagnation point: behind the shock, then compressed without loss
    jump = (8 / 3) * mach**2 / ((2 / 3) * mach**2 + 2)
    behind = ((2 / 3) * mach**2 + 2) / ((10 / 3) * mach**2 - 2 / 3)
    protons = mass_density(n_p) / mass_density(1.0, 0.0)
    density = protons * jump * (1 + behind / 3) ** 1.5 * squeezed**-0.6
    dipole = -magnetic_field(internal="dipole", dipole_tilt=0.0)(nose, 0.0, 0.0).b_z
    expected = reconnection.cassak_shay_2007(draped / np.sqrt(squeezed), 2.44 * abs(dipole), density, 0.1)
    line = line_of(0.0, 0.0, b_z, p_dyn=p_dyn, n_p=n_p, speed=speed, mach_ms=mach)
    assert line.rate == pytest.approx(expected.e_field, rel=2e-3)


def test_sheath_never_holds_more_field_than_pressure():
    """As the field of the wind grows without end the rate levels off at what the pressure can hold."""
    rate = line_of(0.0, 0.0, np.array([-100.0, -1000.0]), inside_density=1.0).rate
    held = np.sqrt(2.0 * obstacle_flow.stagnation_coefficient(8.0) / wind.magnetic_pressure(1.0))
    inside = 2.44 * 29_900.0 / shue_1998(0.0, 2.0, -100.0) ** 3
    assert rate[0] < reconnection.cassak_shay_2007(held, inside, 0.1, 1.0).e_field
    assert np.isfinite(rate).all()


def test_voltage_grows_with_the_field_and_falls_with_density_inside():
    by_field = line_of(0.0, 0.0, np.array([-1.0, -2.0, -4.0, -8.0, -16.0])).potential
    assert np.all(np.diff(by_field) > 0)
    by_density = line_of(0.0, 0.0, -5.0, inside_density=np.array([0.1, 1.0, 10.0, 50.0])).potential
    assert np.all(np.diff(by_density) < 0)
    by_angle = line_of(0.0, 0.0, -5.0, end_angle=np.array([0.3, 0.6, 1.2, 1.5])).potential
    assert np.all(np.diff(by_angle) > 0)


def test_voltage_goes_with_the_speed_of_the_wind():
    """At one dynamic pressure and Mach number density falls as v^-2: the Alfven speed of the sheath goes as v."""
    potential = line_of(0.0, 0.4, -0.4, speed=np.array([300.0, 600.0]), n_p=np.array([12.0, 3.0])).potential
    assert potential[1] / potential[0] == pytest.approx(2.0, rel=0.02)


def test_voltage_goes_as_the_field_to_three_halves_while_it_is_weak():
    """E ~ B_1 v_out and v_out^2 ~ B_1 B_2 / n_1 as long as the field outside is the weaker one."""
    potential = line_of(0.0, np.array([0.4, 0.8]), np.array([-0.4, -0.8])).potential
    assert potential[1] / potential[0] == pytest.approx(2.0**1.5, rel=0.05)


def test_pressure_gradient_ends_reconnection_at_low_shear():
    free, held = (line_of(0.0, 5.0, -1.0, pressure_width=w) for w in (0.0, 0.5))
    assert held.potential < 0.5 * free.potential
    assert line_of(0.0, 0.0, -5.0, pressure_width=0.5).potential > 0


# Twins -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("criterion", xl.CRITERIA)
@pytest.mark.parametrize("seed", range(3))
def test_fast_line_agrees_with_the_maps_on_a_general_surface(criterion, seed):
    """Normals by differences, fields from the public function: another road to the same line."""
    rng = np.random.default_rng(seed)
    p_dyn, b_x, b_y, b_z, tilt = rng.uniform([1.0, -8.0, -8.0, -12.0, -0.5], [10.0, 8.0, 8.0, 2.0, 0.5])
    grid = {"columns": 21, "rows": 21}
    fast = xl.potential_along_x_line(p_dyn, b_x, b_y, b_z, 6.0, 430.0, 7.0, tilt, criterion=criterion, **grid)
    found = xl.DaysideReconnection(criterion, **grid).solve(
        p_dyn, b_x, b_y, b_z, 6.0, 430.0, 7.0, tilt, surface=lambda theta, phi: shue_1998(theta, p_dyn, b_z)
    )
    assert float(found["potential"]) == pytest.approx(fast.potential, rel=1e-4)
    assert float(found["length"]) == pytest.approx(fast.length, rel=1e-4)


def test_maps_agree_with_plain_formulas():
    found = xl.DaysideReconnection("rate", columns=21, rows=21).solve(2.0, 2.0, 4.0, -4.0, 6.0, 430.0, 8.0, 0.2)
    nose = shue_1998(0.0, 2.0, -4.0)
    shock = farris_russell_1994(0.0, nose, 8.0)
    place = np.array([found[name].values for name in "xyz"])
    outside = np.array(xl.cooling_2001(place[1], place[2], 2.0, 4.0, -4.0, nose, shock))
    inside = np.array(magnetic_field(internal="dipole", dipole_tilt=0.2)(*place))
    # the normal of r = r0 (2 / (1 + cos theta))^a by differences of its level function
    flaring = (0.58 + 0.007 * 4.0) * (1 + 0.024 * np.log(2.0))

    def level(point):
        r = np.linalg.norm(point, axis=0)
        return r - nose * (2 / (1 + point[0] / r)) ** flaring

    step = 1e-5 * np.eye(3)[:, :, None, None]
    normal = np.array([level(place + step[k]) - level(place - step[k]) for k in range(3)])
    normal /= np.linalg.norm(normal, axis=0)
    tangent = [b - (b * normal).sum(0) * normal for b in (outside, inside)]
    shear = xl.shear_angle(*tangent[0], *tangent[1])
    np.testing.assert_allclose(found["shear"], shear, atol=1e-6)
    m = np.array([found["m_y"].values, found["m_z"].values])
    assert np.abs(m).max() <= 1.0 + 1e-12


def test_ridge_finds_the_best_of_all_lines():
    """Against every path through a small random map."""
    import itertools

    from sunearth.magnetosphere import _x_line_kernels as kernels

    rng = np.random.default_rng(5)
    for _ in range(5):
        score = rng.uniform(0.0, 1.0, (5, 7))
        path = np.empty(5, np.int64)
        kernels.ridge(score, 2, np.empty((5, 7)), np.empty((5, 7), np.int64), path)
        allowed = (p for p in itertools.product(range(7), repeat=5) if max(abs(np.diff(p))) <= 2)
        best = max(score[np.arange(5), list(p)].sum() for p in allowed)
        assert score[np.arange(5), path].sum() == pytest.approx(best, abs=0.02)


def test_potential_converges_in_the_grid():
    inputs = {"b_x": 2.0, "b_y": 4.0, "b_z": np.array([-2.0, -6.0, -12.0])}
    coarse, middle, fine = (line_of(**inputs, criterion="energy", columns=n, rows=n).potential for n in (21, 61, 181))
    np.testing.assert_allclose(coarse, fine, rtol=0.01)
    assert np.all(np.abs(middle - fine) < 0.6 * np.abs(coarse - fine))


def test_magnetospheric_field_of_a_model_may_stand_inside():
    field = magnetic_field("2015-03-17T18:00", "dipole", "t96", dipole_tilt=0.0, p_dyn=2.0, dst=-20.0, b_y=0.0, b_z=0.0)
    found = xl.DaysideReconnection("shear").solve(2.0, 0.0, 4.0, -4.0, 6.0, 430.0, inside=field)
    plain = xl.DaysideReconnection("shear").solve(2.0, 0.0, 4.0, -4.0, 6.0, 430.0)
    assert float(found["nose_shear"]) == pytest.approx(float(plain["nose_shear"]), abs=0.05)
    assert float(found["potential"]) == pytest.approx(float(plain["potential"]), rel=0.3)


def test_faults_are_named():
    with pytest.raises(UnknownNameError, match="shear"):
        line_of(0.0, 0.0, -5.0, criterion="sheer")
    with pytest.raises(InputError, match="mach_ms"):
        xl.DaysideReconnection().solve(2.0, 0.0, 0.0, -5.0, 6.0, 430.0, 0.5)
    with pytest.raises(InputError, match="columns"):
        line_of(0.0, 0.0, -5.0, columns=2)
    with pytest.raises(InputError, match="columns"):
        xl.DaysideReconnection(rows=3).solve(2.0, 0.0, 0.0, -5.0, 6.0, 430.0)
    with pytest.raises(UnknownNameError, match="bisector"):
        xl.DaysideReconnection("bisection").solve(2.0, 0.0, 0.0, -5.0, 6.0, 430.0)
    with pytest.raises(InputError, match="one state"):
        xl.DaysideReconnection().solve([2.0, 3.0], 0.0, 0.0, -5.0, 6.0, 430.0)


# Observations ------------------------------------------------------------------------------------------------------


def test_voltage_follows_the_fitted_one_through_a_storm(shared_data):
    """17 March 2015 and after: correlation with Milan et al. 2012, whose length was fitted to the polar cap."""
    path = shared_data / "solarwind" / "sw_2015-03-15_stpatrick.csv.gz"
    data = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf8")[::10]
    b = [data[f"B{axis}_gsm_nT"] for axis in "xyz"]
    speed = np.sqrt(sum(data[f"V{axis}_kms"] ** 2 for axis in "xyz"))
    mach = wind.mach_magnetosonic(speed, np.linalg.norm(b, axis=0), data["n_cm3"], data["T_K"])
    found = xl.potential_along_x_line(wind.dynamic_pressure(data["n_cm3"], speed), *b, data["n_cm3"], speed, mach)
    fitted = coupling.milan_2012(speed, b[1], b[2])
    good = np.isfinite(found.potential) & np.isfinite(fitted)
    correlation = np.corrcoef(found.potential[good], fitted[good])[0, 1]
    ratio = found.potential[good].mean() / fitted[good].mean()
    print(f"correlation {correlation:.3f}, ratio {ratio:.2f}")
    assert correlation > 0.95
    assert 2.5 < ratio < 5.0

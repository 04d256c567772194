"""Outflow: the polar wind as a critical flow, and ions on convecting lines against closed forms and conservation."""

import numpy as np
import pytest

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.field import magnetic_field
from sunearth.magnetosphere import outflow
from sunearth.magnetosphere.escape import ATOMIC_MASS, EARTH_GM, ambipolar_field
from sunearth.magnetosphere.outflow import FATES, MASSES, IonFlights, PolarWind

EV = 1.602176634e-19
R_E = 6.3712e6


@pytest.fixture(scope="module")
def dipole():
    return magnetic_field(internal="dipole", dipole_tilt=0.0)


# Closed forms -----------------------------------------------------------------------------------------------------


def test_speed_is_the_integral_of_the_acceleration():
    r = np.linspace(1.0, 6.0, 20_001)
    work = np.trapezoid(outflow.centrifugal_acceleration(r, 1.0), r) * R_E
    assert np.sqrt(2 * work) * 1e-3 == pytest.approx(outflow.centrifugal_speed(6.0, 1.0), rel=1e-6)


def test_balance_with_gravity():
    for speed in (0.3, 1.0, 2.0):
        r = outflow.centrifugal_balance(speed)
        assert outflow.centrifugal_acceleration(r, speed) == pytest.approx(EARTH_GM / (r * R_E) ** 2, rel=1e-10)


def test_gravity_of_the_source():
    r = np.array([2.0, 4.0, 6.0])
    np.testing.assert_allclose(EARTH_GM / (r * R_E) ** 2, [2.455, 0.614, 0.273], atol=5e-4)


# Polar wind -------------------------------------------------------------------------------------------------------


def test_flux_and_critical_height_are_those_published():
    wind = PolarWind(n_hydrogen=3e3).solve(np.array([1000.0, 8000.0]))
    assert 2e8 < float(wind["flux"]) < 7e8
    assert 2000 < float(wind["critical_altitude"]) < 5000
    assert wind["mach"].values[-1] > 1


def test_it_holds_the_density_asked_for_and_its_flux():
    altitude = np.geomspace(1000.0, 15_000.0, 60)
    wind = PolarWind(n_hydrogen=500.0).solve(altitude)
    assert float(wind["n_hydrogen"][0]) == pytest.approx(500.0, rel=1e-6)
    r = 6371.2 + altitude
    flux = wind["n_hydrogen"] * wind["v"] * 1e5 * (r / r[0]) ** 3
    np.testing.assert_allclose(flux, float(wind["flux"]), rtol=1e-10)
    assert np.all(np.diff(wind["v"]) > 0)


def test_momentum_is_in_balance_everywhere():
    wind_of = PolarWind()
    altitude = np.linspace(1000.0, 8000.0, 7001)
    wind = wind_of.solve(altitude)
    r = R_E + altitude * 1e3
    v, n = wind["v"].values * 1e3, wind["n_hydrogen"].values
    mass = MASSES["H+"] * ATOMIC_MASS
    pressure = -1.380649e-23 * wind_of.t_i / mass * np.gradient(np.log(n), r)
    push = EV * wind["e"].values / mass - EARTH_GM / r**2
    friction = outflow.hydrogen_oxygen_collisions(wind["n_oxygen"].values, wind_of.t_i) * v
    left = v * np.gradient(v, r)
    scale = np.abs(pressure) + np.abs(push) + friction
    assert np.max(np.abs(left - pressure - push + friction)[2:-2] / scale[2:-2]) < 2e-4


def test_field_is_the_gradient_of_the_potential_and_oxygens_below():
    altitude = np.linspace(1000.0, 6000.0, 5001)
    wind = PolarWind(n_hydrogen=1.0).solve(altitude)
    e = -np.gradient(wind["potential"].values, altitude * 1e3)
    np.testing.assert_allclose(e[1:-1], wind["e"].values[1:-1], rtol=1e-4)
    # hydrogen as a trace: half the weight of oxygen
    expected = ambipolar_field(1000.0, 3000.0, 3000.0, MASSES["O+"])
    assert float(wind["e"][0]) == pytest.approx(expected, rel=1e-3)


def test_more_oxygen_holds_hydrogen_back():
    thin, thick = (PolarWind(n_oxygen=n).solve([3000.0]) for n in (1e4, 1e5))
    assert float(thick["flux"]) < 0.3 * float(thin["flux"])
    assert float(thick["critical_altitude"]) > float(thin["critical_altitude"])


def test_what_cannot_be():
    with pytest.raises(InputError, match="friction"):
        PolarWind(n_oxygen=1.0).solve([2000.0])
    with pytest.raises(InputError, match="ascend"):
        PolarWind().solve([500.0, 2000.0])
    with pytest.raises(InputError, match="above zero"):
        PolarWind(t_e=0.0).solve([2000.0])


# Ions on convecting lines -----------------------------------------------------------------------------------------


def test_table_holds_the_field_and_its_gradient(dipole):
    from sunearth.magnetosphere._outflow_kernels import field_and_gradient

    flights = IonFlights(field=dipole)
    table = flights._table()
    for x, z in ((0.3, 1.1), (-5.0, 4.0), (3.0, -2.0), (-60.0, 3.0), (1e-9, 1.5)):
        b = dipole(x, 0.0, z)
        size, r = np.hypot(b.b_x, b.b_z), np.hypot(x, z)
        b_x, b_z, xx, xz, zx, zz = field_and_gradient(*table, x, z)
        np.testing.assert_allclose([b_x, b_z], [b.b_x, b.b_z], atol=2e-5 * size)
        h = 1e-4 * r
        east, west, north, south = (
            dipole(x + i * h, 0.0, z + k * h) for i, k in ((1, 0), (-1, 0), (0, 1), (0, -1))
        )  # fmt: skip
        expected = [
            east.b_x - west.b_x, north.b_x - south.b_x, east.b_z - west.b_z, north.b_z - south.b_z,
        ]  # fmt: skip
        np.testing.assert_allclose([xx, xz, zx, zz], np.array(expected) / (2 * h), atol=1e-3 * size / r)


@pytest.mark.parametrize("transverse", [0.0, 3.0])
def test_energy_is_conserved_without_convection(dipole, transverse):
    energy = 20.0
    flights = IonFlights(field=dipole, convection_speed=0.0, ambipolar=1.8, scale=0.5, longest=0.5)
    end = flights.solve("O+", colatitude=20.0, energy=energy, transverse_energy=transverse)
    weight = EARTH_GM * MASSES["O+"] * ATOMIC_MASS / R_E / EV
    r_0 = 1 + 1e6 / R_E
    r = float(np.hypot(end["x"], end["z"])[0])
    assert r > 3.0
    before = energy + transverse - weight / r_0 + 1.8
    after = float(end["energy"][0]) - weight / r + 1.8 * np.exp(-(r - r_0) / 0.5)
    assert after == pytest.approx(before, abs=2e-3)


def test_an_ion_without_the_energy_falls_back_with_what_it_had(dipole):
    flights = IonFlights(field=dipole, convection_speed=0.0, ambipolar=0.0)
    end = flights.solve("O+", colatitude=10.0, energy=1.0)
    assert FATES[int(end["fate"][0])] == "returned"
    # 1 eV lifts oxygen by 1 / (m g)
    weight = EARTH_GM * MASSES["O+"] * ATOMIC_MASS / R_E / EV
    r_0, r = 1 + 1e6 / R_E, float(np.hypot(end["x"], end["z"])[0])
    assert float(end["energy"][0]) - weight / r == pytest.approx(1.0 - weight / r_0, abs=2e-3)
    assert float(end["highest"][0]) == pytest.approx(1 / (1 / r_0 - 1 / weight), abs=2e-3)


def test_swing_near_the_axis_is_the_closed_form(dipole):
    speed, start = 0.1, 10.0
    flights = IonFlights(
        field=dipole, convection_speed=speed, gravity=0.0, ambipolar=0.0, wall=6.0, tail_end=-30.0, longest=5.0,
        pace=0.01,
    )  # fmt: skip
    gains = {}
    for species in ("H+", "O+"):
        energy = float(outflow.energy_of_speed(start, MASSES[species]))
        end = flights.solve(species, colatitude=0.0, energy=energy, altitude=0.0)
        gains[species] = float(end["v_parallel"][0] ** 2 - start**2)
        assert float(end["highest"][0]) == pytest.approx(6.0, abs=0.1)
    # 3/2 v^2 r^2 for the turning of the lines, and 3/4 v^2 r (r - 1) for the curvature of those that the ion comes to
    r = float(end["highest"][0])
    expected = outflow.centrifugal_speed(r, speed) ** 2 + 1.5 * speed**2 * ((r**3 - 1) / 3 - (r**2 - 1) / 2)
    assert gains["O+"] == pytest.approx(expected, rel=0.02)
    # the same speed for all masses
    assert gains["H+"] == pytest.approx(gains["O+"], rel=1e-6)


def test_steps_converge_to_fourth_order(dipole):
    """Until the kinks of the interpolated field's slope count, from 1e-6 km/s on."""

    def end(pace):
        flights = IonFlights(field=dipole, convection_speed=0.5, ambipolar=1.0, longest=0.25, pace=pace, tail_end=-90.0)
        path = flights.solve("H+", colatitude=np.linspace(1, 6, 21), energy=2.0)
        return np.stack([path["v_parallel"], path["z"]])

    exact = end(0.005)
    errors = np.array([np.sqrt(((end(pace) - exact) ** 2).mean(axis=1)) for pace in (0.64, 0.16)])
    orders = np.log2(errors[0] / errors[1]) / 2
    assert np.all(orders > 3.4), orders
    assert np.all(errors[1] < 1e-5)


def test_fates_follow_convection_and_species():
    colatitude = np.repeat(np.linspace(-8, 12, 6), 6)
    energy = np.tile(np.geomspace(0.3, 100, 6), 6)
    lost, returned = {}, {}
    for species in ("H+", "O+"):
        for speed in (0.1, 0.8):
            end = IonFlights(convection_speed=speed).solve(species, colatitude=colatitude, energy=energy)
            lost[species, speed] = float(end["lost"].mean())
            returned[species, speed] = float((end["fate"] == FATES.index("returned")).mean())
            assert set(np.unique(end["fate"])) <= {0, 1, 2, 3, 4}
    # slow convection lets ions escape down the tail, strong convection takes them to the plasma sheet
    assert lost["H+", 0.1] > 0.2 > lost["H+", 0.8]
    assert lost["H+", 0.1] > lost["O+", 0.1]
    # a potential of 1.8 V lifts all hydrogen, and not the slow oxygen
    assert returned["H+", 0.1] == 0.0
    assert returned["O+", 0.1] > 0.2


def test_paths_end_on_the_edges_and_longer_steps_end_there_too():
    colatitude, energy = np.repeat(np.linspace(-4, 8, 5), 5), np.tile(np.geomspace(1.0, 100, 5), 5)
    coarse, fine = (
        IonFlights(convection_speed=0.3, pace=pace).solve("O+", colatitude, energy, 0.5 * energy)
        for pace in (0.1, 0.01)
    )
    np.testing.assert_array_equal(coarse["fate"], fine["fate"])
    for name in ("x", "time", "energy", "highest"):
        np.testing.assert_allclose(coarse[name], fine[name], rtol=2e-3)
    sheet, back = (coarse["fate"] == FATES.index(name) for name in ("plasma sheet", "returned"))
    assert sheet.sum() > 5
    assert back.sum() > 2
    # the sheet is entered from above or below, or from the Earth
    on_edge = np.minimum(np.abs(np.abs(coarse["z"]) - 2.0), np.abs(coarse["x"] + 6.0))
    np.testing.assert_allclose(on_edge[sheet], 0.0, atol=1e-6)
    np.testing.assert_allclose(np.hypot(coarse["x"], coarse["z"])[back], 1 + 1e6 / R_E, rtol=1e-6)


def test_time_that_one_step_takes_is_an_end_inside():
    for longest in (1e-4, 0.1, 1 / 3):
        end = IonFlights(longest=longest).solve("H+", colatitude=np.linspace(0, 5, 40), energy=3.0)
        assert np.all(end["fate"] == FATES.index("inside"))
        np.testing.assert_allclose(end["time"], longest * 3600, rtol=1e-12)


def test_unknown_launch_has_an_unknown_end():
    end = IonFlights().solve("O+", colatitude=[5.0, np.nan, 5.0], energy=[10.0, 10.0, np.nan])
    assert [FATES[code] for code in end["fate"].values.tolist()] == ["plasma sheet", "unknown", "unknown"]


def test_faster_ions_land_further_down_the_tail():
    end = IonFlights(convection_speed=0.3).solve("O+", colatitude=5.0, energy=[10.0, 30.0, 100.0])
    assert np.all(end["fate"] == FATES.index("plasma sheet"))
    assert np.all(np.diff(end["x"]) < 0)


def test_slow_twin(dipole):
    """The loop against a plain integration of the same equations with the closed form of the dipole."""
    from scipy.integrate import solve_ivp

    from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD

    speed, launch = 0.4, 1 + 1e6 / R_E

    def b_of(p):
        x, z = p
        r = np.hypot(x, z)
        return DIPOLE_EQUATORIAL_FIELD / r**5 * np.array([-3 * x * z, x * x - 2 * z * z])

    foot = np.hypot(*b_of((0.0, 1.0)))

    def rates(_, y):
        p, v = y[:2], y[2]
        unit = lambda q: b_of(q) / np.hypot(*b_of(q))  # noqa: E731
        b, e = np.hypot(*b_of(p)), unit(p)
        w = speed * 1e3 / R_E * np.sqrt(foot / b) * np.array([e[1], -e[0]])
        u = v * e + w
        h = 1e-5
        turning = w @ (unit(p + h * u / np.hypot(*u)) - unit(p - h * u / np.hypot(*u))) * np.hypot(*u) / (2 * h)
        r = np.hypot(*p)
        return [*u, turning - EARTH_GM / R_E**3 / r**2 * (p @ e) / r]

    angle = np.radians(6.0)
    start = launch * np.array([np.sin(angle), np.cos(angle)])
    v_0 = -np.sqrt(2 * 20 * EV / (MASSES["O+"] * ATOMIC_MASS)) / R_E
    twin = solve_ivp(rates, (0.0, 1800.0), [*start, v_0], rtol=1e-9, atol=1e-12).y[:, -1]
    flights = IonFlights(field=dipole, convection_speed=speed, ambipolar=0.0, longest=0.5, pace=0.01)
    end = flights.solve("O+", colatitude=6.0, energy=20.0)
    assert FATES[int(end["fate"][0])] == "inside"
    np.testing.assert_allclose([end["x"][0], end["z"][0]], twin[:2], rtol=2e-4)
    assert float(end["v_parallel"][0]) == pytest.approx(-twin[2] * R_E * 1e-3, rel=3e-4)


def test_critical_height_may_lie_far_out():
    wind = PolarWind(n_oxygen=2e5, n_hydrogen=100.0, t_e=6000.0, t_i=6000.0).solve([2000.0, 20_000.0])
    assert 13_000 < float(wind["critical_altitude"]) < 20_000
    assert wind["mach"].values[0] < 1 < wind["mach"].values[1]


def test_much_hot_oxygen_holds_hydrogen_back_for_good():
    # isothermal oxygen at 6000 K does not thin out enough
    with pytest.raises(InputError, match="less oxygen"):
        PolarWind(n_oxygen=1e6, n_hydrogen=100.0, t_e=6000.0, t_i=6000.0).solve([3000.0])


def test_refusals(dipole):
    with pytest.raises(InputError, match="negative"):
        IonFlights(field=dipole).solve("O+", energy=-1.0)
    with pytest.raises(InputError, match="pace must be above zero"):
        IonFlights(field=dipole, pace=0.0).solve("O+")
    assert IonFlights(field=dipole).solve("O+", [], []).sizes["ion"] == 0
    with pytest.raises(UnknownNameError, match=r"O\+"):
        IonFlights(field=dipole).solve("O")
    with pytest.raises(InputError, match="broadcast"):
        IonFlights(field=dipole).solve("O+", colatitude=[1.0, 2.0], energy=[1.0, 2.0, 3.0])
    two = magnetic_field(internal="dipole", external="t89", dipole_tilt=0.0, kp=[1.0, 2.0])
    with pytest.raises(InputError, match="one state"):
        IonFlights(field=two).solve("O+")

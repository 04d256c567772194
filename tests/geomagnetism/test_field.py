"""Fields: sums, states, functions of one's own, grids, and what each does with input that it cannot take."""

import threading

import numpy as np
import pytest

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.field import Field, magnetic_field
from sunearth.geomagnetism.igrf import igrf14, igrf_cartesian

TIME = "2015-03-17T18:00"
WIND = {"p_dyn": 5.0, "dst": -150.0, "b_y": 2.0, "b_z": -10.0}


def test_a_dipole_is_twice_as_strong_at_its_pole():
    field = magnetic_field(internal="dipole")
    assert field(1.0, 0.0, 0.0).b_z == pytest.approx(DIPOLE_EQUATORIAL_FIELD)
    assert field(0.0, 0.0, 1.0).b_z == pytest.approx(-2 * DIPOLE_EQUATORIAL_FIELD)


def test_the_main_field_in_gsm_is_the_one_in_geographic_coordinates():
    from sunearth.geomagnetism.frames import transform

    x, y, z = np.random.default_rng(0).uniform(-3, 3, (3, 50))
    b = magnetic_field(TIME)(x, y, z)
    expected = transform(TIME, *igrf_cartesian(TIME, *transform(TIME, x, y, z, "GSM", "GEO")), "GEO", "GSM")
    np.testing.assert_allclose(np.stack(b), np.stack(expected), atol=2e-3)


def test_many_states_equal_one_at_a_time():
    times = np.datetime64("2015-03-17", "ns") + np.arange(5) * np.timedelta64(3, "h")
    kp = np.array([0.0, 2.0, 4.0, 6.0, 8.0])
    together = magnetic_field(times, external="t89", kp=kp)(-6.0, 1.0, 0.5)
    for k in range(5):
        alone = magnetic_field(times[k], external="t89", kp=kp[k])(-6.0, 1.0, 0.5)
        np.testing.assert_array_equal([c[k] for c in together], alone)


def test_unknown_drivers_and_points_give_nan_in_their_place():
    field = magnetic_field(TIME, external="t96", **(WIND | {"p_dyn": np.array([2.0, np.nan, 2.0])}))
    assert np.isnan(field(-5.0, 0.0, 0.0).b_x).tolist() == [False, True, False]
    assert np.isnan(magnetic_field(TIME)([1.5, np.nan], 0.0, 0.0).b_z).tolist() == [False, True]
    times = np.array(["2015-03-17", "NaT"], "datetime64[ns]")
    assert np.isnan(magnetic_field(times)(2.0, 0.0, 0.0).b_x).tolist() == [False, True]


def test_outside_the_years_of_the_main_field_there_is_a_warning():
    with pytest.warns(UserWarning, match="known from 1900 to 2030"):
        field = magnetic_field("2032-01-01")
    assert np.isfinite(field(3.0, 0.0, 0.0).b_z)


def test_fields_add():
    from sunearth.geomagnetism._field_kernels import FIELD_SIGNATURE  # noqa: F401

    uniform = Field.from_function(lambda parameters, x, y, z: (0.0, 0.0, parameters[0]), [-5.0])
    total = magnetic_field(internal="dipole") + uniform
    assert total(10.0, 0.0, 0.0).b_z == pytest.approx(magnetic_field(internal="dipole")(10.0, 0.0, 0.0).b_z - 5.0)
    with pytest.raises(InputError, match="at most two"):
        total + uniform


def test_a_grid_reproduces_a_linear_field_and_ends_at_its_edge():
    axis = np.linspace(-3, 3, 7)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    field = Field.from_grid(axis, axis, axis, x + 2 * y, y - z, 3 - z)
    points = np.random.default_rng(1).uniform(-3, 3, (3, 40))
    b = field(*points)
    np.testing.assert_allclose(b.b_x, points[0] + 2 * points[1], atol=1e-12)
    np.testing.assert_allclose(b.b_z, 3 - points[2], atol=1e-12)
    assert np.isnan(field(3.01, 0.0, 0.0).b_x)
    assert np.isfinite(field(3.0, 3.0, -3.0).b_x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"external": "t96"}, "needs p_dyn, dst, b_y, b_z"),
        ({"external": "t89", "kp": 3.0, "dst": 1.0}, "takes no dst"),
        ({"time": None}, "needs a time"),
        ({"time": [TIME] * 2, "external": "t89", "kp": [1.0, 2.0, 3.0]}, "do not broadcast"),
    ],
)
def test_faulty_requests_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        magnetic_field(**({"time": TIME} | arguments))


def test_faulty_names_are_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="ts04"):
        magnetic_field(TIME, external="ts05")
    with pytest.raises(UnknownNameError, match="igrf"):
        magnetic_field(TIME, internal="igfr")


def test_functions_that_cannot_be_compiled_are_refused():
    with pytest.raises(InputError, match="grid"):
        Field.from_function(lambda x, y, z: np.fft.fft(x))
    with pytest.raises(InputError, match="equally spaced"):
        Field.from_grid([0.0, 1.0, 3.0], [0.0, 1.0], [0.0, 1.0], *np.zeros((3, 3, 2, 2)))
    with pytest.raises(InputError, match="shapes"):
        Field.from_grid([0.0, 1.0], [0.0, 1.0], [0.0, 1.0], *np.zeros((3, 3, 2, 2)))


def test_threads_do_not_disturb_each_other():
    fields = [magnetic_field(TIME, external="t89", kp=float(kp)) for kp in range(4)]
    points = np.random.default_rng(2).uniform(-8, 8, (3, 3000))
    alone = [np.stack(field(*points)) for field in fields]
    found = [None] * 4

    def work(k):
        found[k] = np.stack(fields[k](*points))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(alone, found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_other_coefficients_take_the_place_of_igrf():
    np.testing.assert_array_equal(
        magnetic_field(TIME, internal=igrf14())(2.0, 1.0, 0.0), magnetic_field(TIME)(2.0, 1.0, 0.0)
    )

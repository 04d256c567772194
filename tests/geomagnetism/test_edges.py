"""What the field engine says at its edges: inside the Earth, without data, in other years, far out of its range."""

import time
import warnings

import numpy as np
import pytest

from sunearth.geomagnetism import apex, cutoff, igrf, invariants, particles
from sunearth.geomagnetism.field import magnetic_field
from sunearth.geomagnetism.tracing import trace

TIME = "2015-03-17T18:00"
QUIET = {"p_dyn": 2.0, "dst": -20.0, "b_y": 0.0, "b_z": -5.0}


@pytest.mark.parametrize("year", ["1850-06-01", "2033-06-01", "2100-06-01"])
def test_years_that_are_not_known_are_answered_with_one_warning_a_place(year):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            b = igrf.igrf(year, 60.0, 20.0)
    assert len(caught) == 1
    assert "1900 to 2030" in str(caught[0].message)
    assert np.isfinite(b).all()


def test_nothing_is_drawn_on_without_end():
    with pytest.warns(UserWarning, match="known from"):
        late, later = igrf.igrf("2035-06-01", 60.0, 20.0), igrf.igrf("2200-06-01", 60.0, 20.0)
    assert late == later


def test_seeds_that_are_no_place_are_flagged():
    lines = trace(magnetic_field(TIME, external="t89", kp=3.0), [0.5, np.nan, np.inf, 0.0, 1e3], 0.0, 0.0)
    assert np.isnan(lines["length"]).values.tolist() == [True, True, True, True, False]
    assert lines["topology"].values.tolist() == [4, 4, 4, 4, 3]


def test_shells_that_are_none_are_flagged():
    found = invariants.l_star(magnetic_field(TIME, external="t89", kp=3.0), [0.5, np.nan, 1e3, 0.0], 0.0, 0.0)
    assert np.isnan(found["l_star"]).all()
    names = found["flag"].attrs["flag_meanings"].split()
    assert [names[k] for k in found["flag"].values] == ["undefined", "undefined", "open_line", "undefined"]


def test_particles_that_are_nowhere_end_at_once():
    field = magnetic_field(TIME)
    orbits = particles.trajectories(
        field, [0.5, np.nan, 100.0], 0.0, 0.0, 100.0, np.array([0.0, 10.0]), pitch_angle=45.0
    )
    assert (orbits["end"] != 0).all()
    assert orbits["steps"].values.tolist() == [0, 0, 0]


def test_an_unknown_place_has_no_cutoff():
    assert np.isnan(cutoff.cutoff_rigidity(magnetic_field(TIME), np.nan, 0.0, step=0.5)["effective"])


def test_there_are_no_magnetic_coordinates_without_a_place_or_time():
    found = apex.quasi_dipole(np.array(["2015-03-17", "NaT"], "M8[ns]"), 60.0, [20.0, 20.0], 110.0)
    assert np.isnan(found.mlat).tolist() == [False, True]


@pytest.mark.parametrize("driver", [{"p_dyn": 0.0}, {"p_dyn": -1.0}, {"p_dyn": np.nan}, {"dst": np.inf}])
@pytest.mark.parametrize("model", ["t96", "t01", "ts04"])
def test_drivers_that_cannot_be_give_nan(model, driver):
    more = {"t96": {}, "t01": {"g1": 1.0, "g2": 1.0}, "ts04": {f"w{k}": 1.0 for k in range(1, 7)}}[model]
    field = magnetic_field(TIME, external=model, **(QUIET | more | driver))
    assert np.isnan(field(-6.0, 0.0, 1.0)).all()
    assert int(trace(field, -6.0, 0.0, 1.0)["topology"]) == 4


def test_a_storm_beyond_all_data_is_answered_and_does_not_hang():
    w = {"w1": 60.0, "w2": 30.0, "w3": 80.0, "w4": 120.0, "w5": 40.0, "w6": 90.0}
    field = magnetic_field(TIME, external="ts04", p_dyn=50.0, dst=-600.0, b_y=40.0, b_z=-60.0, **w)
    rng = np.random.default_rng(0)
    trace(field, -5.0, 0.0, 0.0)
    begin = time.perf_counter()
    lines = trace(field, *rng.uniform(-40, 40, (3, 300)))
    shells = invariants.l_star(field, *rng.uniform(-7, 7, (3, 20)))
    assert time.perf_counter() - begin < 30.0
    assert set(np.unique(lines["topology"])) <= {0, 1, 2, 3, 4}
    assert np.isnan(shells["l_star"].values[shells["flag"].values >= 4]).all()

"""Cutoff rigidities against Stormer's theory, published values, and another code."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.constants import EARTH_RADIUS
from sunearth.core.errors import InputError
from sunearth.geomagnetism.cutoff import FATES, asymptotic_directions, cutoff_map, cutoff_rigidity, stormer_cutoff
from sunearth.geomagnetism.field import Field, magnetic_field

DIPOLE = magnetic_field(internal="dipole")
MILLENNIUM = magnetic_field("2000-01-01T12:00")
TOP = 1.0 + 20e3 / EARTH_RADIUS

# Upper, effective and lower vertical cutoffs, GV, computed with OTSO 1.3.11 (Larsen et al. 2023) for 2000-01-01 12 UT
# in the IGRF alone, at steps of 0.01 GV, with paths of up to 200 R_E inside 25 R_E.
STATIONS = {
    "Alma-Ata": (43.14, 76.60, 6.62, 6.40, 5.59),
    "Apatity": (67.57, 33.39, 0.62, 0.58, 0.57),
    "Athens": (37.97, 23.78, 8.83, 8.43, 6.41),
    "Jungfraujoch": (46.55, 7.98, 4.89, 4.52, 3.89),
    "Mexico": (19.33, 260.82, 8.89, 7.91, 7.70),
    "Oulu": (65.0544, 25.4681, 0.81, 0.78, 0.77),
    "Rome": (41.86, 12.47, 6.46, 6.22, 5.45),
    "Tsumeb": (-19.2, 17.58, 9.48, 9.13, 8.08),
}


def test_stations_against_another_code():
    latitude, longitude, upper, effective, lower = np.array(list(STATIONS.values())).T
    found = cutoff_rigidity(MILLENNIUM, latitude, longitude)
    np.testing.assert_allclose(found["upper"], upper, atol=0.055)
    np.testing.assert_allclose(found["effective"], effective, atol=0.06)
    # the edge of the penumbra hangs on single rays that stay for long
    assert np.median(np.abs(found["lower"] - lower)) < 0.2
    assert (found["lower"] <= found["effective"]).all()
    assert (found["effective"] <= found["upper"]).all()


@pytest.mark.parametrize(("zenith", "azimuth", "upper", "effective"), [
    (60.0, 90.0, [8.51, 21.24], [8.40, 21.24]),
    (60.0, 270.0, [5.30, 7.41], [4.89, 6.49]),
    (45.0, 0.0, [6.81, 8.74], [6.14, 8.56]),
])  # fmt: skip
def test_directions_against_another_code(zenith, azimuth, upper, effective):
    """At Rome and Tsumeb, OTSO as above: from the east less comes than from the west."""
    direction = {"zenith": np.radians(zenith), "azimuth": np.radians(azimuth)}
    found = cutoff_rigidity(MILLENNIUM, [41.86, -19.2], [12.47, 17.58], **direction)
    np.testing.assert_allclose(found["upper"], upper, atol=0.025)
    np.testing.assert_allclose(found["effective"], effective, atol=0.1)


@pytest.mark.parametrize(("year", "published"), [(1980, 4.63), (2000, 4.49)])
def test_jungfraujoch_as_published(year, published):
    """Effective vertical cutoffs that the University of Bern gives for its monitor."""
    found = cutoff_rigidity(magnetic_field(f"{year}-01-01T12:00"), 46.55, 7.98)
    assert found["effective"].item() == pytest.approx(published, abs=0.06)


def test_storm_lets_more_in():
    """T89 at Kp 7 and T96, against OTSO."""
    field = magnetic_field("2015-03-17T18:00", external="t89", kp=7.0)
    found = cutoff_rigidity(field, [41.86, -19.2], [12.47, 17.58])
    np.testing.assert_allclose(found["effective"], [5.82, 8.72], atol=0.1)
    quiet = cutoff_rigidity(magnetic_field("2015-03-17T18:00"), [41.86, -19.2], [12.47, 17.58])
    assert (found["effective"] < quiet["effective"]).all()
    field = magnetic_field("2015-03-17T18:00", external="t96", p_dyn=5.0, dst=-150.0, b_y=2.0, b_z=-10.0)
    found = cutoff_rigidity(field, 41.86, 12.47)
    assert found["upper"].item() == pytest.approx(5.85, abs=0.03)
    assert found["effective"].item() == pytest.approx(5.67, abs=0.08)


def test_equator_of_a_dipole_is_stormers():
    found = cutoff_rigidity(DIPOLE, 0.0, [0.0, 90.0, 200.0])
    expected = float(stormer_cutoff(TOP, 0.0))
    for name in ("lower", "effective", "upper"):
        np.testing.assert_allclose(found[name], expected, atol=0.011)


@given(
    latitude=st.floats(-55.0, 55.0), zenith=st.floats(0.0, 1.2), azimuth=st.floats(0.0, 6.28), tilt=st.floats(-0.5, 0.5)
)
@settings(max_examples=12, deadline=None)
def test_nothing_comes_from_below_stormers_cone(latitude, zenith, azimuth, tilt):
    """The cone is a bound whatever the Earth's shadow does, and what is above the upper cutoff does come in."""
    field = magnetic_field(internal="dipole", dipole_tilt=tilt)
    bound = float(stormer_cutoff(TOP, latitude, zenith, azimuth))
    found = cutoff_rigidity(field, latitude, 40.0, zenith=zenith, azimuth=azimuth, step=0.05)
    # by a dozen metres and the error of the path a ray may pass the bound
    assert found["lower"] >= bound - 0.051
    stiff = found["upper"].item() * np.linspace(1.2, 2.0, 6)  # the penumbra has outliers narrower than the step
    above = asymptotic_directions(field, latitude, 40.0, stiff, zenith=zenith, azimuth=azimuth)
    assert (above["fate"] == FATES.index("allowed")).sum() >= 5
    below = asymptotic_directions(
        field, latitude, 40.0, bound * np.linspace(0.3, 0.98, 5), zenith=zenith, azimuth=azimuth
    )
    assert (below["fate"] != FATES.index("allowed")).all()


def test_cutoff_scales_with_the_moment():
    """In a dipole lengths and rigidities scale; half the moment has half the cutoff."""
    half = Field(DIPOLE.inner, 0.5 * DIPOLE.inner_records, DIPOLE.outer, DIPOLE.outer_records, (), "half", None, 0.0)
    whole = cutoff_rigidity(DIPOLE, 30.0, 0.0, step=0.02)
    found = cutoff_rigidity(half, 30.0, 0.0, step=0.01)
    assert found["upper"].item() == pytest.approx(0.5 * whole["upper"].item(), abs=0.011)
    assert found["effective"].item() == pytest.approx(0.5 * whole["effective"].item(), abs=0.06)


def test_asymptotic_directions_against_another_code():
    """Rome at 10, 15, 20 and 50 GV; OTSO as above."""
    rays = asymptotic_directions(MILLENNIUM, 41.86, 12.47, [10.0, 15.0, 20.0, 50.0])
    np.testing.assert_allclose(rays["latitude"], [-10.8014, -11.7322, 3.5353, 33.974], atol=0.15)
    np.testing.assert_allclose(rays["longitude"], [122.783, 85.7727, 72.1426, 44.6695], atol=0.15)
    assert (rays["fate"] == FATES.index("allowed")).all()


def test_stiff_rays_are_straight():
    zenith, azimuth = 0.8, 2.0
    rays = asymptotic_directions(MILLENNIUM, 30.0, 50.0, 1e7, zenith=zenith, azimuth=azimuth)
    phi, lam = np.radians([30.0, 50.0])
    up = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    east = np.array([-np.sin(lam), np.cos(lam), 0.0])
    north = np.cross(up, east)
    way = np.cos(zenith) * up + np.sin(zenith) * (np.cos(azimuth) * north + np.sin(azimuth) * east)
    assert rays["latitude"].item() == pytest.approx(np.degrees(np.arcsin(way[2])), abs=1e-3)
    assert rays["longitude"].item() == pytest.approx(np.degrees(np.arctan2(way[1], way[0])), abs=1e-3)
    # a negative particle bends the other way
    both = asymptotic_directions(MILLENNIUM, 0.0, 50.0, [100.0, -100.0])
    assert both["longitude"][0] > 50.0 > both["longitude"][1]


def test_rays_agree_with_the_full_orbit_of_the_antiparticle():
    """The ray of 10 GV at Rome, flown by the particle pusher as an antiproton."""
    from sunearth.geomagnetism.cutoff import _rays
    from sunearth.geomagnetism.particles import trajectories

    rays, _ = _rays(
        MILLENNIUM, np.zeros(1, np.int64), tuple(np.array([v]) for v in (41.86, 12.47, 20.0, 0.0, 0.0)), 20.0
    )
    b = np.array(MILLENNIUM(*rays[0, :3]))
    b /= np.linalg.norm(b)
    pitch = np.arccos(rays[0, 3:] @ b)
    first = np.array([-b[1], b[0], 0.0]) / np.hypot(b[0], b[1])
    phase = np.arctan2(rays[0, 3:] @ np.cross(b, first), rays[0, 3:] @ first)
    rest = 938272.08
    energy = np.sqrt(1e7**2 + rest**2) - rest
    orbit = trajectories(
        MILLENNIUM, *rays[0, :3], energy, [0.0, 0.655, 0.66], pitch_angle=pitch, gyrophase=phase, species=(rest, -1.0),
        method="full_orbit", start="particle", steps_per_gyration=2000, box=(-50.0, 50.0) * 3,
    )  # fmt: skip
    way = np.array([(orbit[c][2] - orbit[c][1]).item() for c in "xyz"])
    from sunearth.geomagnetism.frames import rotation_matrix

    way = rotation_matrix("2000-01-01T12:00", "GSM", "GEO") @ (way / np.linalg.norm(way))
    found = asymptotic_directions(MILLENNIUM, 41.86, 12.47, 10.0)
    assert found["latitude"].item() == pytest.approx(np.degrees(np.arcsin(way[2])), abs=0.3)
    assert found["longitude"].item() == pytest.approx(np.degrees(np.arctan2(way[1], way[0])), abs=0.3)


def test_map_is_what_single_places_give():
    world = cutoff_map(MILLENNIUM, (45.0, 90.0), step=0.1)
    assert dict(world.sizes) == {"latitude": 5, "longitude": 5}
    single = cutoff_rigidity(MILLENNIUM, [0.0, 45.0], [90.0, 180.0], step=0.1, tolerance=1e-5)
    np.testing.assert_array_equal(
        single["upper"], [world["upper"].sel(latitude=a, longitude=b) for a, b in ((0, 90), (45, 180))]
    )
    np.testing.assert_array_equal(world["upper"][:, 0], world["upper"][:, -1])
    assert (world["effective"].sel(latitude=90.0) == world["effective"][-1, 0]).all()
    # the highest cutoff lies over south Asia
    assert 15.0 < world["effective"].sel(latitude=0.0, longitude=90.0) < 18.0


def test_unknown_places_and_limits():
    found = cutoff_rigidity(MILLENNIUM, [np.nan, 40.0], 10.0, step=0.1)
    assert np.isnan(found["effective"][0])
    assert found["effective"][1] > 5
    assert np.isnan(cutoff_rigidity(MILLENNIUM, 0.0, 90.0, highest=5.0, step=0.1)["effective"])
    ray = asymptotic_directions(MILLENNIUM, 0.0, 90.0, [np.nan, 0.0, 2.0], most_steps=3)
    assert ray["fate"].values.tolist()[:2] == [FATES.index("unknown")] * 2
    assert np.isnan(ray["latitude"]).all()
    given_up = asymptotic_directions(MILLENNIUM, 65.0, 25.0, 0.6, longest=5.0)
    assert given_up["fate"] == FATES.index("too_long")
    axis = np.linspace(-3.0, 3.0, 25)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    values = DIPOLE(x + 1e-9, y, z)
    small = Field.from_grid(axis, axis, axis, *values)
    assert np.isnan(cutoff_rigidity(small, 0.0, 0.0, step=0.5)["effective"])
    assert cutoff_rigidity(small, 0.0, 0.0, step=0.5, escape=2.9)["effective"] > 5.0
    nothing = Field.from_function(lambda x, y, z: (0.0, 0.0, 0.0), name="nothing")
    assert cutoff_rigidity(nothing, 10.0, 10.0, step=0.1)["upper"] == 0.0


def test_labels_states_and_refusals():
    import xarray as xr

    latitude = xr.DataArray([0.0, 50.0], dims="latitude", coords={"latitude": [0.0, 50.0]})
    found = cutoff_rigidity(MILLENNIUM, latitude, 10.0, step=0.2)
    assert found["upper"].dims == ("latitude",)
    assert found["upper"].attrs["units"] == "GV"
    years = cutoff_rigidity(magnetic_field(np.array(["1960-01-01", "2020-01-01"], "M8[D]")), 40.0, 280.0, step=0.1)
    # the field of North America weakens: more comes in
    assert years["effective"][1] > years["effective"][0] + 0.2
    with pytest.raises(InputError, match="above zero"):
        cutoff_rigidity(MILLENNIUM, 0.0, 0.0, step=0.0)
    with pytest.raises(InputError, match="divide"):
        cutoff_map(MILLENNIUM, (7.0, 15.0))
    with pytest.raises(InputError, match="one state"):
        cutoff_map(magnetic_field(np.array(["1960-01-01", "2020-01-01"], "M8[D]")))

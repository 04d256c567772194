"""Field lines of satellites and stations through a run."""

import numpy as np
import pytest
import xarray as xr

from sunearth.chain.field_lines import field_of_run, read_positions, trace_field_lines
from sunearth.chain.run import run
from sunearth.core.constants import GEOSYNCHRONOUS_RADIUS
from sunearth.core.errors import DataError, InputError, UnknownNameError
from sunearth.geomagnetism.frames import transform


@pytest.fixture(scope="module")
def storm():
    return run("st-patrick-2015", start="2015-03-16T18:00", end="2015-03-18T00:00")


@pytest.fixture(scope="module")
def traced(storm):
    stations = {"Tromso": (69.65, 18.96), "Boulder": (40.0, -105.3), "Resolute": (74.7, -94.8)}
    return trace_field_lines(storm, model="t89", cadence="3h", stations=stations)


def test_geosynchronous_orbit_comes_down_where_it_is_known_to(traced):
    quiet = traced.sel(time_field=slice("2015-03-16T18", "2015-03-16T21"))  # Kp below 2+
    assert quiet["satellite_mlat"].min() > 64.5
    assert quiet["satellite_mlat"].max() < 68.5
    storm = traced.sel(time_field=slice("2015-03-17T03", None))
    assert storm["satellite_mlat"].mean() < quiet["satellite_mlat"].mean() - 2.0


def test_local_time_follows_the_clock(traced):
    hours = traced["satellite_mlt"].sel(satellite="GOES-East").values
    clock = (traced["time_field"].dt.hour.values - 75.2 / 15.0) % 24.0
    apart = (hours - clock + 12.0) % 24.0 - 12.0
    assert np.abs(apart).max() < 1.6


def test_stations(traced):
    assert traced["station_mlat"].sel(station="Tromso").mean() == pytest.approx(66.7, abs=0.1)
    boulder = traced.sel(station="Boulder")
    assert (boulder["station_topology"] == 0).all()
    assert np.allclose(boulder["station_equator"], 2.35, atol=0.15)


def test_particles_drift_inward_of_the_ring_at_noon(traced):
    shells = traced["geosynchronous_l_star"].sel(time_field="2015-03-17T00:00")
    # A particle at midnight is in a weaker field than one at noon, and follows it farther out by day.
    assert float(shells.sel(local_time=0.0)) > float(shells.sel(local_time=12.0))
    assert 5.0 < float(shells.sel(local_time=12.0)) < 6.8


def test_every_variable_is_labelled(traced, storm):
    for name in set(traced.data_vars) - set(storm.data_vars):
        assert traced[name].attrs["long_name"], name
        assert traced[name].attrs["references"], name
    assert traced.attrs["field_model"] == "t89"
    assert traced["field_valid"].dtype == bool


def test_positions_in_any_frame_and_unit_give_the_same(storm, tmp_path):
    times = storm["time"].values[::6]
    angle = np.radians(-75.2)
    x, y = GEOSYNCHRONOUS_RADIUS * np.cos(angle), GEOSYNCHRONOUS_RADIUS * np.sin(angle)
    geo = (np.full(times.size, x), np.full(times.size, y), np.zeros(times.size))
    gse = transform(times, *geo, "GEO", "GSE")
    rows = [f"{t},{a * 6371.2},{b * 6371.2},{c * 6371.2}" for t, a, b, c in zip(times, *gse, strict=True)]
    (tmp_path / "orbit.csv").write_text("# an orbit\ntime,x_gse[km],y_gse[km],z_gse[km]\n" + "\n".join(rows) + "\n")
    orbit = xr.Dataset(dict(zip("xyz", (("time", c) for c in geo), strict=True)), {"time": times}, {"frame": "GEO"})
    satellites = {"longitude": -75.2, "dataset": orbit, "file": tmp_path / "orbit.csv"}
    found = trace_field_lines(storm, model="t89", cadence="6h", satellites=satellites, l_star=False)["satellite_mlat"]
    np.testing.assert_allclose(found.sel(satellite="dataset"), found.sel(satellite="longitude"), atol=1e-6)
    # Positions are interpolated in the frame they come in, here by splines through half-hourly ones.
    np.testing.assert_allclose(found.sel(satellite="file"), found.sel(satellite="longitude"), atol=1e-3)


def test_a_satellite_is_nowhere_outside_its_data(storm):
    times = storm["time"].values[:2]
    orbit = xr.Dataset({c: ("time", [3.0, 3.0]) for c in "xyz"}, {"time": times}, {"frame": "GSM"})
    found = trace_field_lines(storm, model="t89", cadence="6h", satellites={"a": orbit}, l_star=False)
    assert np.isnan(found["satellite_mlat"][-1, 0])


def test_unknown_wind_gives_nan_and_is_flagged(storm):
    gap = storm.copy(deep=True)
    for name in ("kp_model", "kp_observed"):
        gap[name][:] = np.nan
    found = trace_field_lines(gap, model="t89", cadence="6h", l_star=True)
    assert np.isnan(found["satellite_mlat"]).all()
    assert np.isnan(found["geosynchronous_l_star"]).all()
    assert not found["field_valid"].any()


def test_the_field_is_that_of_the_nearest_sample(storm):
    field = field_of_run(storm, ["2015-03-17T00:00", "2015-03-17T20:00"], "t89")
    b = field(-6.6, 0.0, 0.0)
    assert b.b_z[1] < b.b_z[0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": "ts05"}, UnknownNameError, "ts04"),
        ({"cadence": "soon"}, InputError, "duration"),
        ({"cadence": "-1h"}, InputError, "above zero"),
        ({"satellites": {"a": 1e4}}, InputError, "longitude"),
        ({"satellites": {"a": "nowhere.csv"}}, DataError, "nowhere.csv"),
        ({"satellites": {"a": xr.Dataset()}}, DataError, "no time"),
        ({"stations": {"a": (1.0,)}}, InputError, "latitude and longitude"),
    ],
)
def test_faults_are_named(storm, arguments, error, message):
    with pytest.raises(error, match=message):
        trace_field_lines(storm, **({"model": "t89", "l_star": False} | arguments))


@pytest.mark.parametrize(
    "text", ["", "time,x,y,z\n", "time,x_gsm,y_gse,z_gsm\n", "time,x_gsm,y_gsm,z_gsm\n2015-03-17,1,2\n", "time,x_gsm\n"]
)
def test_files_that_are_no_orbit_are_refused(tmp_path, text):
    path = tmp_path / "orbit.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"orbit\.csv"):
        read_positions(path)

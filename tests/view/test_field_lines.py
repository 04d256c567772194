"""Pictures of field lines hold what was traced."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_hex

from sunearth.chain.field_lines import trace_field_lines
from sunearth.chain.run import run
from sunearth.core.errors import InputError
from sunearth.geomagnetism.field import magnetic_field
from sunearth.view.field_lines import connections, field_chart, lines_in_space, noon_midnight, quiet_and_storm
from sunearth.view.style import BLUE, VERMILLION

TIME = "2015-03-17T18:00"


@pytest.fixture(scope="module")
def traced():
    storm = run("st-patrick-2015", start="2015-03-17T00:00", end="2015-03-18T00:00")
    return trace_field_lines(storm, model="t89", cadence="6h", stations={"Boulder": (40.0, -105.3)}, l_star=False)


def test_closed_lines_of_a_dipole_are_drawn_closed():
    figure = noon_midnight({"dipole": magnetic_field(internal="dipole")}, latitudes=[60.0, 65.0])
    axes = figure.axes[0]
    drawn = [
        line for line in axes.get_lines() if to_hex(line.get_color()) == BLUE.lower() and line.get_xdata().size > 10
    ]
    assert len(drawn) >= 8
    reach = sorted({round(float(np.max(np.abs(line.get_xdata()))), 1) for line in drawn})
    assert reach[:2] == [4.0, 5.6]
    assert axes.get_xlim()[0] > axes.get_xlim()[1], "the Sun is on the left"


def test_open_lines_are_drawn_as_such():
    wind = {"p_dyn": 5.0, "dst": -100.0, "b_y": 0.0, "b_z": -10.0}
    figure = noon_midnight({"storm": magnetic_field(TIME, external="t96", **wind)}, latitudes=[70.0, 85.0])
    colours = {to_hex(line.get_color()) for line in figure.axes[0].get_lines() if line.get_xdata().size > 10}
    assert {BLUE.lower(), VERMILLION.lower()} <= colours


def test_a_field_in_many_states_is_refused():
    many = magnetic_field(["2015-03-17", "2015-03-18"])
    with pytest.raises(InputError, match="single time"):
        noon_midnight({"a": many})
    with pytest.raises(InputError, match="single time"):
        lines_in_space(many)


def test_three_dimensions_and_narrow_screens(traced):
    assert len(lines_in_space(magnetic_field(TIME, external="t89", kp=2.0)).axes) == 2
    for width in (9.5, 4.6):
        assert connections(traced, width=width).get_figwidth() == width
        assert quiet_and_storm(traced, width=width).get_figwidth() == width


def test_connections_show_the_numbers_of_the_run(traced):
    figure = connections(traced)
    assert [axes.get_ylabel().split()[0] for axes in figure.axes] == ["Footpoint", "Line"]
    line = figure.axes[0].get_lines()[0]
    np.testing.assert_array_equal(line.get_ydata(), traced["satellite_mlat"][:, 0])
    with pytest.raises(InputError, match="no traced field lines"):
        connections(traced.drop_vars(["satellite_mlat", "station_equator"]))


def test_a_chart_is_labelled_with_its_unit():
    latitude, longitude = np.linspace(-90, 90, 19), np.linspace(-180, 180, 37)
    values = xr.DataArray(
        30000 + 100 * latitude[:, None] + 0 * longitude, dims=("latitude", "longitude"),
        coords={"latitude": latitude, "longitude": longitude}, name="total",
        attrs={"units": "nT", "long_name": "Total intensity"},
    )  # fmt: skip
    figure = field_chart(values, marks={"pole": (80.0, -72.0)})
    assert "nT" in figure.axes[1].get_ylabel()
    assert any(text.get_text() == "pole" for text in figure.axes[0].texts)

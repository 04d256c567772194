"""Maps of the equatorial plane: orientation, scale, gaps and motion."""

import io

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from sunearth.core.errors import InputError
from sunearth.magnetosphere.plasmasphere_dynamics import Plasmasphere
from sunearth.magnetosphere.whistlers import fit_whistler, travel_time
from sunearth.view.inner_magnetosphere import (
    depressions,
    equatorial_animation,
    equatorial_maps,
    moving_map,
    plasmasphere_in_time,
    whistlers,
)
from sunearth.view.style import BLACK


def made_up(times=4, gap=False):
    """A ring that is densest at dusk."""
    time = np.datetime64("2015-03-17T00", "ns") + np.arange(times) * np.timedelta64(6, "h")
    mlt, shell = (np.arange(24) + 0.5), np.linspace(1.5, 8.0, 20)
    values = 100.0 * np.exp(-((shell - 4.0) ** 2)) * (1.2 + np.cos(np.radians(15 * (mlt - 18.0))))[:, None]
    values = values * (1.0 + np.arange(times))[:, None, None]
    if gap:
        values[1] = np.nan
    attrs = {"units": "cm^-3", "long_name": "Equatorial electron density"}
    return xr.DataArray(values, {"time": time, "mlt": mlt, "l": shell}, ("time", "mlt", "l"), attrs=attrs)


def test_dusk_is_at_the_bottom_and_the_sun_on_the_left():
    axes = equatorial_maps(made_up(), width=9.5).axes[0]
    mesh = axes.collections[0]
    centre = mesh.get_coordinates()[:-1, :-1]
    values = np.asarray(mesh.get_array()).reshape(centre.shape[:2])
    x, y = centre[np.unravel_index(values.argmax(), values.shape)]
    assert y > 2.5
    assert abs(x) < 1.5
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # y, positive to dusk, grows downward
    assert axes.get_xlim()[0] > axes.get_xlim()[1]  # and x to the left


def test_all_panels_share_one_scale_with_its_unit():
    figure = equatorial_maps(made_up(), width=9.5)
    scales = {(axes.collections[0].norm.vmin, axes.collections[0].norm.vmax) for axes in figure.axes[:4]}
    assert len(scales) == 1
    assert figure.axes[-1].get_ylabel() == "Equatorial electron density (cm$^{-3}$)"
    titles = [axes.get_title(loc="left") for axes in figure.axes[:2]]
    assert titles == ["17 March 2015, 00:00 UTC", "17 March 2015, 06:00 UTC"]


def test_what_is_not_known_stays_white():
    mesh = equatorial_maps(made_up(gap=True), ["2015-03-17T06:00"], width=4.0).axes[0].collections[0]
    assert np.ma.getmaskarray(mesh.get_array()).all()


def test_it_moves():
    picture = Image.open(io.BytesIO(equatorial_animation(made_up(), frames=3, width=2.5)))
    assert picture.format == "WEBP"
    assert picture.n_frames == 3
    html = moving_map(made_up(), "See the ring.", frames=2)
    assert "prefers-reduced-motion" in html
    assert "data:image/webp;base64," in html


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(InputError, match="time, mlt and a distance"):
        equatorial_maps(made_up().isel(l=0))
    with pytest.raises(InputError, match="above zero"):
        equatorial_maps(made_up() * 0.0)


def test_a_small_panel_leaves_out_the_year():
    titles = [axes.get_title(loc="left") for axes in equatorial_maps(made_up(), width=4.6).axes[:2]]
    assert titles == ["17 March, 00:00 UTC", "17 March, 06:00 UTC"]


@pytest.mark.parametrize("width", [9.5, 4.6])
def test_the_budget_of_a_plasmasphere_adds_up_in_the_picture(width):
    time = np.datetime64("2015-03-16", "ns") + np.arange(0, 25, 3) * np.timedelta64(1, "h")
    run = Plasmasphere(rows=30, columns=24).solve(time, kp=np.linspace(2.0, 7.0, 9), cadence=3.0)
    figure = plasmasphere_in_time(run, {"flat": xr.DataArray(np.full(9, 4.0), {"time": time}, "time")}, width=width)
    top, middle, below = figure.axes
    supplied, returned, entered, left = (line.get_ydata() for line in below.get_lines())
    content = middle.get_lines()[0].get_ydata()
    np.testing.assert_allclose(content - content[0], supplied - returned + entered - left, atol=1e-9 * content[0])
    assert [line.get_label() for line in top.get_lines()] == ["midnight", "dawn", "noon", "dusk", "flat"]
    np.testing.assert_array_equal(top.get_lines()[-1].get_ydata(), 4.0)


@pytest.mark.parametrize("width", [9.5, 4.6])
def test_whistlers_have_their_noses_where_they_come_first(width):
    f = np.linspace(2.0, 8.0, 25)
    heard = np.append(5.0 + travel_time(f, 4.0, 443.0), 9.9), np.append(f, 3.0)
    found = fit_whistler(*heard)
    figure = whistlers({"a": (3.0, 900.0), "b": (4.0, 443.0)}, heard, found, width=width)
    left, right = figure.axes
    curve, dot = left.get_lines()[:2]
    assert dot.get_xdata()[0] == pytest.approx(curve.get_xdata().min(), rel=1e-3)
    out, belongs, fit = right.get_lines()[:3]
    assert out.get_xdata().tolist() == [9.9]
    assert belongs.get_xdata().size == f.size
    np.testing.assert_allclose(np.interp(f, fit.get_ydata(), fit.get_xdata()), heard[0][:-1], atol=1e-3)
    assert len(whistlers({"a": (3.0, 900.0)}).axes) == 1
    with pytest.raises(InputError, match="one to 6"):
        whistlers({})


def test_depressions_tell_what_was_seen_from_what_was_modelled():
    time = np.datetime64("2015-03-17", "ns") + np.arange(4) * np.timedelta64(1, "h")
    seen = xr.DataArray([0.0, -10.0], {"time_hourly": time[::2]}, "time_hourly")
    model = xr.DataArray([0.0, -20.0, -40.0, -30.0], {"time": time}, "time")
    axes = depressions({"a model": model}, {"Dst": seen}).axes[0]
    observed, modelled = axes.get_lines()[:2]
    assert observed.get_color() == BLACK
    np.testing.assert_array_equal(observed.get_ydata(), seen)
    np.testing.assert_array_equal(modelled.get_ydata(), model)
    assert modelled.get_color() != BLACK

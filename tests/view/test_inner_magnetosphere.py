"""Maps of the equatorial plane: orientation, scale, gaps and motion."""

import io

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from sunearth.core.errors import InputError
from sunearth.view.inner_magnetosphere import equatorial_animation, equatorial_maps, moving_map


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

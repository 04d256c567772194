"""Pictures of trapped particles hold what was computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from sunearth.core.errors import InputError
from sunearth.magnetosphere.inner_belt import InnerBelt
from sunearth.magnetosphere.radial_diffusion import RadialDiffusion
from sunearth.magnetosphere.wave_particle import resonance_curve, resonant_energy
from sunearth.view import trapped_particles as view
from sunearth.view.style import SKY

HOURS = np.datetime64("2013-03-01", "ns") + np.arange(0, 73, 3) * np.timedelta64(1, "h")


def table(rate, angles=(10.0, 40.0, 80.0), energies=(0.1, 1.0)):
    """Made-up coefficients of diffusion, per second."""
    values = np.broadcast_to(np.asarray(rate, float), (1, len(energies), len(angles)))
    coords = {"l_shell": [4.0], "energy": list(energies), "pitch_angle": np.radians(angles)}
    return xr.Dataset({"d_aa": (("l_shell", "energy", "pitch_angle"), values)}, coords)


def outlook(levels=(0.05, 0.1, 0.5, 0.9, 0.95), days=4):
    """A made-up forecast: 100, 200, ... with a band of a factor of ten either way at 10 and 90 per cent."""
    time = np.datetime64("2017-03-02", "ns") + np.arange(days) * np.timedelta64(24, "h")
    middle = 100.0 * np.arange(1, days + 1)
    factor = 10.0 ** np.interp(levels, (0.05, 0.1, 0.5, 0.9, 0.95), (-2.0, -1.0, 0.0, 1.0, 2.0))
    return xr.Dataset(
        {
            "flux": (("quantile", "time"), factor[:, None] * middle),
            "alarm_probability": ("time", np.linspace(0.0, 0.9, days)),
            "day": ("time", time),
        },
        {"time": time, "quantile": list(levels)},
    )


@pytest.mark.parametrize("width", [9.5, 4.6])
def test_rates_are_drawn_as_given(width):
    shells = np.linspace(3.0, 6.0, 7)
    figure = view.diffusion_rates(
        {"calm": {"a": (shells, 1e-8 * shells**10)}, "storm": {"a": (shells, shells)}}, width=width
    )
    calm, storm = figure.axes[:2]
    np.testing.assert_array_equal(calm.get_lines()[0].get_ydata(), 1e-8 * shells**10)
    assert calm.get_ylim() == storm.get_ylim(), "panels are to be compared"
    assert figure.get_figwidth() == width
    with pytest.raises(InputError, match="one to 6"):
        view.diffusion_rates({})


def test_days_are_those_asked_for():
    result = RadialDiffusion(cells=20).solve(HOURS, 4.0, outer=1.0)
    axes = view.approach_to_balance(result, [0, 2.0], ([3.0], [0.5])).axes[0]
    first, later, exact = axes.get_lines()
    np.testing.assert_array_equal(first.get_ydata(), result["psd"][0, 0])
    np.testing.assert_array_equal(later.get_ydata(), result["psd"].isel(mu=0).sel(time="2013-03-03T00"))
    assert exact.get_linestyle() == "None"
    assert later.get_label() == "after 2 d"


def test_a_belt_in_time_shows_kp_and_what_was_held():
    kp = np.full(HOURS.size, 3.0)
    kp[5:7] = np.nan
    result = RadialDiffusion(cells=20).solve(HOURS, kp, outer=1.0)
    figure = view.belt_in_time(result)
    top, below = figure.axes[:2]
    values = np.asarray(top.collections[0].get_array()).reshape(20, HOURS.size)
    np.testing.assert_array_equal(values[:, -1], result["psd"][-1, 0])
    np.testing.assert_array_equal(below.get_lines()[0].get_ydata(), result["kp"])
    assert below.collections, "held intervals are shaded"
    with pytest.raises(InputError, match="no density"):
        view.belt_in_time(RadialDiffusion(cells=20).solve(HOURS, 3.0, start=0.0, outer=None))


def test_curves_start_at_the_least_energy_and_labels_keep_to_the_other_side():
    curve = resonance_curve(2445.5, 249.6, 10.0)
    axes = view.resonance_curves({"chorus": {"0.35": curve}}).axes[0]
    line = next(line for line in axes.get_lines() if line.get_label() == "0.35")
    momentum = np.hypot(line.get_xdata()[0], line.get_ydata()[0])
    energy = 510.999 * (np.sqrt(1.0 + momentum**2) - 1.0)
    assert energy == pytest.approx(float(resonant_energy(2445.5, 249.6, 10.0)), rel=1e-5)
    assert all(text.get_position()[0] > 0 for text in axes.texts), "the curve lies against the wave"
    circles = [line for line in axes.get_lines() if line.get_label() != "0.35"]
    assert circles
    for circle in circles:
        np.testing.assert_allclose(np.hypot(*circle.get_data()), np.hypot(*circle.get_data())[0])


@pytest.mark.parametrize("width", [9.5, 4.6])
def test_maps_of_diffusion_are_per_day_and_white_where_there_is_none(width):
    rates = np.array([[0.0, 1e-5, 1e-4], [1e-9, 1e-5, 1e-4]])
    found = xr.Dataset(
        {name: (("l_shell", "energy"), [[86400.0 * factor, 8640.0 * factor]]) for name, factor in
         (("lifetime", 10.0), ("strong", 0.01))},
        {"l_shell": [4.0], "energy": [0.1, 1.0]},
    )  # fmt: skip
    figure = view.diffusion_maps({"hiss": table(rates)}, {"hiss": found}, width=width)
    mesh = figure.axes[0].collections[0]
    values = np.ma.asarray(mesh.get_array()).reshape(2, 3)
    np.testing.assert_allclose(np.ma.filled(values[0, 1:], np.nan), [0.864, 8.64])
    assert not np.isfinite(np.ma.filled(values[:, 0], np.nan)).any()
    life, strong = figure.axes[1].get_lines()
    np.testing.assert_allclose(life.get_xdata(), [10.0, 1.0])
    np.testing.assert_allclose(strong.get_xdata(), [0.01, 0.001])


def test_an_outlook_spans_its_days_and_the_inner_band():
    figure = view.electron_outlook(outlook(), {"seen": (HOURS, np.full(HOURS.size, 50.0))})
    top, below = figure.axes
    bars = [patch for patch in top.patches if patch.get_facecolor()[:3] == plt.matplotlib.colors.to_rgb(SKY)]
    np.testing.assert_allclose([bar.get_y() for bar in bars], [10.0, 20.0, 30.0, 40.0])
    np.testing.assert_allclose([bar.get_y() + bar.get_height() for bar in bars], [1000.0, 2000.0, 3000.0, 4000.0])
    np.testing.assert_allclose([bar.get_width() for bar in bars], 1.0)
    assert "80 per cent band" in [text.get_text() for text in figure.legends[0].get_texts()]
    np.testing.assert_allclose([patch.get_height() for patch in below.patches], [0.0, 0.3, 0.6, 0.9])
    low, high = top.get_ylim()
    assert low < 50.0 < 400.0 < high
    with pytest.raises(InputError, match="one lead"):
        view.electron_outlook(outlook().expand_dims(lead_day=[1, 2]))


def test_few_quantiles_are_all_used():
    figure = view.electron_outlook(outlook((0.1, 0.5, 0.9)))
    assert "80 per cent band" in [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize("width", [9.5, 4.6])
def test_the_inner_belt_is_drawn_over_all_directions_beside_its_tables(width):
    belt = InnerBelt(steps=100).solve([20.0, 50.0, 100.0], np.linspace(1.2, 2.0, 9), shells=31)
    figure = view.inner_belt(belt, {50.0: ([1.5], [425.3])}, source=([20.0, 100.0], [1.0, 0.1]), width=width)
    left, right = figure.axes
    curve, point = right.get_lines()
    np.testing.assert_allclose(curve.get_ydata(), 4 * np.pi * belt["j"].sel(energy=50.0), rtol=1e-12)
    assert point.get_data()[1][0] == 425.3
    assert [line.get_label() for line in left.get_lines()][-1].startswith("a year")
    assert len(view.inner_belt(belt, shells=[1.4]).axes[1].get_lines()) == 3


def test_nothing_is_left_open():
    view.diffusion_maps({"a": table(1e-5)})
    assert plt.get_fignums() == []

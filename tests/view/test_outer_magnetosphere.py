"""Pictures of the outer magnetosphere hold what was computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sunearth.core.errors import InputError
from sunearth.magnetosphere.cusp import CuspDispersion, reconnection_history
from sunearth.magnetosphere.depletion_layer import DepletionLayer
from sunearth.magnetosphere.field_line_resonance import StandingWaves, dipole_line, resonance_continuum
from sunearth.magnetosphere.kelvin_helmholtz import ShearLayer
from sunearth.magnetosphere.magnetopause_surface import PressureBalanceMagnetopause
from sunearth.magnetosphere.magnetosheath import Magnetosheath
from sunearth.magnetosphere.mhd_waves import friedrichs_diagram
from sunearth.magnetosphere.tearing import fastest_growing_mode
from sunearth.magnetosphere.x_line import DaysideReconnection
from sunearth.view import outer_magnetosphere as view
from sunearth.view.style import BLACK, VERMILLION

WIND = {"n_p": 5.0, "speed": 400.0}


def white_lines(axes):
    return [line for line in axes.get_lines() if line.get_color() == "white"]


def test_field_lines_run_along_the_wind_and_never_into_the_magnetopause():
    sheath = Magnetosheath()
    figure = view.sheath_map(sheath, field_lines=7, b_x=-3.0, b_y=4.0, **WIND)
    axes = figure.axes[0]
    lines = white_lines(axes)
    assert 5 <= len(lines) <= 7
    for line in lines:
        x, y = line.get_data()
        state = sheath.state(x, y, 0.0, b_x=-3.0, b_y=4.0, **WIND)
        before = np.flatnonzero((state.region[1:] == 0) & (state.region[:-1] == 0))
        slope = np.diff(y)[before] / np.diff(x)[before]
        np.testing.assert_allclose(slope, -4.0 / 3.0, rtol=1e-9)
        pause, _ = sheath.boundaries(np.arctan2(np.abs(y), x), b_x=-3.0, b_y=4.0, **WIND)
        assert np.nanmin(np.hypot(x, y) - pause) > -0.2, "no further in than one step"
    assert axes.get_xlim()[0] > axes.get_xlim()[1], "the wind comes from the left"
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "dusk is below, as seen from the north"


@pytest.mark.parametrize("b_z", [-5.0, 5.0])
def test_field_lines_without_a_part_along_the_wind(b_z):
    figure = view.sheath_map(Magnetosheath(), plane="noon-midnight", field_lines=6, b_z=b_z, **WIND)
    lines = white_lines(figure.axes[0])
    assert 3 <= len(lines) <= 6
    sunward = max(lines, key=lambda line: np.nanmin(line.get_xdata()))
    np.testing.assert_allclose(sunward.get_xdata(), sunward.get_xdata()[0])
    assert figure.axes[0].get_ylim() == (-21.0, 21.0)


def test_the_boundaries_of_the_map_are_those_of_the_model():
    sheath = Magnetosheath()
    axes = view.sheath_map(sheath, field_lines=0, b_z=-5.0, **WIND).axes[0]
    pause, shock = (line for line in axes.get_lines() if line.get_xdata(orig=True).size == 521)
    for line, radius in zip((pause, shock), sheath.boundaries(0.0, b_z=-5.0, **WIND), strict=True):
        assert line.get_xdata()[260] == pytest.approx(float(radius))
        assert line.get_ydata()[260] == pytest.approx(0.0)
    with pytest.raises(InputError, match="plane"):
        view.sheath_map(sheath, plane="ecliptic", **WIND)


def test_stagnation_lines_show_both_pressures_and_their_sum():
    layer = DepletionLayer().solve(b_t=5.0, **WIND)
    _, below = view.stagnation_lines({"a": layer}).axes
    thermal, magnetic, together = (line.get_ydata() for line in below.get_lines())
    np.testing.assert_allclose(thermal + magnetic, together)
    assert below.get_xlim()[0] > below.get_xlim()[1] == 0.0, "the magnetopause is on the right"
    with pytest.raises(InputError, match="single wind"):
        view.stagnation_lines({"many": DepletionLayer().solve(b_t=[4.0, 5.0], **WIND)})
    with pytest.raises(InputError, match="one to 6"):
        view.stagnation_lines({})


def test_magnetopause_and_its_cusps():
    shape = PressureBalanceMagnetopause(degree=10).shape(0.3)
    cut, along = view.magnetopause_cuts({"a": shape}, 2.0, models={"a": {"sphere": lambda theta, phi: 9.0}}).axes
    surface, sphere = cut.get_lines()[:2]
    middle = surface.get_xdata().size // 2
    assert surface.get_xdata()[middle] == pytest.approx(float(shape.standoff(2.0)))
    drawn = np.isfinite(sphere.get_xdata())
    np.testing.assert_allclose(np.hypot(*sphere.get_data())[drawn], 9.0)
    crosses = [line for line in cut.get_lines() if line.get_marker() == "x"]
    angles = [float(np.arctan2(*line.get_data()[::-1])[0]) for line in crosses]
    np.testing.assert_allclose(angles, shape.cusps[:, 0] * [1, -1], rtol=1e-12)
    # at the cusps the field along the meridian vanishes
    degrees, field = along.get_lines()[0].get_data()
    assert field[np.argmin(np.abs(degrees - np.degrees(angles[0])))] < 0.1 * field.max()


def test_x_lines_stay_on_the_map_and_voltages_are_told():
    found = {name: DaysideReconnection(name).solve(2.0, 0.0, 3.5, -3.5, 6.0, 430.0) for name in ("rate", "shear")}
    figure = view.x_line_maps({"135": found})
    axes = figure.axes[0]
    for name, solution in found.items():
        assert f"{name}: {float(solution['potential']):.0f} kV" in axes.get_xlabel()
    line = axes.get_lines()[0]
    y, z = line.get_data()
    on = np.isfinite(y)
    assert on.sum() > 20
    reach = axes.get_xlim()[1]
    assert np.nanmax(np.hypot(y, z)) < reach
    # the line leans up from dawn to dusk, as the solution says
    assert np.polyfit(y[on], z[on], 1)[0] > 0
    assert float(found["rate"]["tilt"]) > 0


def test_the_polar_cap_of_a_run():
    import sunearth

    result = sunearth.run("st-patrick-2015", start="2015-03-17T00:00", end="2015-03-17T18:00")
    for width in (9.5, 5.0):
        figure = view.polar_cap_in_time(result, width=width)
        assert figure.get_figwidth() == width
    np.testing.assert_array_equal(figure.axes[2].get_lines()[0].get_ydata(), result["polar_cap_radius"])
    with pytest.raises(InputError, match="al_substorm"):
        view.polar_cap_in_time(result.drop_vars("al_substorm"))


def test_cusp_ions_and_the_rate_beneath():
    time = np.arange(0.0, 120.0)
    rate = [-2000.0, 200.0], [45.0, 45.0]
    seen = CuspDispersion().solve(time, 7.0 * time, np.geomspace(0.05, 10.0, 30), *rate)
    history = reconnection_history(time, 7.0 * time, seen["cutoff"].values)
    top, below, _ = view.cusp_spectrogram(seen, rate, history).axes
    cutoff = next(line for line in top.get_lines() if line.get_color() == VERMILLION)
    np.testing.assert_array_equal(cutoff.get_ydata(), seen["cutoff"])
    imposed, recovered = (line.get_ydata() for line in below.get_lines())
    np.testing.assert_allclose(recovered[np.isfinite(recovered)], imposed[0], rtol=1e-3)
    assert len(view.cusp_spectrogram(seen).axes) == 2


def test_the_plasmapause_is_shaded_where_frequencies_rise():
    shells = np.linspace(2.0, 7.0, 101)
    found = resonance_continuum(shells, np.where(shells < 4.5, 400.0, 10.0))
    axes = view.continuum(found).axes[0]
    spans = [patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches]
    assert any(np.allclose([s.x0, s.x1], [found["l_minimum"], found["l_maximum"]]) for s in spans)
    assert {"Pc3", "Pc4", "Pc5"} & {text.get_text() for text in axes.texts}


def test_standing_waves_have_their_nodes_where_they_belong():
    found = StandingWaves(harmonics=3).solve(dipole_line(6.6), 5.0)
    for width in (7.6, 4.6):
        electric, magnetic = view.standing_waves(found, width=width).axes
    curves = [line.get_ydata() for line in electric.get_lines()[1:]]
    assert all(abs(curve[0]) < 1e-6 and abs(curve[-1]) < 1e-6 for curve in curves)
    middle = [abs(line.get_ydata()[200]) for line in magnetic.get_lines()[1:]]
    assert middle[0] < 1e-3 < middle[1]


def test_friedrichs_diagram_keeps_the_slow_cusps_apart():
    phase, group = view.friedrichs({"a": friedrichs_diagram(100.0, 60.0)}).axes
    ends = next(line for line in group.get_lines() if line.get_marker() == "D")
    assert sorted(ends.get_xdata()) == [-100.0, 100.0]
    slow = next(line for line in group.get_lines() if line.get_color() == BLACK)
    steps = np.hypot(np.diff(slow.get_xdata()), np.diff(slow.get_ydata()))
    assert np.nanmax(steps) < 20.0
    assert np.isnan(slow.get_xdata()).sum() == 2
    fast = phase.get_lines()[0]
    assert np.max(fast.get_ydata()) == pytest.approx(np.hypot(100.0, 60.0), rel=1e-4)


def test_boundary_waves_and_the_limit_of_no_thickness():
    found = ShearLayer(1000.0, 1.0, 1.0, (100.0, 0.0), (-100.0, 0.0), (0.0, 20.0), (0.0, 20.0)).solve()
    axes = view.boundary_waves({"1000 km": found}, 100.0).axes[0]
    layer, dot, sheet = axes.get_lines()
    assert dot.get_ydata()[0] == pytest.approx(60.0 * 0.1897 * 0.1, rel=1e-3)  # Michalke 1964
    assert dot.get_xdata()[0] == pytest.approx(2 * np.pi * 1000.0 / 0.4446 / 6371.2, rel=2e-3)
    over = np.interp(layer.get_xdata()[::-1], *sheet.get_data())
    assert np.all(layer.get_ydata()[::-1] < over)


def test_eigenvalues_lie_on_the_curve_and_below_its_limits():
    axes = view.tearing_rates([1e8], points=9).axes[0]
    curve, dots, short, long, fastest = axes.get_lines()[:5]
    logs = np.interp(np.log(dots.get_xdata()), np.log(curve.get_xdata()), np.log(curve.get_ydata()))
    np.testing.assert_allclose(np.log(dots.get_ydata()), logs, atol=0.03)
    assert np.all(curve.get_ydata()[:-20] < short.get_ydata()[:-20])
    assert np.all(curve.get_ydata() < long.get_ydata())
    assert fastest.get_ydata() == fastest_growing_mode(1e8).growth_rate
    with pytest.raises(InputError, match="one to 6"):
        view.tearing_rates(np.geomspace(1e4, 1e8, 9))


def test_nothing_is_left_open():
    view.friedrichs({"a": friedrichs_diagram(100.0, 60.0)})
    assert plt.get_fignums() == []

import io
import itertools
import json

import matplotlib
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sunearth.core.errors import InputError
from sunearth.core.registry import find_model
from sunearth.view.figures import (
    boundary_cuts,
    decimate,
    extreme_hours,
    model_curve,
    open_gaps,
    polar_map,
    storm_peak,
    time_plot,
)


def save(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=50)
    return buffer.getvalue()


def draw(figure):
    """Draw, and return what measures the letters."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


def panel(figure, words):
    return next(axes for axes in figure.axes if words in axes.get_ylabel())


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


# --- the course in time


def test_every_panel_has_a_name_and_a_unit(run):
    figure = time_plot(run)
    labels = [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    assert len(labels) == 13
    pure = {"Kp", "Plasmapause $L$"}
    assert all("(" in label for label in labels if label not in pure)
    assert pure < set(labels)
    assert figure.axes[11].get_xlabel() == "Universal time, 2015"


def test_no_label_leaves_the_figure(run):
    for width in (9.5, 4.6):
        figure = time_plot(run, width=width)
        renderer = draw(figure)
        for axes in figure.axes:
            for text in [axes.yaxis.label, axes.xaxis.label, axes.title, *axes.get_yticklabels()]:
                if text.get_visible() and text.get_text():
                    box = text.get_window_extent(renderer)
                    assert box.x0 >= 0
                    assert box.y0 >= 0
                    assert box.x1 <= figure.bbox.x1
            if legend := axes.get_legend():
                assert legend.get_window_extent(renderer).x0 >= 0


def test_a_gap_stays_open(run):
    drawn = lines(panel(time_plot(run), "GSM"))["$B_z$"]
    times, values = drawn.get_data()
    gap = matplotlib.dates.date2num(run["time"].values[run["b_z"].isnull().values])
    inside = (times > gap[0]) & (times < gap[-1])
    assert inside.any()
    assert np.isnan(values[inside]).all()


def test_missing_rows_are_a_gap_as_well(make_run):
    run = make_run(gap=False).isel(time=np.r_[0:300, 400:1440])
    times, values = lines(panel(time_plot(run), "GSM"))["$B_z$"].get_data()
    before = matplotlib.dates.date2num(run["time"].values[299])
    after = matplotlib.dates.date2num(run["time"].values[300])
    between = (times > before) & (times < after)
    assert np.isnan(values[between]).all()
    assert between.sum() == 1


def test_what_lies_outside_a_models_range_is_drawn_pale(run):
    axes = panel(time_plot(run), "Dst")
    pale = [line for line in axes.get_lines() if line.get_gid() == "outside"]
    assert len(pale) == 1
    outside = run["dst"].where(~run["dst_valid"]).values
    shown = pale[0].get_ydata()
    assert np.nanmin(shown) <= np.nanmin(outside)
    assert pale[0].get_alpha() < 1
    assert pale[0].is_dashed()
    assert "Pale dashes" in time_plot(run).texts[-1].get_text()


def test_what_was_bridged_is_drawn_pale(make_run):
    run = make_run(gap=False)
    bridged = np.zeros(run.sizes["time"], bool)
    bridged[100:140] = True
    run["b_z_interpolated"] = ("time", bridged)
    axes = panel(time_plot(run), "GSM")
    measured, pale = (
        line.get_ydata() for line in axes.get_lines() if line.get_label() == "$B_z$" or line.get_gid() == "outside"
    )
    assert np.isnan(measured[100:140]).all()
    assert np.array_equal(pale[100:140], run["b_z"].values[100:140])


def test_without_such_parts_nothing_is_said_of_them(run):
    run = run.drop_vars([name for name in run.data_vars if str(name).endswith("_valid")])
    figure = time_plot(run)
    assert "Pale" not in figure.texts[-1].get_text()


def test_the_storms_peak_is_marked(run):
    figure = time_plot(run)
    peak = matplotlib.dates.date2num(run["time"].values[int(np.nanargmin(run["dst"]))])
    for axes in figure.axes[:11]:
        assert any(np.allclose(line.get_xdata(), peak) for line in axes.get_lines() if len(line.get_xdata()) == 2)
    assert "17 March 2015, 23:00 UTC" in figure.texts[-1].get_text()


def test_an_hourly_mean_stands_at_the_middle_of_its_hour(run):
    drawn = lines(panel(time_plot(run), "Dst"))["Dst observed"]
    first = matplotlib.dates.num2date(drawn.get_xdata()[0])
    assert (first.hour, first.minute) == (12, 30)


def test_hourly_means_of_an_hourly_run_stand_on_its_own_times(make_run):
    run = make_run("1h").assign_attrs(time_label="start")
    drawn = lines(panel(time_plot(run), "Dst"))
    assert drawn["Dst observed"].get_xdata()[0] == drawn["Dst modelled"].get_xdata()[0]


def test_kp_is_a_bar_of_three_hours(run):
    bars = panel(time_plot(run), "Kp").patches
    assert len(bars) == run.sizes["time_3h"]
    assert bars[0].get_width() == pytest.approx(0.125)


def test_a_run_without_observations(make_run):
    figure = time_plot(make_run(observations=False))
    save(figure)
    assert "Dst observed" not in lines(panel(figure, "Dst"))


def test_a_run_without_some_variables(run):
    figure = time_plot(run[["b_z", "dst"]])
    save(figure)
    assert len(figure.axes) == 2


def test_all_nan_is_said_not_drawn(run):
    empty = run.map(lambda v: v * np.nan if v.dtype.kind == "f" else v, keep_attrs=True)
    figure = time_plot(empty)
    save(figure)
    assert all(any(t.get_text() == "no data" for t in axes.texts) for axes in figure.axes[:11])
    assert storm_peak(empty) is None


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_few_rows_are_enough(run, rows):
    save(time_plot(run.isel(time=slice(0, rows))))
    save(polar_map(run.isel(time=slice(0, rows))))
    save(boundary_cuts(run.isel(time=slice(0, rows))))


@pytest.mark.parametrize("cadence", ["1min", "1h"])
def test_other_cadences(make_run, cadence):
    run = make_run(cadence)
    figure = time_plot(run)
    save(figure)
    drawn = lines(panel(figure, "GSM"))["$B_z$"].get_ydata()
    assert np.nanmin(drawn) == pytest.approx(float(run["b_z"].min()), abs=1e-9)


def test_the_spread_of_an_ensemble_is_a_band(run):
    spread = xr.concat([run["dst"] - 20, run["dst"], run["dst"] + 20], "quantile").assign_coords(
        quantile=[0.1, 0.5, 0.9]
    )
    plain = len(panel(time_plot(run), "Dst").collections)
    banded = panel(time_plot(run.assign(dst_spread=spread)), "Dst").collections
    assert len(banded) == plain + 1


def test_an_ensemble_itself_is_refused(run):
    with pytest.raises(InputError, match="isel"):
        time_plot(run.expand_dims(member=2))


def test_nothing_to_show_is_an_error(run):
    with pytest.raises(InputError, match="nothing"):
        time_plot(run[["beta"]] if "beta" in run else run[["t_p"]])


@pytest.mark.parametrize("days", [0.2, 2.0, 5.0, 30.0, 400.0])
def test_dates_do_not_crowd(make_run, days):
    run = make_run("1h", days=days) if days < 10 else make_run("1h", days=days, observations=False)
    for width in (9.5, 4.6):
        figure = time_plot(run[["b_z", "dst"]], width=width)
        renderer = draw(figure)
        low, high = figure.axes[-1].get_xlim()
        shown = [
            tick.label1.get_window_extent(renderer)
            for tick in figure.axes[-1].xaxis.get_major_ticks()
            if low <= tick.get_loc() <= high and tick.label1.get_text()
        ]
        assert 2 <= len(shown) <= 16
        assert all(one.x1 < other.x0 for one, other in itertools.pairwise(shown))


@given(st.lists(st.one_of(st.floats(-1e3, 1e3), st.just(np.nan)), min_size=30, max_size=300))
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_the_extremes_the_order_and_invents_nothing(values):
    values = np.array(values)
    times, thin = decimate(np.arange(values.size, dtype=float), values, 20)
    assert thin.size <= max(20, 0) or values.size <= 20
    assert (np.diff(times) >= 0).all()
    assert np.array_equal(thin, values[times.astype(int)], equal_nan=True)
    if np.isfinite(values).any():
        assert np.nanmin(thin) == np.nanmin(values)
        assert np.nanmax(thin) == np.nanmax(values)


def test_a_long_gap_survives_thinning():
    values = np.ones(10_000)
    values[4000:5000] = np.nan
    times, thin = decimate(np.arange(10_000.0), values, 500)
    within = (times > 4050) & (times < 4950)
    assert within.any()
    assert np.isnan(thin[within]).all()


def test_even_times_have_no_gaps():
    times = np.datetime64("2015-03-17", "ns") + np.arange(10) * np.timedelta64(60, "s")
    assert open_gaps(times, np.arange(10.0))[1].size == 10


# --- the boundaries


def test_the_hours_are_the_farthest_and_the_nearest_magnetopause(run):
    quiet, compressed = extreme_hours(run)
    standoff = run["magnetopause_standoff"]
    hours = standoff.values.reshape(-1, 12)
    hourly = xr.DataArray(np.where(np.isfinite(hours).all(axis=1), hours.mean(axis=1), np.nan), dims="hour")
    assert quiet["magnetopause_standoff"] == pytest.approx(float(hourly.max()), rel=1e-9)
    assert compressed["magnetopause_standoff"] == pytest.approx(float(hourly.min()), rel=1e-9)
    assert compressed["start"] == run["time"].values[12 * int(np.nanargmin(hourly))]


def test_the_nose_of_the_drawn_boundaries_is_the_runs_own(run):
    figure = boundary_cuts(run)
    for axes, hour in zip(figure.axes[:2], extreme_hours(run), strict=True):
        drawn = lines(axes)
        assert drawn["magnetopause"].get_xdata().max() == pytest.approx(hour["magnetopause_standoff"], rel=1e-6)
        assert drawn["bow shock"].get_xdata()[np.isfinite(drawn["bow shock"].get_xdata())].max() == pytest.approx(
            hour["bow_shock_standoff"], rel=1e-6
        )


def test_the_sun_is_on_the_left_and_dusk_below(run):
    figure = boundary_cuts(run)
    for axes in figure.axes:
        left, right = axes.get_xlim()
        assert left > 0 > right
        assert axes.get_aspect() == 1.0
    assert figure.axes[0].get_ylim()[0] < 0 < figure.axes[0].get_ylim()[1]
    assert figure.axes[2].get_ylim()[0] > 0 > figure.axes[2].get_ylim()[1]
    assert "($R_E$)" in figure.axes[2].get_xlabel()
    assert "($R_E$)" in figure.axes[0].get_ylabel()


def test_the_flank_follows_the_flaring_where_the_model_is_unknown(run):
    run.attrs["models"] = json.dumps({"magnetopause": "of_nobody"})
    hour = extreme_hours(run)[0]
    drawn = lines(boundary_cuts(run).axes[0])["magnetopause"]
    x, z = drawn.get_data()
    flank = z[np.argmin(np.abs(x) + (z < 0) * 99)]
    assert flank == pytest.approx(hour["magnetopause_standoff"] * 2 ** hour["magnetopause_flaring"], rel=1e-3)


def test_no_magnetopause_is_said(run):
    figure = boundary_cuts(run.drop_vars("magnetopause_standoff"))
    assert "No hour" in figure.texts[0].get_text()


def test_boundaries_without_bow_shock_plasmapause_or_flaring(run):
    bare = run.drop_vars(["bow_shock_standoff", "plasmapause_l", "magnetopause_flaring", "dipole_tilt", "p_dyn", "b_z"])
    save(boundary_cuts(bare))


# --- the oval


def test_the_oval_passes_its_own_midnight_edge(run):
    figure = polar_map(run)
    edge = lines(figure.axes[0])["equatorward edge"]
    expected = 90 - float(run["oval_equatorward_mlat"].isel(time=int(np.nanargmin(run["dst"]))))
    assert edge.get_xdata()[0] == pytest.approx(0, abs=1e-9)
    assert edge.get_ydata()[0] == pytest.approx(-expected)


def test_the_sun_is_at_the_top_and_dawn_on_the_right(run):
    texts = {text.get_text(): text.get_position() for text in polar_map(run).axes[0].texts}
    noon = next(place for text, place in texts.items() if text.startswith("12 noon"))
    assert noon[1] > 0
    assert texts["06 dawn"][0] > 0
    assert texts["18 dusk"][0] < 0


def test_places_stand_at_their_local_time(run):
    """At 23:00 UTC Edinburgh is near magnetic midnight, hence near the bottom of the map."""
    figure = polar_map(run)
    texts = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert texts["Edinburgh"][1] < -25
    assert abs(texts["Edinburgh"][0]) < 8


@pytest.mark.parametrize("width", [7.5, 4.6])
@pytest.mark.parametrize("hour", ["2015-03-17T04:00", "2015-03-17T12:00", "2015-03-17T23:00"])
def test_no_name_lies_over_another(run, width, hour):
    figure = polar_map(run, time=hour, width=width)
    renderer = draw(figure)
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])


def test_a_low_oval_widens_the_map(run):
    run["oval_equatorward_mlat"] = run["oval_equatorward_mlat"] - 10
    assert polar_map(run).axes[0].get_xlim()[1] > polar_map(run, time="2015-03-16T13:00").axes[0].get_xlim()[1]


def test_a_time_within_a_gap_takes_the_nearest_oval(run):
    gap = run["time"].values[run["oval_equatorward_mlat"].isnull().values][5]
    assert "2015" in polar_map(run, time=gap).texts[1].get_text()


def test_no_oval_is_said(run):
    run["oval_equatorward_mlat"] = run["oval_equatorward_mlat"] * np.nan
    assert "At no time" in polar_map(run).texts[0].get_text()
    assert "no auroral oval" in polar_map(run.drop_vars("oval_equatorward_mlat")).texts[0].get_text()


# --- one model


def test_a_curve_has_units_and_its_source():
    spec = find_model("shue_1998")
    b_z = np.linspace(-30, 30, 61)
    figure = model_curve(spec, "b_z", b_z, {"theta": 0.0, "p_dyn": 2.0})
    save(figure)
    axes = figure.axes[0]
    assert "(nT)" in axes.get_xlabel()
    assert "($R_E$)" in axes.get_ylabel()
    assert "Shue" in figure.texts[-1].get_text()
    assert "Dashed" in figure.texts[-1].get_text()
    assert "p_dyn = 2 nPa" in axes.get_title(loc="left")
    inside = axes.get_lines()[0]
    assert np.isnan(inside.get_ydata()[[0, -1]]).all()
    assert inside.get_ydata()[30] == pytest.approx(10.2519, abs=1e-4)


def test_a_curve_of_several_outputs_has_several_panels():
    spec = find_model("geomagnetism.frames.geographic_to_dipole")
    figure = model_curve(spec, "longitude", np.linspace(-180, 180, 73), {"time": "2015-03-17", "latitude": 60.0})
    save(figure)
    assert len(figure.axes) == 2
    assert all("(°)" in axes.get_ylabel() for axes in figure.axes)


def test_a_long_unit_stays_on_the_curves_page():
    spec = find_model("newell_2007")
    figure = model_curve(spec, "b_z", np.linspace(-20, 20, 41), {"speed": 500.0, "b_y": 0.0})
    renderer = draw(figure)
    box = figure.axes[0].yaxis.label.get_window_extent(renderer)
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.y1 <= figure.bbox.y1


def test_a_curve_over_time():
    spec = find_model("geomagnetism.frames.dipole_tilt")
    times = np.datetime64("2015-03-17", "ns") + np.arange(25) * np.timedelta64(3600, "s")
    figure = model_curve(spec, "time", times)
    save(figure)
    assert figure.axes[0].get_xlabel() == "Universal time, 2015"


def test_a_curve_over_an_unknown_input_is_refused():
    with pytest.raises(InputError, match="p_dyn"):
        model_curve(find_model("shue_1998"), "pressure", np.arange(3.0))


# --- all of them


def test_nothing_is_left_in_pyplot_and_no_setting_is_changed(run):
    before = dict(matplotlib.rcParams)
    for figure in (time_plot(run), boundary_cuts(run), polar_map(run)):
        assert isinstance(figure, Figure)
        save(figure)
    assert dict(matplotlib.rcParams) == before


def test_equal_runs_give_equal_pictures(make_run):
    for function in (time_plot, boundary_cuts, polar_map):
        assert save(function(make_run())) == save(function(make_run()))

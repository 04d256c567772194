"""G1 to G3 and W1 to W6 from the solar wind: definitions, cadences, gaps, and the hours of Qin et al."""

import math
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import DataError, InputError, UnknownNameError
from sunearth.geomagnetism.tsyganenko_drivers import (
    drivers,
    known_memory,
    penetration_parameters,
    penetration_rates,
    storm_parameters,
    storm_sources,
)

# Rates of Tsyganenko and Sitnov 2005, per hour: the released model's and the paper's.
RATES = {
    "released": [0.383403, 0.648176, 0.0318752, 0.581168, 1.15070, 0.843004],
    "paper": [0.39, 0.70, 0.031, 0.58, 1.15, 0.88],
}


def times(count, minutes, start="2015-03-17"):
    return np.datetime64(start, "ns") + np.arange(count) * np.timedelta64(round(60_000 * minutes), "ms")


def wind(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(300, 800, count), rng.uniform(1, 30, count), *rng.normal(0, 8, (2, count))


def sum_over_five_minutes(speed, n_p, b_z, coefficients):
    """W as its definition says: a sum over all averages of five minutes so far, made afresh for each time."""
    sources = np.array(storm_sources(speed, n_p, b_z, coefficients=coefficients))
    sums = np.zeros_like(sources)
    for parameter, rate in enumerate(RATES[coefficients]):
        for k in range(sources.shape[-1]):
            for j in range(k + 1):
                sums[parameter, k] += rate / 12 * sources[parameter, j] * math.exp(rate / 60 * 5 * (j - k))
    return sums


@pytest.mark.parametrize("coefficients", RATES)
def test_w_is_the_sum_that_defines_it(coefficients):
    speed, n_p, _, b_z = wind(90)
    computed = storm_parameters(times(90, 5), speed, n_p, b_z, coefficients=coefficients, sample="end")
    np.testing.assert_allclose(computed, sum_over_five_minutes(speed, n_p, b_z, coefficients), rtol=1e-11)


def test_g_is_the_mean_of_twelve_averages_of_five_minutes():
    speed, n_p, b_y, b_z = wind(60)
    rates = np.array(penetration_rates(speed, n_p, b_y, b_z))
    computed = np.array(penetration_parameters(times(60, 5), speed, n_p, b_y, b_z, sample="end"))
    for k in range(60):
        np.testing.assert_allclose(computed[:, k], rates[:, max(k - 11, 0) : k + 1].mean(axis=-1), rtol=1e-12)


@pytest.mark.parametrize("minutes", [1, 5, 7.5, 30])
def test_a_finer_cadence_of_the_same_wind_gives_the_same_numbers(minutes):
    repeats = round(60 / minutes)
    hourly = wind(50, seed=3)
    fine = [np.repeat(values, repeats) for values in hourly]
    for sample in ("mean", "end"):
        coarse_w = np.array(storm_parameters(times(50, 60), *hourly[:2], hourly[3], sample=sample))
        fine_w = np.array(storm_parameters(times(50 * repeats, minutes), *fine[:2], fine[3], sample=sample))
        coarse_g = np.array(penetration_parameters(times(50, 60), *hourly, sample=sample))
        fine_g = np.array(penetration_parameters(times(50 * repeats, minutes), *fine, sample=sample))
        for fine_values, coarse_values in ((fine_w, coarse_w), (fine_g, coarse_g)):
            blocks = fine_values.reshape(len(fine_values), -1, repeats)
            same = blocks.mean(axis=-1) if sample == "mean" else blocks[..., -1]
            # The first hour of G has no hour before it: its means are over what there is, which is not linear.
            np.testing.assert_allclose(same[:, 1:], coarse_values[:, 1:], rtol=1e-10, atol=1e-12)


def test_a_ragged_cadence_agrees_with_the_same_wind_cut_into_minutes():
    rng = np.random.default_rng(5)
    steps = rng.integers(1, 200, 40)
    begin = np.concatenate([[0], np.cumsum(steps)[:-1]])
    steps[-1] = steps[-2]  # the last sample stands for as long as the one before it
    ragged = wind(40, seed=6)
    minutes = [np.repeat(values, steps) for values in ragged]
    time = np.datetime64("2001-01-01", "ns") + begin * np.timedelta64(1, "m")
    fine = times(steps.sum(), 1, "2001-01-01")
    ends = np.cumsum(steps) - 1
    w, w_fine = (
        np.array(storm_parameters(t, v, n, z, sample="end")) for t, (v, n, _, z) in ((time, ragged), (fine, minutes))
    )
    np.testing.assert_allclose(w, w_fine[:, ends], rtol=1e-9)
    g, g_fine = (np.array(penetration_parameters(t, *x, sample="end")) for t, x in ((time, ragged), (fine, minutes)))
    np.testing.assert_allclose(g, g_fine[:, ends], rtol=1e-9, atol=1e-12)
    mean, mean_fine = (np.array(penetration_parameters(t, *x)) for t, x in ((time, ragged), (fine, minutes)))
    averaged = np.add.reduceat(mean_fine, begin, axis=-1) / steps
    full = begin >= 60
    np.testing.assert_allclose(mean[:, full], averaged[:, full], rtol=1e-9, atol=1e-12)


def test_hourly_g_weighs_this_hour_and_the_last_equally():
    rates = np.array(penetration_rates(*wind(30)))
    computed = np.array(penetration_parameters(times(30, 60), *wind(30)))
    np.testing.assert_allclose(computed[:, 1:], (rates[:, 1:] + rates[:, :-1]) / 2, rtol=1e-12)


@pytest.mark.parametrize("coefficients", RATES)
def test_w_settles_a_little_above_its_source(coefficients):
    w = storm_parameters(times(600, 60), 500.0, 6.0, -7.0, coefficients=coefficients)
    sources = storm_sources(500.0, 6.0, -7.0, coefficients=coefficients)
    for rate, value, source in zip(RATES[coefficients], w, sources, strict=True):
        assert value[-1] / source == pytest.approx(rate / 12 / (1 - math.exp(-rate / 12)), rel=1e-6)
        assert 1.0 < value[-1] / source < 1.05


def test_nothing_enters_while_the_field_points_north():
    speed, n_p, b_y, b_z = wind(100)
    north = np.abs(b_z)
    assert not np.any(storm_parameters(times(100, 5), speed, n_p, north))
    g = penetration_parameters(times(100, 5), speed, n_p, b_y, north)
    assert not np.any(g.g2)
    assert not np.any(g.g3)
    assert np.all(g.g1 > 0), "a field across the ecliptic enters even so"
    assert not np.any(penetration_parameters(times(100, 5), speed, n_p, 0.0, north).g1)


def test_after_a_storm_g_is_exactly_zero_again():
    b_z = np.where(np.arange(5000) < 700, -40.0 * np.sin(np.arange(5000)) ** 2, 5.0)
    g = penetration_parameters(times(5000, 1), 700.0, 20.0, 0.0, b_z)
    assert np.all(g.g2[1:700] > 0)
    assert not np.any(g.g2[761:])


def test_without_field_there_is_no_clock_angle_and_no_g():
    assert penetration_rates(400.0, 5.0, 0.0, 0.0) == (0.0, 0.0, 0.0)


@given(
    st.floats(200, 1500),
    st.floats(0.1, 100),
    st.floats(-60, 60),
    st.floats(-60, 60).filter(lambda b_z: b_z == 0 or abs(b_z) > 1e-9),
)
def test_momentary_values_against_angles(speed, n_p, b_y, b_z):
    across = math.sqrt(b_y**2 + b_z**2)
    clock = math.atan2(b_y, b_z)
    g1 = speed * (across / 40) ** 2 / (1 + across / 40) * abs(math.sin(clock / 2)) ** 3
    rates = penetration_rates(speed, n_p, b_y, b_z)
    assert rates.g1 == pytest.approx(g1, rel=1e-6, abs=1e-9)
    assert rates.g3 == pytest.approx(rates.g2 * n_p / 10, rel=1e-12)
    for coefficients in RATES:
        sources = storm_sources(speed, n_p, b_z, coefficients=coefficients)
        assert all(s > 0 for s in sources) == (b_z < 0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10.0))
def test_w_is_linear_in_its_sources(seed, factor):
    """Twice the source, through any of the three inputs, is twice the parameter."""
    speed, n_p, _, b_z = wind(40, seed)
    base = storm_parameters(times(40, 5), speed, n_p, b_z, coefficients="paper")
    more = storm_parameters(times(40, 5), speed, n_p * factor, b_z, coefficients="paper")
    for exponent, a, b in zip([0.39, 0.46, 0.39, 0.42, 0.41, 1.29], base, more, strict=True):
        np.testing.assert_allclose(b, a * factor**exponent, rtol=1e-10)


def test_an_unknown_hour_is_unknown_and_the_memory_fades_through_it():
    speed, n_p, _, b_z = np.full((4, 100), [[600.0], [10.0], [0.0], [-10.0]])
    b_z[50:60] = np.nan
    w = storm_parameters(times(100, 5), speed, n_p, b_z, sample="end")
    sources = storm_sources(600.0, 10.0, -10.0)
    for rate, value, source in zip(RATES["released"], w, sources, strict=True):
        assert np.isnan(value[50:60]).all()
        assert np.isfinite(np.delete(value, np.s_[50:60])).all()
        expected = value[49] * math.exp(-11 * rate / 12) + rate / 12 * source
        assert value[60] == pytest.approx(expected, rel=1e-12)


def test_unknown_density_spoils_g3_alone():
    speed, n_p, b_y, b_z = wind(30)
    n_p[10] = np.nan
    g = penetration_parameters(times(30, 5), speed, n_p, b_y, b_z, sample="end")
    whole = penetration_parameters(times(30, 5), *wind(30), sample="end")
    assert np.isnan(g.g3[10])
    assert np.isfinite(g.g3[11:]).all()
    np.testing.assert_array_equal(g.g1, whole.g1)
    rates = np.delete(penetration_rates(*wind(30)).g3[:13], 10)
    assert g.g3[12] == pytest.approx(rates[1:].mean(), rel=1e-12), "the mean of the eleven that are known"


def test_a_run_can_go_on_from_where_another_ended():
    speed, n_p, _, b_z = wind(80)
    time = times(80, 5)
    whole = np.array(storm_parameters(time, speed, n_p, b_z, sample="end"))
    first = np.array(storm_parameters(time[:30], speed[:30], n_p[:30], b_z[:30], sample="end"))
    rest = storm_parameters(time[30:], speed[30:], n_p[30:], b_z[30:], sample="end", start=first[:, -1])
    np.testing.assert_allclose(rest, whole[:, 30:], rtol=1e-12)


def test_known_memory():
    time = times(500, 60)
    b_z = np.zeros(500)
    b_z[300:310] = np.nan
    share = known_memory(time, 400.0, 5.0, b_z)
    for rate, value in zip(RATES["released"], share, strict=True):
        assert value[0] == pytest.approx(1 - (1 - math.exp(-rate)) / rate)
        assert value[299] == pytest.approx(1.0, abs=1e-3)
        assert value[309] / value[300] == pytest.approx(math.exp(-9 * rate), rel=1e-9)
        assert np.all((value >= 0) & (value <= 1))


def test_names_that_do_not_exist():
    arguments = times(3, 5), 400.0, 5.0, -5.0
    with pytest.raises(UnknownNameError, match="released"):
        storm_parameters(*arguments, coefficients="release")
    with pytest.raises(UnknownNameError, match="mean, end"):
        storm_parameters(*arguments, sample="middle")
    with pytest.raises(UnknownNameError, match="mean, end"):
        penetration_parameters(*arguments, 0.0, sample="start")
    with pytest.raises(InputError, match="six numbers"):
        storm_parameters(*arguments, start=[0.1, 0.2])


def test_empty_and_single_series():
    assert storm_parameters(times(0, 5), np.zeros(0), np.zeros(0), np.zeros(0)).w1.shape == (0,)
    assert penetration_parameters(times(0, 5), *np.zeros((4, 0))).g1.shape == (0,)
    g = penetration_parameters(times(1, 5), 400.0, 5.0, 0.0, -5.0)
    np.testing.assert_allclose(g, np.array(penetration_rates(400.0, 5.0, 0.0, -5.0))[:, None])


def test_kernels_run_without_compilation(tmp_path):
    speed, n_p, b_y, b_z = wind(40)
    b_z[7] = np.nan
    code = (
        "import numpy as np\n"
        "from sunearth.geomagnetism.tsyganenko_drivers import *\n"
        "t, x = np.load('in.npy').astype('datetime64[ns]'), np.load('in2.npy')\n"
        "np.save('out.npy', [*penetration_parameters(t, *x), *storm_parameters(t, x[0], x[1], x[3])])\n"
    )
    time = times(40, 5)
    np.save(tmp_path / "in.npy", time.astype(np.int64))
    np.save(tmp_path / "in2.npy", [speed, n_p, b_y, b_z])
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment, timeout=120)
    plain = np.load(tmp_path / "out.npy")
    compiled = [*penetration_parameters(time, speed, n_p, b_y, b_z), *storm_parameters(time, speed, n_p, b_z)]
    np.testing.assert_allclose(plain, compiled, rtol=1e-12)


def test_import_is_light():
    code = "import sys, sunearth.geomagnetism.tsyganenko_drivers; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def dataset(**changes):
    count = 30
    speed, n_p, b_y, b_z = wind(count)
    values = {"speed": (speed, "km/s"), "n_p": (n_p, "cm^-3"), "b_y": (b_y, "nT"), "b_z": (b_z, "nT")}
    values |= {"p_dyn": (1.937e-6 * n_p * speed**2, "nPa"), "dst": (b_z, "nT"), "kp": (np.full(count, 4.0), "1")}
    variables = {name: ("time", data, {"units": unit}) for name, (data, unit) in values.items()}
    return xr.Dataset(variables, {"time": times(count, 60)}, {"frame": "GSM", "source": "made up"} | changes)


def test_drivers_of_all_models():
    result = drivers(dataset())
    names = ["kp", "dst", "p_dyn", "b_y", "b_z", "g1", "g2", "g3", "w1", "w2", "w3", "w4", "w5", "w6", "w_known"]
    assert list(result) == names
    for array in result.values():
        assert array.dims == ("time",)
        assert array.attrs["units"]
        assert array.attrs["long_name"]
    for name in (*names[5:8], *names[8:14]):
        assert "Tsyganenko" in result[name].attrs["long_name"]
        assert result[name].attrs["references"].startswith("Tsyganenko")
    assert result.attrs == {"frame": "GSM", "source": "made up"}
    speed, n_p, b_y, b_z = wind(30)
    np.testing.assert_array_equal(result["w4"], storm_parameters(times(30, 60), speed, n_p, b_z).w4)
    np.testing.assert_array_equal(result["g1"], penetration_parameters(times(30, 60), speed, n_p, b_y, b_z).g1)
    assert float(result["w_known"][0]) < 0.05
    assert np.all(np.diff(result["w_known"]) > 0)


def test_drivers_take_measured_indices_first_and_leave_out_missing_ones():
    run = dataset().rename(dst="sym_h").drop_vars("kp")
    assert "kp" not in drivers(run)
    assert float(drivers(run)["dst"][3]) == float(run["sym_h"][3])
    run["dst"], run["kp_model"] = run["sym_h"] * 0, run["sym_h"] * 0 + 3.0
    run["dst_observed"] = run["sym_h"] * 0 - 77.0
    assert float(drivers(run)["dst"][3]) == -77.0
    assert float(drivers(run)["kp"][3]) == 3.0


def test_indices_with_an_axis_of_their_own_hold_until_the_next_value():
    run = dataset()
    begin = times(3, 180, "2015-03-17T03")
    run["kp_observed"] = ("time_3h", [5.0, 6.0, 7.0], {"units": "1"})
    run["dst"].attrs["long_name"] = "Modelled Dst index"
    run["b_y"].attrs["assumes"] = "b_y = 0 (not measured)"
    result = drivers(run.assign_coords(time_3h=begin))
    assert set(result.dims) == {"time"}
    kp = result["kp"].values
    assert kp[3:12].tolist() == [5.0, 5.0, 5.0, 6.0, 6.0, 6.0, 7.0, 7.0, 7.0]
    assert np.all(np.delete(kp, np.s_[3:12]) == 4.0), "the other index where the measured one does not reach"
    assert result["dst"].attrs["long_name"] == "Modelled Dst index"
    assert result["g1"].attrs["assumes"] == "b_y = 0 (not measured)"
    assert np.isnan(drivers(run.assign_coords(time_3h=begin).drop_vars("kp"))["kp"].values[:3]).all()


def test_drivers_convert_units_and_keep_members():
    members = xr.concat([dataset(), dataset()], "member")
    members["speed"] = (members["speed"] * 1e3).assign_attrs(units="m/s")
    result = drivers(members)
    assert result["w1"].sizes == {"member": 2, "time": 30}
    np.testing.assert_allclose(result["w1"][1], drivers(dataset())["w1"], rtol=1e-12)


def test_drivers_refuse_what_they_cannot_place():
    with pytest.raises(DataError, match="GSE"):
        drivers(dataset(frame="GSE"))
    with pytest.raises(DataError, match="no p_dyn"):
        drivers(dataset().drop_vars("p_dyn"))
    with pytest.raises(DataError, match="time"):
        drivers(dataset().isel(time=0))


@pytest.fixture(scope="module")
def validation():
    return runpy.run_path(str(Path(__file__).parents[2] / "validation" / "tsyganenko_drivers.py"))


def needs(folder, name):
    if not (folder / "solarwind" / name).is_file():
        pytest.skip(f"{name} is not on this machine")


def test_the_hours_of_qin_et_al(shared_data, validation, capsys):
    """Formulas and coefficients to the digits of the files; our hourly means as near as the conventions allow."""
    needs(shared_data, "qindenton_hourly_1999-07_2001-10.csv.gz")
    table = validation["scores"](shared_data)
    for name in ("G1", "G2", "G3"):
        assert table["their scheme", name, "all"]["largest"] < 0.006, "two decimals"
        ours = table["hourly means", name, "all"]
        assert ours["r"] > 0.995
        # The southward part of a line through two hours is smaller than the mean of their southward parts.
        assert 1.0 < ours["mean"] < 1.08
        assert 0.98 < table["hourly means", name, "storms"]["slope"] < 1.03
    for name in ("W1", "W2", "W3", "W4", "W5", "W6"):
        # What was interpolated before the measured hours lingers, up to a digit of the interpolated wind.
        assert table["their scheme", name, "all"]["rms"] < 0.004
        assert table["their scheme", name, "all"]["r"] > 0.9999
        assert table["with the paper's coefficients", name, "all"]["r"] > 0.995
        ours = table["hourly means", name, "all"]
        # The exponent of the field in W2 went from 0.67 in the paper to 0.90 in the released model.
        assert ours["r"] > (0.97 if name == "W2" else 0.995)
        # They scale W3 by 1.25 for what hourly averages lose; the others meet their scaled means as they are.
        low, high = (0.86, 0.91) if name == "W3" else (0.97, 1.04)
        assert low < ours["mean"] < high
    with capsys.disabled():
        line = ", ".join(f"{name} {table['hourly means', name, 'all']['r']:.3f}" for name in ("G1", "G2", "W3", "W5"))
        print(f"\ndrivers against Qin et al., correlation: {line}")


def test_hourly_averages_lose_a_tenth(shared_data, validation):
    needs(shared_data, "omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz")
    for name, (ratio, r) in validation["hourly_losses"](shared_data).items():
        assert 1.05 < ratio < 1.16, name
        assert r > 0.965, name

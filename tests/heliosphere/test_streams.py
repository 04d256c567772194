"""Types and streams of the solar wind: the published planes, made-up streams, and years of measurements."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.heliosphere import streams

HOURS = np.arange(480)
TIME = np.datetime64("2008-01-01T00", "h") + HOURS


def stream(centre=240, width=12.0, low=350.0, high=650.0):
    """A stream with a steep front and a long tail, and the compression at its front."""
    front = 0.5 * (1 + np.tanh((HOURS - centre) / width))
    tail = np.where(HOURS - centre < 36, 1.0, np.exp(-(HOURS - centre - 36) / 60))
    bump = np.exp(-(((HOURS - centre) / 8) ** 2))
    return low + (high - low) * front * tail, 5 + 20 * bump, 5 + 9 * bump


@given(st.floats(250.0, 800.0), st.floats(0.5, 60.0), st.floats(5e3, 1e6), st.floats(0.5, 40.0))
def test_types_by_the_planes_of_the_paper(speed, n_p, t_p, b):
    # Written out in the units of the paper: eV, cm^-3, nT; Alfven speed 21.8 B / sqrt(n).
    t = t_p / 11604.5
    v_a, entropy = np.log10(21.812 * b / np.sqrt(n_p)), np.log10(t * n_p ** (-2 / 3))
    cold = np.log10((speed / 258) ** 3.113 / t)
    margins = [
        v_a - 0.277 * entropy - 0.055 * cold - 1.83,
        entropy + 0.525 * cold + 0.676 * v_a - 1.74,
        -entropy - 0.658 * v_a - 0.125 * cold + 1.04,
    ]
    if min(abs(margin) for margin in margins) < 1e-4:
        return
    expected = next((kind for kind, m in zip((4, 1, 3), margins, strict=True) if m > 0), 2)
    assert streams.xu_borovsky_2015(speed, n_p, t_p, b) == expected


def test_typical_wind_of_each_type():
    speed, n_p, t_p, b = np.array(
        [[650.0, 3.0, 2e5, 5.0], [380.0, 8.0, 6e4, 5.0], [320.0, 18.0, 2.5e4, 3.0], [450.0, 4.0, 2e4, 18.0]]
    ).T
    assert streams.xu_borovsky_2015(speed, n_p, t_p, b).tolist() == [1.0, 2.0, 3.0, 4.0]
    assert streams.speed_class(speed).tolist() == [1.0, -1.0, -1.0, 0.0]


def test_entropy_is_kept_in_adiabatic_expansion():
    n_p, t_p = 100.0, 5e5
    for expansion in (2.0, 10.0):
        assert streams.proton_entropy(n_p / expansion, t_p * expansion ** (-2 / 3)) == pytest.approx(
            streams.proton_entropy(n_p, t_p)
        )


def test_one_stream():
    speed, n_p, b = stream()
    fast = streams.high_speed_streams(TIME, speed)
    assert fast.sizes["stream"] == 1
    assert float(fast.peak_speed[0]) == pytest.approx(speed.max(), rel=0.01)
    assert fast.foot.values[0] < fast.start.values[0] <= fast.peak.values[0] < fast.end.values[0]
    region = streams.interaction_regions(TIME, speed, n_p, b)
    assert region.sizes["region"] == 1
    away = abs(region.interface.values[0] - TIME[240].astype("datetime64[ns]"))
    assert away <= np.timedelta64(3, "h")
    assert region.start.values[0] < region.interface.values[0] < region.end.values[0]
    assert float(region.density_peak[0]) == pytest.approx(25.0, abs=0.5)


def test_no_stream_in_steady_wind():
    flat = np.full(480, 600.0)
    assert streams.high_speed_streams(TIME, flat).sizes["stream"] == 0, "fast, but it never rose"
    assert streams.interaction_regions(TIME, flat, np.full(480, 5.0), np.full(480, 5.0)).sizes["region"] == 0
    speed, n_p, b = stream()
    assert streams.interaction_regions(TIME, speed, 0 * n_p + 5, 0 * b + 5).sizes["region"] == 0, "no compression"


def test_gaps_do_not_stop_it():
    speed, n_p, b = stream()
    speed[300:303] = n_p[100:160] = b[200:205] = np.nan
    assert streams.high_speed_streams(TIME, speed).sizes["stream"] == 1
    assert streams.interaction_regions(TIME, speed, n_p, b).sizes["region"] == 1
    nothing = np.full(480, np.nan)
    assert streams.high_speed_streams(TIME, nothing).sizes["stream"] == 0
    assert streams.interaction_regions(TIME, nothing, nothing, nothing).sizes["region"] == 0


def test_climatology_of_a_known_distribution():
    random = np.random.default_rng(5)
    n_p = np.exp(random.normal(np.log(5.0), 0.6, 200_000))
    groups = np.where(n_p > 5.0, 1.0, 2.0)
    groups[:1000] = np.nan
    table = streams.climatology({"n_p": n_p}, groups)
    assert float(table.n_p_log_mean.sel(group=0)) == pytest.approx(5.0, rel=0.01)
    assert float(table.n_p_log_sd.sel(group=0)) == pytest.approx(0.6, rel=0.01)
    assert table.n_p.sel(group=0).values == pytest.approx(
        5 * np.exp(0.6 * np.array([-1.645, -0.674, 0, 0.674, 1.645])), rel=0.02
    )
    assert table.share.values == pytest.approx([1.0, 0.5, 0.5], abs=0.01)
    assert float(table.n_p.sel(group=2).max()) <= 5.0


def test_autocorrelation_of_a_first_order_process():
    random = np.random.default_rng(2)
    series = np.zeros(60_000)
    for k in range(1, series.size):
        series[k] = 0.9 * series[k - 1] + random.normal()
    time = np.datetime64("2000-01-01", "h") + np.arange(series.size)
    series[::17] = np.nan
    np.testing.assert_allclose(streams.autocorrelation(time, series, [1, 5, 10]), [0.9, 0.9**5, 0.9**10], atol=0.03)


def test_weights_of_a_known_mixture():
    random = np.random.default_rng(8)
    turn = 655  # hours in a rotation, whole for the test
    past = 450 + np.cumsum(random.normal(0, 15, turn)) * 0.5
    series = [past]
    for _ in range(12):
        series.append(450 + 0.6 * (series[-1] - 450) + random.normal(0, 30, turn))
    speed = np.concatenate(series)
    time = np.datetime64("2008-01-01", "h") + np.arange(speed.size)
    weights = streams.fit_recurrence(time, speed, lead=96.0, period=turn / 24)
    assert weights.recurrence == pytest.approx(0.6, abs=0.06)
    assert weights.persistence == pytest.approx(0.0, abs=0.06)
    assert weights.error == pytest.approx(30.0, rel=0.05)
    forecast = streams.recurrence_forecast(time, speed, 96.0, weights, turn / 24)
    assert np.isnan(forecast[:turn]).all()
    assert np.nanstd(forecast - speed) == pytest.approx(30.0, rel=0.05)


def test_forecast_uses_nothing_later():
    random = np.random.default_rng(4)
    time = np.datetime64("2008-01-01", "h") + np.arange(1500)
    speed = random.uniform(300, 700, 1500)
    weights = streams.RecurrenceWeights(450.0, 0.3, 0.4, 50.0)
    before = streams.recurrence_forecast(time, speed, 48.0, weights)
    spoiled = speed.copy()
    spoiled[1000:] = np.nan
    after = streams.recurrence_forecast(time, spoiled, 48.0, weights)
    np.testing.assert_array_equal(before[:1047], after[:1047])


def test_joined_stretches_keep_the_statistics():
    random = np.random.default_rng(6)
    a = random.normal(0, 1, 5000)
    made = streams.resample_blocks({"a": a, "b": 2 * a + 1}, 40_000, block=50, seed=3)
    np.testing.assert_allclose(made["b"], 2 * made["a"] + 1)
    assert made["a"].std() == pytest.approx(a.std(), rel=0.05)
    again = streams.resample_blocks({"a": a, "b": 2 * a + 1}, 40_000, block=50, seed=3)
    np.testing.assert_array_equal(made["a"], again["a"])
    place = {value: k for k, value in enumerate(a)}
    jumps = np.diff([place[value] for value in made["a"]]) % a.size != 1
    assert jumps.mean() == pytest.approx(1 / 50, rel=0.15)


def test_bad_input():
    with pytest.raises(InputError, match="increase"):
        streams.high_speed_streams(TIME[::-1], np.full(480, 400.0))
    with pytest.raises(InputError, match="same length"):
        streams.high_speed_streams(TIME, np.full(3, 400.0))
    with pytest.raises(InputError, match="evenly"):
        streams.autocorrelation(TIME[[0, 1, 3]], np.zeros(3), [1.0])
    with pytest.raises(InputError, match="lead"):
        streams.recurrence_forecast(TIME, np.full(480, 400.0), lead=0.0)
    with pytest.raises(InputError, match="too few"):
        streams.fit_recurrence(TIME, np.full(480, 400.0))
    with pytest.raises(InputError, match="one length"):
        streams.climatology({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(InputError, match="quantiles"):
        streams.climatology({"a": [1.0]}, quantiles=(5.0,))
    with pytest.raises(InputError, match="one length"):
        streams.resample_blocks({"a": []}, 3)


@pytest.fixture
def year_2003(shared_data):
    pd = pytest.importorskip("pandas")
    return pd.read_csv(shared_data / "solarwind/omni_hourly_2003_gse.csv.gz", parse_dates=["time_utc"])


def test_climate_of_2003_by_type(year_2003, shared_data):
    pd = pytest.importorskip("pandas")
    hours = year_2003
    kinds = streams.xu_borovsky_2015(*(hours[name].to_numpy() for name in ("V_kms", "n_cm3", "T_K", "B_nT")))
    table = streams.climatology({"speed": hours.V_kms, "n_p": hours.n_cm3, "t_p": hours.T_K}, kinds)
    shares = table.share.sel(group=[1, 2, 3, 4]).values
    clouds = pd.read_csv(shared_data / "cme/richardson_cane_icme_1996_2015.csv", parse_dates=["icme_start", "icme_end"])
    inside = np.zeros(len(hours), dtype=bool)
    for first, last in zip(clouds.icme_start, clouds.icme_end, strict=True):
        inside |= ((hours.time_utc >= first) & (hours.time_utc <= last)).to_numpy()
    known = np.isfinite(kinds)
    hit, false = np.mean(kinds[inside & known] == 4), np.mean(kinds[~inside & known] == 4)
    medians = table.speed.sel(quantile=0.5, group=[1, 2, 3]).values
    print(f"2003, shares of hole, belt, reversal, ejecta: {shares.round(2)}; median speeds {medians}")
    print(f"hours called ejecta: {hit:.2f} inside listed ejecta, {false:.2f} outside")
    # A year of coronal holes, in which fast wind is also thin and hot.
    assert shares[0] > 0.5
    assert np.all(np.diff(medians) < 0)
    assert np.all(np.diff(table.n_p.sel(quantile=0.5, group=[1, 2, 3]).values) > 0)
    assert hit > 3 * false


def test_streams_of_1998_to_2002(shared_data):
    pd = pytest.importorskip("pandas")
    hours = pd.read_csv(shared_data / "solarwind/omni_hourly_1998_2002_filled.csv.gz", parse_dates=["time_utc"])
    time, speed = hours.time_utc.to_numpy(), hours.V_kms.to_numpy()
    regions = streams.interaction_regions(time, speed, hours.n_cm3.to_numpy(), hours.B_nT.to_numpy())
    yearly = regions.sizes["region"] / 5
    after = float((regions.speed_after - regions.speed_before).median())
    table = streams.climatology({"speed": speed, "n_p": hours.n_cm3, "b": hours.B_nT})
    print(f"1998-2002: {yearly:.0f} compressions a year, median rise {after:.0f} km/s")
    print(f"  quantiles of speed {table.speed.values[0]}, density {table.n_p.values[0]}, field {table.b.values[0]}")
    # Jian et al. 2006 count 36 interaction regions a year; fast ejecta are still among ours.
    assert 25 < yearly < 50
    low, median, high = (float(table.speed.sel(group=0, quantile=q)) for q in (0.05, 0.5, 0.95))
    assert 280 < low < median < high < 800
    both = np.isfinite(speed) & np.isfinite(hours.n_cm3) & (hours.n_cm3 > 0)
    assert np.corrcoef(speed[both], np.log(hours.n_cm3[both]))[0, 1] < -0.3, "fast wind is thin"


def test_recurrence_beats_the_mean_out_of_sample(shared_data):
    pd = pytest.importorskip("pandas")
    folder = shared_data / "solarwind"
    hours = pd.read_csv(folder / "omni_hourly_1998_2002_filled.csv.gz", parse_dates=["time_utc"])
    time, speed = hours.time_utc.to_numpy(), hours.V_kms.to_numpy()
    half = time.size // 2
    weights = streams.fit_recurrence(time[:half], speed[:half], 96.0)
    forecast = streams.recurrence_forecast(time[half:], speed[half:], 96.0, weights)
    truth = speed[half:]
    known = np.isfinite(forecast) & np.isfinite(truth)
    skill = 1 - np.mean((forecast - truth)[known] ** 2) / np.mean((truth - weights.mean)[known] ** 2)
    print(f"recurrence four days ahead, 2000-2002 by weights of 1998-2000: skill {skill:.3f}")
    assert skill > 0.03

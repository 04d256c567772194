"""Scales of Kp and ap, and the indices that follow from the wind: tables, limits, memory, and measured years."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.geomagnetism.frames import gse_to_gsm
from sunearth.ground import indices

HOURS = np.datetime64("2015-03-17", "ns") + np.arange(48) * np.timedelta64(1, "h")
WIND = {
    "speed": st.floats(250.0, 1200.0),
    "n_p": st.floats(0.5, 60.0),
    "b_y": st.floats(-40.0, 40.0),
    "b_z": st.floats(-40.0, 40.0),
}


def test_kp_and_ap_are_each_others_inverse():
    thirds = np.arange(28) / 3
    np.testing.assert_allclose(indices.kp_from_ap(indices.ap_from_kp(thirds)), thirds, atol=1e-12)


def test_ap_of_truncated_decimals():
    # Files write thirds as .3 and .7, or .33 and .67.
    np.testing.assert_array_equal(indices.ap_from_kp([2.3, 2.33, 2.7, 2.67]), [9.0, 9.0, 12.0, 12.0])


def test_kp_between_the_steps_of_ap():
    assert indices.kp_from_ap(350.0) == pytest.approx(8.6667 + 1 / 6, abs=1e-4)
    assert np.isnan(indices.kp_from_ap([-1.0, 401.0])).all()
    assert np.isnan(indices.ap_from_kp([-0.4, 9.4])).all()


@given(st.floats(0.0, 72.0))
def test_snyder_there_and_back(kp_sum):
    assert indices.snyder_1963_kp_sum(indices.snyder_1963(kp_sum)) == pytest.approx(kp_sum, abs=1e-9)


@settings(deadline=None)  # the first call compiles
@given(**WIND)
def test_kp_stays_on_its_scale(speed, n_p, b_y, b_z):
    for kp in (
        indices.newell_2008_kp(n_p, speed, b_y, b_z),
        indices.kp_from_wind(HOURS[:2], n_p, speed, b_y, b_z)[-1],
    ):
        assert 0.0 <= kp <= 9.0


@settings(deadline=None)
@given(**WIND)
def test_electrojets_have_their_signs_and_forget_the_sign_of_b_y(speed, n_p, b_y, b_z):
    ae, al = indices.electrojets(HOURS[:3], speed, b_y, b_z)
    assert (ae > 0).all()
    assert (al < 0).all()
    assert (ae > -al).all()  # AE is AU - AL, and AU is positive
    np.testing.assert_allclose(indices.electrojets(HOURS[:3], speed, -b_y, b_z).ae, ae)


def test_steady_wind_gives_a_steady_answer():
    ae = indices.electrojets(HOURS, 450.0, 2.0, -6.0).ae
    kp = indices.kp_from_wind(HOURS, 5.0, 450.0, 2.0, -6.0)
    np.testing.assert_allclose(ae, ae[0], rtol=1e-12)
    np.testing.assert_allclose(kp, kp[0], rtol=1e-12)


def test_a_gap_stays_a_gap_and_is_forgotten():
    b_z = np.where(np.arange(48) < 10, -20.0, 2.0)
    whole = indices.electrojets(HOURS, 600.0, 0.0, b_z).ae
    b_z_gap = b_z.copy()
    b_z_gap[12:20] = np.nan
    broken = indices.electrojets(HOURS, 600.0, 0.0, b_z_gap).ae
    assert np.isnan(broken[12:20]).all()
    np.testing.assert_array_equal(broken[:12], whole[:12])
    np.testing.assert_allclose(broken[20:], whole[20:], atol=1e-3)
    kp = indices.kp_from_wind(HOURS, np.where(np.isnan(b_z_gap), np.nan, 5.0), 600.0, 0.0, b_z)
    np.testing.assert_array_equal(np.isnan(kp), np.isnan(b_z_gap))


def test_members_and_single_times():
    b_z = np.linspace(-20.0, 5.0, 3)[:, None] * np.ones(48)
    many = indices.kp_from_wind(HOURS, 5.0, 500.0, 0.0, b_z)
    assert many.shape == (3, 48)
    np.testing.assert_array_equal(many[1], indices.kp_from_wind(HOURS, 5.0, 500.0, 0.0, b_z[1]))
    assert np.ndim(indices.kp_from_wind("2015-03-17", 5.0, 500.0, 0.0, -5.0)) == 0
    assert indices.kp_from_wind(HOURS[:0], 5.0, 500.0, 0.0, np.zeros(0)).shape == (0,)


def test_quiet_and_extreme_wind():
    quiet = indices.kp_from_wind(HOURS, 4.0, 330.0, 0.0, 2.0)[-1]
    extreme = indices.kp_from_wind(HOURS, 30.0, 900.0, 0.0, -45.0)[-1]
    assert quiet < 1.0
    assert extreme == 9.0
    assert 900.0 < indices.electrojets(HOURS, 900.0, 0.0, -45.0).ae[-1] < 3000.0


@pytest.fixture
def year_2003(shared_data):
    wind = pd.read_csv(shared_data / "solarwind/omni_hourly_2003_gse.csv.gz", parse_dates=["time_utc"])
    _, b_y, b_z = gse_to_gsm(wind.time_utc.values, *(wind[f"B{c}_gse_nT"].to_numpy(dtype=float) for c in "xyz"))
    return wind.assign(b_y=b_y, b_z=b_z).set_index("time_utc")


def scores(computed, observed):
    good = np.isfinite(computed) & np.isfinite(observed)
    error = computed[good] - observed[good]
    return np.corrcoef(computed[good], observed[good])[0, 1], np.sqrt(np.mean(error**2))


def test_kp_of_2003(year_2003):
    wind = year_2003.V_kms.to_numpy(), year_2003.b_y.to_numpy(), year_2003.b_z.to_numpy()
    n_p = year_2003.n_cm3.to_numpy()
    ends = year_2003.index.hour % 3 == 2
    observed = year_2003.Kp10.to_numpy()[ends] / 10
    history = indices.kp_from_wind(year_2003.index.values, n_p, *wind)[ends]
    moment = pd.Series(indices.newell_2008_kp(n_p, *wind)).rolling(3).mean().to_numpy()[ends]
    correlation, rmse = scores(np.where(np.isnan(moment), np.nan, history), observed)
    assert correlation > 0.855
    assert rmse < 0.72
    published = scores(moment, observed)
    assert published[0] > 0.82
    assert rmse < published[1]


def test_ae_of_2003(year_2003):
    computed = indices.electrojets(
        year_2003.index.values, year_2003.V_kms.to_numpy(), year_2003.b_y.to_numpy(), year_2003.b_z.to_numpy()
    )
    correlation, rmse = scores(computed.ae, year_2003.AE_nT.to_numpy(dtype=float))
    assert correlation > 0.80
    assert rmse < 150.0


def test_al_of_seven_storms_without_b_y(shared_data):
    storms = pd.read_csv(
        shared_data / "solarwind/omni_supermag_5min_storms_2012_2018_from_pypi_rcpann.csv.gz", parse_dates=["time_utc"]
    ).set_index("time_utc")
    jets = indices.electrojets(storms.index.values, -storms.Vx.to_numpy(), 0.0, storms.Bz.to_numpy())
    for computed, observed in ((jets.ae, storms.SME), (jets.al, storms.SML)):
        pair = pd.DataFrame({"model": computed, "observed": observed}).resample("1h").mean().dropna()
        assert pair.model.corr(pair.observed) > 0.87

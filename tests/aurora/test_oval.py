"""The edges of the oval: their order, continuity and symmetry, and what images and satellites saw."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.aurora import oval
from sunearth.core.errors import UnknownNameError

MLT = np.arange(0.0, 24.0, 0.25)


@pytest.mark.parametrize("boundary", ["poleward", "equatorward", "diffuse"])
@given(al=st.floats(-3000.0, -1.0))
def test_starkov_closes_at_midnight(boundary, al):
    start, end = oval.starkov_1994([0.0, 24.0], al, boundary=boundary)
    assert start == pytest.approx(end, abs=1e-9)


@given(al=st.floats(-800.0, -10.0))
def test_starkov_edges_keep_their_order(al):
    poleward, equatorward, diffuse = (
        oval.starkov_1994(MLT, al, boundary=name) for name in ("poleward", "equatorward", "diffuse")
    )
    assert (poleward - equatorward > -0.7).all()  # the fits of the two edges touch where the oval is thinnest
    assert (equatorward - diffuse > 0.0).all()
    assert ((poleward < 90.0) & (diffuse > 40.0)).all()


def test_starkov_is_held_beyond_its_data():
    beyond = oval.starkov_1994(MLT[:, None], np.array([-800.0, -1500.0, -3000.0]), boundary="equatorward")
    np.testing.assert_array_equal(beyond, np.repeat(beyond[:, :1], 3, axis=1))
    assert not oval.starkov_1994.valid(al=-1500.0)


def test_starkov_oval_is_thick_at_night_and_thin_at_noon():
    night, noon = (
        oval.starkov_1994(mlt, -300.0, boundary="poleward") - oval.starkov_1994(mlt, -300.0, boundary="equatorward")
        for mlt in (0.0, 12.0)
    )
    assert night > 3 * noon


@pytest.mark.parametrize("model", [oval.starkov_1994, oval.storm_oval])
def test_unknown_boundary_names_the_nearest(model):
    state = {"al": -100.0} if model is oval.starkov_1994 else {"kp": 3.0, "dst": -20.0}
    with pytest.raises(UnknownNameError, match="did you mean equatorward"):
        model(mlt=0.0, boundary="equatorwards", **state)


@given(mlt=st.floats(0.0, 24.0), kp=st.floats(0.0, 9.0), dst=st.floats(-300.0, 60.0))
def test_storm_oval_has_width_and_expands(mlt, kp, dst):
    low, high = (oval.storm_oval(mlt, kp, dst, boundary=name) for name in ("equatorward", "poleward"))
    assert high - low > 3.0
    assert oval.storm_oval(mlt, min(kp + 1.0, 9.0), dst) <= low
    assert oval.storm_oval(mlt, kp, dst - 50.0) <= low
    assert oval.storm_oval(mlt, kp, 40.0) == oval.storm_oval(mlt, kp, 0.0)


def test_storm_oval_lies_lowest_before_dawn_side_of_midnight():
    for kp, dst in ((1.0, 0.0), (5.0, -80.0), (9.0, -300.0)):
        lowest = MLT[np.argmin(oval.storm_oval(MLT, kp, dst))]
        assert lowest < 4.0


def slow_strongest(seconds, values, averaged, searched):
    means = []
    for now, value in zip(seconds, values, strict=True):
        window = values[(seconds > now - averaged + 1e-3) & (seconds <= now)]
        means.append(np.nan if np.isnan(value) else np.nanmean(window))
    means = np.array(means)
    return np.array(
        [
            np.nan if np.isnan(mean) else np.nanmax(means[(seconds >= now - searched - 1e-3) & (seconds <= now)])
            for now, mean in zip(seconds, means, strict=True)
        ]
    )


def test_strongest_driving_against_a_slow_twin():
    rng = np.random.default_rng(8)
    time = np.datetime64("2015-03-17", "ns") + np.cumsum(rng.integers(60, 900, 300)) * np.timedelta64(1, "s")
    field = np.where(rng.random(300) < 0.1, np.nan, rng.normal(1.0, 3.0, 300))
    seconds = (time - time[0]) / np.timedelta64(1, "s")
    expected = slow_strongest(seconds, np.maximum(field, 0.0), 1800.0, 21_600.0)
    np.testing.assert_allclose(oval.strongest_driving(time, field), expected, rtol=1e-12)


def test_strongest_driving_by_members():
    time = np.datetime64("2015-03-17", "ns") + np.arange(20) * np.timedelta64(1, "h")
    field = np.random.default_rng(9).normal(size=(3, 20))
    many = oval.strongest_driving(time, field)
    np.testing.assert_array_equal(many[2], oval.strongest_driving(time, field[2]))


@pytest.fixture
def storm_hours(shared_data):
    """Hourly edges at midnight in images of IMAGE FUV, with measured Kp, Dst, AL and hourly wind."""
    circles = pd.read_parquet(shared_data / "aurora/image_fuv_auroral_boundary_circles_storms_2000_2002.parquet")
    circles = circles[(circles.nb >= 8) & (circles.r_err <= 3.0) & (circles.r_cent <= 8.0)].set_index("time_utc")
    angle = np.radians(circles.phi_cent)
    reach = circles.r_cent * np.cos(angle) + np.sqrt(circles.r**2 - (circles.r_cent * np.sin(angle)) ** 2)
    frame = pd.DataFrame(
        {kind: (90.0 - reach[circles.boundary == kind]).resample("1h").median() for kind in ("EAB", "OCB")}
    ).dropna()
    measured = pd.read_parquet(shared_data / "indices/omni_hourly_indices_2000_2020.parquet").set_index("time_utc")
    wind = pd.read_csv(shared_data / "solarwind/omni_hourly_1998_2002_filled.csv.gz", parse_dates=["time_utc"])
    wind = wind.set_index("time_utc").interpolate()
    strongest = oval.strongest_driving(wind.index.values, (-1e-3 * wind.Bz_nT * wind.V_kms).to_numpy())
    return frame.assign(
        kp=measured.Kp10.reindex(frame.index) / 10,
        dst=measured.Dst_nT.reindex(frame.index).astype(float),
        al=measured.AL_nT.reindex(frame.index).astype(float),
        strongest=pd.Series(strongest, wind.index).reindex(frame.index),
    )


def misfit(computed, observed):
    error = np.asarray(computed) - np.asarray(observed)
    return np.sqrt(np.mean(error**2)), np.mean(error), np.corrcoef(computed, observed)[0, 1]


def test_edges_in_images_of_storms(storm_hours):
    kp, dst, al = (storm_hours[name].to_numpy() for name in ("kp", "dst", "al"))
    rmse, bias, correlation = misfit(oval.storm_oval(0.0, kp, dst), storm_hours.EAB)
    assert rmse < 2.2
    assert abs(bias) < 0.3
    assert correlation > 0.83
    starkov = misfit(oval.starkov_1994(0.0, al, boundary="equatorward"), storm_hours.EAB)
    assert starkov[0] > 1.8 * rmse
    by_field = misfit(oval.expansion_by_field(storm_hours.strongest.to_numpy()), storm_hours.EAB)
    assert by_field[0] < 2.6
    assert by_field[2] > 0.78
    poleward = misfit(oval.storm_oval(0.0, kp, dst, boundary="poleward"), storm_hours.OCB)
    assert poleward[0] < 2.7


def test_current_interface_lies_inside(shared_data):
    circles = pd.read_parquet(shared_data / "aurora/ampere_north_R1R2_boundary_radius_storms.parquet")
    hourly = circles[circles.j_mag >= 0.15].set_index("time_utc").resample("1h").mean().dropna()
    measured = pd.read_parquet(shared_data / "indices/omni_hourly_indices_2000_2020.parquet").set_index("time_utc")
    kp, dst = measured.Kp10.reindex(hourly.index) / 10, measured.Dst_nT.reindex(hourly.index)
    interface = 90.0 - (hourly.radius_colat_deg - hourly.y_cent_deg)
    low, high = (
        oval.storm_oval(0.0, kp.to_numpy(), dst.to_numpy(), boundary=name) for name in ("equatorward", "poleward")
    )
    assert ((interface > low) & (interface < high)).mean() > 0.85

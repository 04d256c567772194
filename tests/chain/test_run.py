"""The chain as a whole: what it holds, how it takes gaps, that choices matter."""

import json

import numpy as np
import pytest
import xarray as xr

from sunearth.chain.run import input_hash, run, run_chain
from sunearth.chain.stages import STAGES, choose
from sunearth.chain.summary import summarise
from sunearth.chain.variables import VARIABLES
from sunearth.core.errors import DataError, InputError, UnknownNameError


@pytest.fixture(scope="module")
def storm():
    return run("st-patrick-2015")


def test_every_variable_is_there_and_labelled(storm):
    for name, variable in VARIABLES.items():
        assert name in storm, name
        assert storm[name].attrs["units"] == variable.unit or name == "coupling"
        assert storm[name].attrs["long_name"]
        assert storm[name].attrs["references"]
        assert np.isfinite(storm[name]).any(), name
    computed = list(VARIABLES)[list(VARIABLES).index("p_dyn") :]
    for name in computed:
        assert storm[f"{name}_valid"].dtype == bool, name


def test_provenance(storm):
    assert json.loads(storm.attrs["models"]).keys() == {stage.name for stage in STAGES}
    assert storm.attrs["version"]
    assert len(storm.attrs["input_hash"]) == 16
    assert json.loads(storm.attrs["scenario"])["source"] == "st-patrick-2015"
    assert "b_y = 0 (not measured)" in storm.attrs["notes"]
    assert "b_y = 0 (not measured)" in storm["newell_coupling"].attrs["assumes"]
    assert "assumes" not in storm["p_dyn"].attrs


def test_the_storm_of_17_march_2015(storm):
    """Against what was observed: Kyoto Dst -234 nT at 22-23 UT, Kp 8-, geosynchronous orbit in the sheath."""
    summary = summarise(storm, "st-patrick-2015")
    assert -300 < summary["dst"]["minimum"] < -170
    assert summary["dst"]["observed_minimum"] in (-234.0, -223.0)
    assert summary["noaa_g"]["scale"] in (3, 4, 5)
    assert 0 < summary["magnetopause"]["hours_geosynchronous_outside"] < 24
    assert 5.0 < summary["magnetopause"]["closest"] < 6.6
    assert 45 < summary["oval"]["lowest_mlat"] < 62
    assert 1.5 < summary["plasmapause"]["smallest_l"] < 3.5
    assert summary["oval"]["text"]
    dst = next(s for s in summary["skill"] if s["quantity"] == "dst")
    assert dst["correlation"] > 0.85
    kp = next(s for s in summary["skill"] if s["quantity"] == "kp")
    assert kp["rmse"] < 1.5
    json.dumps(summary, allow_nan=False)


def test_observed_kp_comes_along(storm):
    """GFZ: Kp was 8- from 12 to 18 UT and 7+ and 8- after on 17 March 2015."""
    observed = storm["kp_observed"].sel(time_3h="2015-03-17T12")
    assert float(observed) == pytest.approx(7.667, abs=0.01)


def test_physical_order_holds_at_every_time(storm):
    assert (storm["bow_shock_standoff"] > storm["magnetopause_standoff"]).all()
    assert (storm["oval_poleward_mlat"] > storm["oval_equatorward_mlat"]).all()
    assert (storm["cpcp"] > 0).all()
    assert (storm["kp_model"].min() >= 0) & (storm["kp_model"].max() <= 9)
    assert (storm["open_flux"] > 0).all()


def test_choices_change_their_own_stage_only(wind):
    default = run_chain(wind)
    burton = run_chain(wind, models={"dst": "burton_1975"})
    assert not np.allclose(default["dst"], burton["dst"])
    np.testing.assert_array_equal(default["cpcp"], burton["cpcp"])
    assert "Burton" in burton["dst"].attrs["references"]


@pytest.mark.parametrize(("stage", "model"), [(s.name, m) for s in STAGES for m in s.model_names])
def test_every_choice_runs(wind, stage, model):
    result = run_chain(wind, models={stage: model})
    added = [name for name in result.data_vars if not str(name).endswith("_valid")]
    assert len(added) >= len(VARIABLES)


def test_unknown_choices_name_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean dst"):
        choose({"dts": "burton_1975"})
    with pytest.raises(UnknownNameError, match="burton_1975"):
        choose({"dst": "burton_1976"})


def test_a_long_gap_stays_open_and_does_not_stop_the_chain(make_wind):
    wind = make_wind(hours=96)
    hours = (wind["time"] - wind["time"][0]) / np.timedelta64(1, "h")
    gap = (hours >= 24) & (hours < 36)
    result = run_chain(wind.where(~gap))
    for name in ("p_dyn", "magnetopause_standoff", "cpcp", "dst", "kp_model"):
        assert np.isnan(result[name].where(gap, drop=True)).all(), name
        assert np.isfinite(result[name].where(hours > 60, drop=True)).all(), name
        assert not result[f"{name}_valid"].where(gap, drop=True).any(), name
    recovering = (hours >= 36) & (hours < 48)
    assert not result["dst_valid"].where(recovering, drop=True).any(), "memory lost in the gap"
    assert result["magnetopause_standoff_valid"].where(recovering, drop=True).all()
    for name in ("dst_star", "ring_current_energy", "plasmapause_l", "oval_equatorward_mlat", "hemispheric_power"):
        assert not result[f"{name}_valid"].where(recovering, drop=True).any(), f"{name} rests on a memory that was lost"


def test_outside_the_range_of_a_model_is_flagged(make_wind):
    result = run_chain(make_wind(hours=12, n_p=6.0, b_z=np.r_[np.full(36, -5.0), np.full(36, -80.0)]))
    flag = result["magnetopause_standoff_valid"].values
    assert flag[:36].all()
    assert not flag[36:].any()
    assert np.isfinite(result["magnetopause_standoff"]).all()


def test_cadence_hardly_matters_for_steady_wind(make_wind):
    fine = run_chain(make_wind(hours=48, minutes=1))
    coarse = run_chain(make_wind(hours=48, minutes=60))
    for name in ("dst", "open_flux", "kp_model", "ae_model"):
        a, b = float(fine[name][-1]), float(coarse[name][-1])
        assert a == pytest.approx(b, rel=0.02), name


def test_the_hash_follows_the_input(wind):
    assert input_hash(wind) == input_hash(wind.copy(deep=True))
    assert input_hash(wind) != input_hash(wind.assign(b_z=wind["b_z"] + 1e-9))


def test_cutting_outside_the_data_says_what_there_is(wind):
    with pytest.raises(DataError, match="the data run from 2015-03-17"):
        run(wind, start="2020-01-01")
    with pytest.raises(InputError, match="expected times"):
        run(wind, start="tomorrow")


def test_one_row_is_enough_for_the_chain(make_wind):
    result = run_chain(make_wind().isel(time=[0]))
    assert result.sizes["time"] == 1
    assert np.isfinite(result["magnetopause_standoff"]).all()
    summarise(result)


def test_netcdf_round_trip(storm, tmp_path):
    from sunearth.data.writing import write_netcdf

    write_netcdf(storm, tmp_path / "result.nc")
    with xr.open_dataset(tmp_path / "result.nc", engine="h5netcdf") as back:
        np.testing.assert_allclose(back["dst"], storm["dst"])
        assert back["dst"].attrs["units"] == "nT"
        assert back.attrs["input_hash"] == storm.attrs["input_hash"]


def test_a_result_can_be_run_again_and_its_model_is_not_taken_for_an_observation(storm, tmp_path):
    from sunearth.data.writing import write_netcdf

    write_netcdf(storm, tmp_path / "result.nc")
    again = run(tmp_path / "result.nc")
    np.testing.assert_allclose(again["dst"], storm["dst"], rtol=1e-12)
    np.testing.assert_allclose(again["sym_h_observed"], storm["sym_h_observed"])
    assert "dst_observed" not in again or not np.allclose(again["dst_observed"], again["dst"])


def test_from_l1_delays_by_the_flight_time(make_wind):
    wind = make_wind(hours=6, minutes=1, speed=400.0, b_z=np.r_[np.full(180, 3.0), np.full(180, -3.0)])
    moved = run(wind, propagate=True)
    turned = moved["time"].values[np.argmax(moved["b_z"].values < 0)]
    delay = (turned - wind["time"].values[180]) / np.timedelta64(1, "m")
    assert delay == pytest.approx(1.5e6 / 400 / 60, abs=6)  # L1 is 1.5 million km away, the nose 0.08 of that nearer

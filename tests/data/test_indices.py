"""The table of indices against published values, and newer files in every form."""

import gzip

import numpy as np
import pytest

from sunearth.core.errors import DataError
from sunearth.data.indices import AP_OF_KP, TABLE, observed_indices, pack_indices, read_indices


def test_span_and_completeness():
    table = observed_indices()
    assert str(table["time"].values[0])[:16] == "1957-10-01T00:00"
    assert str(table["time_daily"].values[-1])[:10] == "2025-07-20"
    assert np.all(np.diff(table["time"].values) == np.timedelta64(3, "h"))
    assert np.all(np.diff(table["time_daily"].values) == np.timedelta64(1, "D"))
    for name in ("kp", "ap", "f107", "f107_adjusted", "f107_81day", "sunspot_number"):
        assert not table[name].isnull().any(), name
        assert table[name].attrs["units"]
        assert table[name].attrs["references"]
    assert TABLE.stat().st_size < 700_000


# Ap, the mean of the eight ap of a day, as the GFZ publishes it.
@pytest.mark.parametrize(
    ("day", "daily_ap"),
    [("1989-03-13", 246), ("2024-05-10", 105), ("2024-05-11", 271), ("2003-10-29", 204), ("1960-11-13", 280)],
)
def test_daily_ap_of_great_storms(day, daily_ap):
    assert round(float(observed_indices(day, day)["ap"].mean())) == daily_ap


def test_kp_of_the_st_patrick_storm():
    # 17 March 2015 as the GFZ lists it: 2-, 5-, 5-, 5o ... at most 8-.
    day = observed_indices("2015-03-17", "2015-03-17")
    assert day.sizes == {"time": 8, "time_daily": 1}
    assert float(day["kp"].max()) == pytest.approx(23 / 3)


def test_observed_and_adjusted_flux_differ_by_the_distance_of_the_sun():
    table = observed_indices("2000-01-01", "2000-12-31")
    ratio = table["f107"] / table["f107_adjusted"]
    # Nearest to the Sun in early January, 0.9833 au; farthest in early July, 1.0167 au.
    assert float(ratio[3]) == pytest.approx(0.9833**-2, abs=0.002)
    assert float(ratio[185]) == pytest.approx(1.0167**-2, abs=0.002)


def test_the_81_day_mean_is_that_of_the_daily_values():
    table = observed_indices("1990-01-01", "1990-12-31")
    expected = table["f107"].rolling(time_daily=81, center=True).mean()
    both = np.isfinite(expected)
    assert int(both.sum()) == 285
    assert float(np.abs(expected - table["f107_81day"]).max()) < 0.11  # rounded to a tenth


def test_ap_is_the_published_function_of_kp():
    # Bartels' table: Kp 0o 1o 2o ... 9o.
    assert AP_OF_KP[::3].tolist() == [0, 4, 7, 15, 27, 48, 80, 132, 207, 400]
    assert AP_OF_KP.size == 28
    assert np.all(np.diff(AP_OF_KP) > 0)


def test_a_period_that_is_not_known():
    with pytest.raises(DataError, match="known from 1957-10-01 to 2025-07-20"):
        observed_indices("1950-01-01", "1951-01-01")


@pytest.mark.parametrize("which", ["celestrak", "csv", "gfz"])
@pytest.mark.parametrize("packed", [False, True])
def test_newer_files(put, index_files, which, packed):
    text = index_files[which].encode()
    path = put("new.txt.gz" if packed else "new.txt", gzip.compress(text) if packed else text)
    table = read_indices(path)
    days = [str(day)[:10] for day in table["time_daily"].values]
    assert days[-2:] == (["2025-07-20", "2025-07-21"] if which == "gfz" else ["2025-07-19", "2025-07-20"])
    last = table.sel(time_daily="2025-07-20", time=slice("2025-07-20T00", "2025-07-20T21"))
    assert last["kp"].values == pytest.approx(np.array([3, 3, 2, 4, 4, 4, 1, 4]) / 3)
    assert last["ap"].values.tolist() == [4, 4, 3, 5, 5, 5, 2, 5]
    assert float(last["f107"]) == 150.3
    assert float(last["f107_adjusted"]) == 155.1
    assert float(last["sunspot_number"]) == 159
    if which == "gfz":
        assert np.isnan(table["kp"].values[-8:]).tolist() == [False, False] + [True] * 6
        assert np.isnan(table["f107"].values[-1])


def test_newer_file_extends_the_table(put, index_files):
    gfz = index_files["gfz"].replace("2025 07 21", "2025 07 22")
    table = observed_indices("2025-07-18", "2025-07-31", newer=put("new.txt", gfz))
    assert [str(day)[8:10] for day in table["time_daily"].values] == ["18", "19", "20", "22"]
    assert float(table["f107"].sel(time_daily="2025-07-18")) == 155.7
    assert float(table["kp"].sel(time="2025-07-22T00")) == 1.0


def test_packing_is_lossless(tmp_path, put, index_files, monkeypatch):
    import sunearth.data.indices as module

    table = read_indices(put("new.txt", index_files["celestrak"]))
    pack_indices(table, tmp_path / "packed.npz")
    monkeypatch.setattr(module, "TABLE", tmp_path / "packed.npz")
    module._table.cache_clear()
    try:
        import xarray as xr

        xr.testing.assert_identical(observed_indices(), table)
    finally:
        module._table.cache_clear()


def test_packing_refuses_what_it_cannot_keep(tmp_path, put, index_files):
    table = read_indices(put("new.txt", index_files["celestrak"]))
    with pytest.raises(DataError, match="ap does not follow"):
        pack_indices(table.assign(ap=table["ap"] + 1), tmp_path / "a.npz")
    with pytest.raises(DataError, match="days are missing"):
        pack_indices(table.isel(time_daily=[0, 2]), tmp_path / "a.npz")
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("", "is empty"),
        ("time,b_z\n1,2\n", "neither SW-All"),
        ("BEGIN OBSERVED\nEND OBSERVED\n", "no observed day"),
        ("BEGIN OBSERVED\n2025 07 xx 2617\nEND OBSERVED\n", "line 2"),
    ],
)
def test_bad_files(put, text, needle):
    with pytest.raises(DataError, match=needle):
        read_indices(put("bad.txt", text))

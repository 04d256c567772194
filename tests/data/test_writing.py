"""Writing: what is written comes back, and a failure leaves what was there."""

import os

import numpy as np
import pytest
import xarray as xr

from sunearth.core.errors import OutputError
from sunearth.data.writing import replaced_file, write_netcdf, write_text

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def left_over(folder):
    return [name for name in os.listdir(folder) if name.endswith(".part")]


def test_text_comes_back(tmp_path):
    path = tmp_path / "new" / "folder" / "page.html"
    write_text(path, "Größe: 3 µT\n")
    assert path.read_text("utf-8") == "Größe: 3 µT\n"
    write_text(path, "later")
    assert path.read_text() == "later"
    assert not left_over(path.parent)


def test_netcdf_comes_back(tmp_path, storm):
    storm["flag"] = ("time", np.arange(12) % 2 == 0, {"long_name": "flag"})
    storm["dst_observed"] = ("time_hourly", [1.0, np.nan])
    storm.attrs |= {"members": 3, "on": True, "nothing": None, "models": {"dst": "burton"}, "list": ["a", 1]}
    path = tmp_path / "result.nc"
    write_netcdf(storm, path)
    with xr.open_dataset(path, engine="h5netcdf") as back:
        back.load()
    xr.testing.assert_equal(back, storm)
    assert back["flag"].dtype == bool
    assert back["b_z"].attrs == storm["b_z"].attrs
    assert back.attrs["models"] == '{"dst": "burton"}'
    assert back.attrs["list"] == '["a", 1]'
    assert back.attrs["on"] == 1
    assert "nothing" not in back.attrs
    assert not left_over(tmp_path)


def test_netcdf_is_compressed(tmp_path):
    time = np.datetime64("2015-01-01", "ns") + np.arange(100_000) * np.timedelta64(1, "m")
    write_netcdf(xr.Dataset({"b_z": ("time", np.zeros(100_000))}, {"time": time}), tmp_path / "a.nc")
    assert (tmp_path / "a.nc").stat().st_size < 400_000  # 1.6 MB uncompressed


def test_what_was_read_can_be_written_again(tmp_path, storm):
    write_netcdf(storm, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as first:
        write_netcdf(first.load(), tmp_path / "b.nc")
    with xr.open_dataset(tmp_path / "b.nc", engine="h5netcdf") as second:
        xr.testing.assert_identical(second.load(), first)


def test_failure_leaves_the_old_file(tmp_path, storm):
    path = tmp_path / "result.nc"
    write_text(path, "old")
    bad = storm.assign(thing=("time", np.array([object()] * 12)))
    with pytest.raises(OutputError, match="holds what NetCDF cannot"):
        write_netcdf(bad, path)
    assert path.read_text() == "old"
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(path, "half \ud800")
    with pytest.raises(KeyError), replaced_file(path) as temporary:
        temporary.rename({}["half-way"])
    assert path.read_text() == "old"
    assert not left_over(tmp_path)


def test_no_space_left(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_text(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert not left_over(tmp_path)


def test_places_that_cannot_be_written(tmp_path, storm):
    (tmp_path / "file").write_text("x")
    for path, needle in [
        (tmp_path, "is a folder"),
        (tmp_path / "file" / "below", "cannot be written"),
        (tmp_path / "a\x00b", "cannot be written"),
        (tmp_path / ("n" * 300), "cannot be written"),
    ]:
        with pytest.raises(OutputError, match=needle) as caught:
            write_text(path, "text")
        assert "\n" not in str(caught.value)
        with pytest.raises(OutputError):
            write_netcdf(storm, path)
    assert sorted(os.listdir(tmp_path)) == ["file"]


@pytest.mark.skipif(AS_ROOT, reason="the superuser may write anywhere")
def test_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            write_text(tmp_path / "a.txt", "text")
    finally:
        tmp_path.chmod(0o700)

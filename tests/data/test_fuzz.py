"""Whatever is fed to the readers, nothing but an error of the package comes out."""

import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sunearth.core.errors import SunEarthError
from sunearth.data.indices import read_indices
from sunearth.data.readers import read
from sunearth.data.tables import parse_columns
from sunearth.data.writing import write_netcdf

NAMES = (
    "wind.csv",
    "omni_min201503.asc",
    "omni2_2015.dat",
    "IMF.dat",
    "plasma-7-day.json",
    "rtsw_mag_1m.json",
)
JUNK = (
    b"\x00", b"\n", b",", b'"', b"#", b"1e999", b"nan", b"-", b"[", b"{}", b"99999999999999999999", b"\xff",
    b"9999-12-31", b"0000", b"time,", b"#START", b"\r", b"'", b";", b"\t", b"null", b"1e-400", b"--", b"True",
    b"\xc3\xa9", b"\x0c",
)  # fmt: skip
quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def survives(path, reader=read, **options):
    """Read; the Dataset must be whole, or the error one of ours on one line."""
    dataset = outcome(reader, path, **options)
    if isinstance(dataset, SunEarthError):
        assert "\n" not in str(dataset)
        assert str(dataset)
        return
    assert np.all(np.diff(dataset["time"].values) > np.timedelta64(0, "ns"))
    for variable in dataset.data_vars.values():
        assert not np.isinf(variable.values).any()


def outcome(function, *inputs, **options):
    """The result, or the error of the package; any other error fails the test."""
    try:
        return function(*inputs, **options)
    except SunEarthError as error:
        return error


@st.composite
def damage(draw):
    """A function that damages bytes: cut, overwritten, repeated, lines shuffled or mixed with odd text."""
    kind = draw(st.sampled_from(["cut", "overwrite", "insert", "swap", "odd", "delete"]))
    share = draw(st.floats(0, 1, exclude_max=True))
    other = draw(st.floats(0, 1, exclude_max=True))
    junk = draw(
        st.one_of(
            st.binary(min_size=1, max_size=8),
            st.sampled_from(JUNK),
        )
    )

    def apply(data):
        at, until = sorted((int(share * len(data)), int(other * len(data))))
        if kind == "cut":
            return data[:at]
        if kind == "overwrite":
            return data[:at] + junk + data[at + len(junk) :]
        if kind == "insert":
            return data[:at] + junk + data[at:]
        if kind == "delete":
            return data[:at] + data[until:]
        lines = data.split(b"\n")
        i, j = int(share * len(lines)), int(other * len(lines))
        if kind == "swap":
            lines[i], lines[j] = lines[j], lines[i]
        else:
            lines[i] = junk.join(lines[j].split())
        return b"\n".join(lines)

    return apply


@quick
@given(
    data=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".asc", ".dat", ".json", ".lst", ".gz", ".nc", ""])
)
def test_random_bytes(tmp_path, data, suffix):
    path = tmp_path / f"file{suffix}"
    path.write_bytes(data)
    survives(path)
    survives(path, read_indices)


@quick
@given(text=st.text(max_size=300))
def test_random_text(tmp_path, text):
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8", errors="replace")
    survives(path)
    path.write_text("time,b_z\n" + text, encoding="utf-8", errors="replace")
    survives(path)
    path.write_text(text + "\n#START\n" + text, encoding="utf-8", errors="replace")
    survives(path)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(data=st.data())
def test_damaged_files(tmp_path, samples, name, data):
    content = samples[name]
    for change in data.draw(st.lists(damage(), min_size=1, max_size=3)):
        content = change(content)
    path = tmp_path / name
    path.write_bytes(content)
    survives(path)


@quick
@given(change=damage())
def test_damaged_gzip(tmp_path, samples, change):
    path = tmp_path / "wind.csv.gz"
    path.write_bytes(change(samples["wind.csv.gz"]))
    survives(path)
    path.write_bytes(gzip.compress(change(samples["wind.csv"])))
    survives(path)


@quick
@given(change=damage(), damaged=st.sampled_from(["lst", "fmt"]))
def test_damaged_list_or_format(tmp_path, formats, change, damaged):
    for suffix in ("lst", "fmt"):
        content = formats[suffix].encode()
        (tmp_path / f"a.{suffix}").write_bytes(change(content) if suffix == damaged else content)
    survives(tmp_path / "a.lst")


@settings(quick, max_examples=40)
@given(change=damage())
def test_damaged_netcdf(tmp_path, storm, change):
    path = tmp_path / "wind.nc"
    write_netcdf(storm, path)
    path.write_bytes(change(path.read_bytes()))
    survives(path)


@settings(quick, max_examples=40)
@given(change=damage())
def test_damaged_netcdf_3(tmp_path, storm, change):
    path = tmp_path / "wind.nc"
    storm.to_netcdf(path, engine="scipy")
    path.write_bytes(change(path.read_bytes()))
    survives(path)


@settings(quick, max_examples=40)
@given(change=damage())
def test_damaged_cdf(tmp_path_factory, tmp_path, change):
    cdfwrite = pytest.importorskip("cdflib.cdfwrite")
    path = tmp_path / "a.cdf"
    file = cdfwrite.CDF(str(path), cdf_spec={"Majority": "row_major", "Encoding": 6}, delete=True)
    specification = {"Num_Elements": 1, "Rec_Vary": True, "Dim_Sizes": []}
    epochs = 63_593_784_000_000.0 + 60_000.0 * np.arange(5)
    file.write_var({**specification, "Variable": "Epoch", "Data_Type": 31}, {"VAR_TYPE": "support_data"}, epochs)
    for name in ("BY_GSM", "BZ_GSM"):
        file.write_var(
            {**specification, "Variable": name, "Data_Type": 45},
            {"DEPEND_0": "Epoch", "UNITS": "nT", "FILLVAL": 9999.99},
            np.arange(5.0),
        )
    file.close()
    path.write_bytes(change(path.read_bytes()))
    survives(path)


@quick
@given(change=damage(), which=st.sampled_from(["celestrak", "csv", "gfz"]))
def test_damaged_indices(tmp_path, index_files, change, which):
    path = tmp_path / "indices.txt"
    path.write_bytes(change(index_files[which].encode()))
    survives(path, read_indices)


@quick
@given(text=st.text(max_size=60))
def test_any_text_for_columns(text):
    for columns in (text, [text], {text: text}, {"a": text}):
        assert "\n" not in str(outcome(parse_columns, columns))


@quick
@given(name=st.text(max_size=30))
def test_any_text_for_a_source(name):
    assert "\n" not in str(outcome(read, name))

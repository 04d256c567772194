"""The current sheet and its sectors: geometry, made-up series with known boundaries, and the year 2003."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunearth.core.errors import InputError
from sunearth.heliosphere import sheet, spiral

angle = st.floats(0.0, 360.0)


@given(angle, st.floats(0.0, 80.0), angle)
def test_a_tilted_plane(longitude, tilt, node):
    latitude = np.radians(sheet.sheet_latitude(longitude, tilt, node, r=2.5 / 215.0321))
    phi, a = np.radians(longitude - node), np.radians(tilt)
    place = np.array([np.cos(latitude) * np.cos(phi), np.cos(latitude) * np.sin(phi), np.sin(latitude)])
    assert place @ [0.0, -np.sin(a), np.cos(a)] == pytest.approx(0.0, abs=1e-6)


@given(angle, st.floats(0.1, 10.0), st.floats(250.0, 800.0))
def test_no_tilt_is_flat(longitude, r, speed):
    assert sheet.sheet_latitude(longitude, 0.0, r=r, speed=speed) == 0.0


@given(angle, st.floats(0.1, 10.0), st.floats(250.0, 800.0))
def test_the_wind_winds_it_up(longitude, r, speed):
    lag = spiral.connection_longitude(r, speed)
    at_source = sheet.sheet_latitude(longitude + lag, 30.0, r=2.5 / 215.0321)
    assert sheet.sheet_latitude(longitude, 30.0, r=r, speed=speed) == pytest.approx(at_source, abs=1e-4)


@given(angle, st.floats(0.0, 100.0))
def test_it_turns_with_the_sun(longitude, days):
    still = sheet.sheet_latitude(longitude, 25.0)
    turned = sheet.sheet_latitude(longitude + 360 * days / 25.38, 25.0, days=days)
    assert turned == pytest.approx(still, abs=1e-9)


@pytest.mark.parametrize(("tilt", "warp", "sectors"), [(20.0, 0.0, 2), (5.0, 15.0, 4)])
def test_sectors_of_tilt_and_warp(tilt, warp, sectors):
    longitude = np.linspace(0.0, 360.0, 3600, endpoint=False)
    polarity = sheet.sheet_polarity(2.0, sheet.sheet_latitude(longitude, tilt, warp=warp))
    assert np.count_nonzero(polarity != np.roll(polarity, 1)) == sectors


def test_sectors_vanish_above_the_sheet():
    longitude = np.linspace(0.0, 360.0, 360)
    assert np.all(sheet.sheet_polarity(30.0, sheet.sheet_latitude(longitude, 20.0)) == 1.0)


def test_neutral_line_of_a_plane_is_the_tilted_sheet():
    around = np.arange(0.0, 360.0, 0.25)
    line = np.degrees(np.arctan(np.tan(np.radians(25.0)) * np.sin(np.radians(around - 40.0))))
    longitude = np.linspace(-100.0, 500.0, 61)
    ours = sheet.neutral_line_latitude(longitude, around[::-1], line[::-1], r=1.3, speed=350.0)
    np.testing.assert_allclose(ours, sheet.sheet_latitude(longitude, 25.0, 40.0, r=1.3, speed=350.0), atol=1e-3)


def test_dipole_tilt_over_a_reversal():
    assert sheet.dipole_sheet_tilt(-50.0, 0.0, 0.0) == 0.0
    assert sheet.dipole_sheet_tilt(0.0, 3.0, -4.0) == pytest.approx(90.0)
    assert sheet.dipole_sheet_tilt(4.0, 0.0, 3.0) == pytest.approx(36.8699, abs=1e-4)


@given(st.floats(0.1, 50.0), st.floats(-180.0, 180.0))
def test_opposite_fields_are_opposite_sectors(b, direction):
    b_x, b_y = b * np.cos(np.radians(direction)), b * np.sin(np.radians(direction))
    assert sheet.spiral_alignment(b_x, b_y) == pytest.approx(-sheet.spiral_alignment(-b_x, -b_y))
    assert sheet.sector_polarity(b_x, b_y, margin=30.0) in (-1.0, 0.0, 1.0)


def test_the_spiral_model_has_the_polarity_of_its_source():
    for sense in (1.0, -1.0):
        field = spiral.spiral_field(1.0, 400.0, 3.0 * sense)
        assert sheet.sector_polarity(-field.b_r, -field.b_phi) == sense
        assert sheet.spiral_alignment(-field.b_r, -field.b_phi) == pytest.approx(sense, abs=1e-4)


def made_up(boundaries, hours=27 * 24, noise=0.9, seed=0, bad=0.0):
    """Hourly fields with given sector boundaries (hours), turbulent, some hours missing."""
    random = np.random.default_rng(seed)
    hour = np.arange(hours)
    sense = np.where(np.searchsorted(boundaries, hour, side="right") % 2 == 0, 1.0, -1.0)
    turn = random.normal(0.0, noise, hours)
    direction = np.radians(47.0) + turn
    b_x, b_y = -4 * sense * np.cos(direction), 4 * sense * np.sin(direction)
    lost = random.random(hours) < bad
    b_x[lost] = np.nan
    return np.datetime64("2007-01-01T00", "h") + hour, b_x, b_y, sense


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_boundaries_in_turbulence_are_found(seed):
    time, b_x, b_y, sense = made_up([150, 340, 500], noise=0.7, seed=seed, bad=0.15)
    found = sheet.find_sectors(time, b_x, b_y)
    crossed = (found.crossing.values - time[0].astype("datetime64[ns]")) / np.timedelta64(1, "h")
    assert crossed.shape == (3,)
    np.testing.assert_allclose(crossed, [149.5, 339.5, 499.5], atol=6.0)
    assert np.nanmean(found.polarity.values == sense) > 0.96


def test_short_reversals_are_no_sectors():
    time, b_x, b_y, _ = made_up([200, 220], noise=0.0)
    assert sheet.find_sectors(time, b_x, b_y, dwell=24.0).sizes["sector"] == 1
    found = sheet.find_sectors(time, b_x, b_y, dwell=18.0)
    assert found.sizes["sector"] == 3
    assert found.purity.values.tolist() == [1.0, 1.0, 1.0]


def test_no_other_sequence_is_better():
    random = np.random.default_rng(3)
    score, penalty = random.normal(0.0, 1.0, 12), 1.3

    def worth(sequence):
        return sequence @ score - penalty * np.count_nonzero(np.diff(sequence))

    every = [np.array([1.0 if k >> j & 1 else -1.0 for j in range(12)]) for k in range(2**12)]
    assert worth(sheet._best_sequence(score, penalty)) == pytest.approx(max(map(worth, every)))


def test_gaps_and_empty_series():
    time, b_x, b_y, _ = made_up([300], noise=0.2)
    b_x[:50] = b_x[-30:] = b_x[280:310] = np.nan
    found = sheet.find_sectors(time, b_x, b_y, np.full(time.size, 400.0))
    assert np.isnan(found.polarity.values[:50]).all()
    assert np.isnan(found.polarity.values[-30:]).all()
    assert found.sizes["boundary"] == 1
    assert float(found.uncertainty[0]) >= 30.0, "a boundary inside a gap is known no better than the gap"
    nothing = sheet.find_sectors(time, np.full(time.size, np.nan), b_y)
    assert nothing.sizes["sector"] == nothing.sizes["boundary"] == 0
    assert np.isnan(sheet.sectors_per_rotation(nothing.crossing.values))


def test_bad_input():
    time, b_x, b_y, _ = made_up([300])
    with pytest.raises(InputError, match="increase"):
        sheet.find_sectors(time[::-1], b_x, b_y)
    with pytest.raises(InputError, match="one length"):
        sheet.find_sectors(time, b_x[1:], b_y)
    with pytest.raises(InputError, match="dwell"):
        sheet.find_sectors(time, b_x, b_y, dwell=0.0)
    with pytest.raises(InputError, match="without NaN"):
        sheet.neutral_line_latitude(0.0, [0.0, 90.0], [1.0, np.nan])


def test_two_sectors_a_rotation_through_2003(shared_data):
    pd = pytest.importorskip("pandas")
    hours = pd.read_csv(shared_data / "solarwind/omni_hourly_2003_gse.csv.gz", parse_dates=["time_utc"])
    found = sheet.find_sectors(hours.time_utc.to_numpy(), hours.Bx_gse_nT, hours.By_gse_nT, hours.V_kms)
    rate = sheet.sectors_per_rotation(found.crossing.values)
    purity = float(found.purity.mean())
    print(f"2003: {found.sizes['boundary']} boundaries, {rate:.2f} sectors a rotation, mean purity {purity:.2f}")
    assert rate == pytest.approx(2.0, abs=0.3)
    assert purity > 0.9

"""The fit of a main field: closed loops, noise, outliers, what cannot be told from the data."""

import math

import numpy as np
import pytest

from sunearth.core.errors import InputError
from sunearth.geomagnetism import field_fit, main_field
from sunearth.geomagnetism import igrf as main
from sunearth.geomagnetism.igrf import GaussCoefficients, GaussSet, igrf14


def coefficient_set(degree=3, **values):
    """A set with the named coefficients, such as g_1_0."""
    tables = {"g": np.zeros((degree + 1, degree + 1)), "h": np.zeros((degree + 1, degree + 1))}
    for name, value in values.items():
        kind, n, m = name.split("_")
        tables[kind][int(n), int(m)] = value
    return GaussSet(tables["g"], tables["h"])


def places(spacing=10.0):
    latitude, longitude = np.meshgrid(np.arange(-85.0, 86.0, spacing), np.arange(0.0, 360.0, spacing))
    return latitude.ravel(), longitude.ravel()


def largest_difference(coefficients, truth):
    return max(np.abs(coefficients.g[0] - truth.g).max(), np.abs(coefficients.h[0] - truth.h).max())


def scattered(count, seed=5):
    random = np.random.default_rng(seed)
    latitude = np.degrees(np.arcsin(random.uniform(-1, 1, count)))
    return random, latitude, random.uniform(-180, 180, count), random.uniform(300.0, 600.0, count)


def test_closed_loop():
    latitude, longitude = places()
    fit = field_fit.gauss_coefficient_fit(
        latitude, longitude, 0.0, *main.igrf("2010-01-01", latitude, longitude), epoch=2010
    )
    assert largest_difference(fit.coefficients, igrf14().at("2010-01-01")) < 1e-6
    assert fit.coefficients.epochs.tolist() == [2010.0]
    assert max(np.abs(fit.residuals.b_north).max(), np.abs(fit.residuals.b_down).max()) < 1e-6
    assert np.isnan(fit.residuals.total).all()
    assert fit.names[:4] == ("g_1_0", "g_1_1", "h_1_1", "g_2_0")
    assert len(fit.names) == 195


def test_missing_data_and_geocentric_places():
    _, latitude, longitude, altitude = scattered(800)
    truth = igrf14().at("2020-01-01")
    r = 1.0 + altitude / 6371.2
    lat, lon = np.radians(latitude), np.radians(longitude)
    x, y, z = r * np.cos(lat) * np.cos(lon), r * np.cos(lat) * np.sin(lon), r * np.sin(lat)
    b = main.synthesize(igrf14(), "2020-01-01", x, y, z)
    outward = b.b_x * np.cos(lon) + b.b_y * np.sin(lon)
    north, east = np.cos(lat) * b.b_z - np.sin(lat) * outward, np.cos(lon) * b.b_y - np.sin(lon) * b.b_x
    down = -np.cos(lat) * outward - np.sin(lat) * b.b_z
    north[::3], east[1::5], down[10:40], altitude[7] = math.nan, math.nan, math.nan, math.nan
    fit = field_fit.gauss_coefficient_fit(latitude, longitude, altitude, north, east, down, geocentric=True)
    assert largest_difference(fit.coefficients, truth) < 1e-5
    assert np.array_equal(np.isnan(fit.residuals.b_down), np.isnan(down) | np.isnan(altitude))


@pytest.mark.parametrize("polarity", [1.0, -1.0])
def test_total_intensities_with_few_vectors(polarity):
    _, latitude, longitude, altitude = scattered(3000)
    b = polarity * np.stack(main.igrf("2020-01-01", latitude, longitude, altitude))
    total = np.linalg.norm(b, axis=0)
    measured = np.arange(3000) % 50 == 0  # 180 components for 195 coefficients
    vectors = np.where(measured, b, math.nan)
    total = np.where(measured, math.nan, total)
    fit = field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *vectors, total)
    g, h = igrf14().at("2020-01-01")
    assert largest_difference(fit.coefficients, GaussSet(polarity * g, polarity * h)) < 0.01
    assert 2 < fit.iterations < 15
    assert np.nanmax(np.abs(fit.residuals.total)) < 1e-3


def test_total_intensities_alone_from_an_axial_dipole():
    _, latitude, longitude, _ = scattered(600)
    truth = coefficient_set(2, g_1_0=-29000.0, g_1_1=-1500.0, h_1_1=4600.0, g_2_0=-2500.0, g_2_1=3000.0, h_2_2=-700.0)
    x, y, z = main_field.place_of(-main_field.local_axes(latitude, longitude)[2], 0.0).T
    held = GaussCoefficients("truth", np.zeros(1), truth.g[None], truth.h[None])
    total = np.linalg.norm(np.stack(main.synthesize(held, "2000-01-01", x, y, z)), axis=0)
    fit = field_fit.gauss_coefficient_fit(latitude, longitude, total=total, degree=2)
    assert largest_difference(fit.coefficients, truth) < 1e-3


def test_sources_outside_are_told_from_those_inside():
    _, latitude, longitude, altitude = scattered(1200)
    b = np.stack(main.igrf("2020-01-01", latitude, longitude, altitude))
    axes = main_field.local_axes(latitude, longitude)
    x, y, z = main_field.place_of(-axes[2], altitude).T
    # a ring current's uniform field along the axis, V = q10 z, and V = s21 sqrt(3) y z
    outside = np.stack([0 * x, -3.0 * math.sqrt(3) * z, -20.0 - 3.0 * math.sqrt(3) * y], axis=-1)
    b = b + np.sum(axes * outside, axis=-1)
    fit = field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *b, external_degree=2)
    assert largest_difference(fit.coefficients, igrf14().at("2020-01-01")) < 1e-5
    assert fit.external.g[1, 0] == pytest.approx(20.0, abs=1e-6)
    assert fit.external.h[2, 1] == pytest.approx(3.0, abs=1e-6)
    rest = np.abs(fit.external.g).sum() + np.abs(fit.external.h).sum() - 23.0
    assert abs(rest) < 1e-4
    assert fit.names[-1] == "s_2_2"


def test_steady_change():
    random, latitude, longitude, altitude = scattered(2500)
    time = np.datetime64("2020-01-01", "ns") + (random.uniform(0, 4.9, 2500) * 365.25 * 86400e9).astype(
        "timedelta64[ns]"
    )
    b = main.igrf(time, latitude, longitude, altitude)
    fit = field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *b, time=time, epoch=2022.0, change=True)
    for year in (2020.0, 2024.5):
        fitted, truth = fit.coefficients.at(year), igrf14().at(year)
        np.testing.assert_allclose(fitted.g, truth.g, atol=1e-4)
        np.testing.assert_allclose(fitted.h, truth.h, atol=1e-4)
    rate = dict(zip(fit.names, fit.values, strict=True))["g_1_0_change"]
    assert rate == pytest.approx((29403.41 - 29350.0) / 5.0, abs=1e-4)
    with pytest.raises(InputError, match="time of each datum"):
        field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *b, change=True)


def test_covariance_tells_the_scatter():
    random, latitude, longitude, altitude = scattered(400)
    truth = coefficient_set(3, g_1_0=-29000.0, h_2_1=-3000.0, g_3_3=800.0)
    held = GaussCoefficients("truth", np.zeros(1), truth.g[None], truth.h[None])
    axes = main_field.local_axes(latitude, longitude)
    place = main_field.place_of(-axes[2], altitude)
    b = np.sum(axes * np.stack(main.synthesize(held, "2000-01-01", *place.T), axis=-1), axis=-1)
    found, squares = [], []
    for _ in range(150):
        noisy = b + random.normal(0.0, 5.0, b.shape)
        fit = field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *noisy, degree=3, vector_error=5.0)
        found.append(fit.values)
        squares.append(fit.chi_square)
    np.testing.assert_allclose(np.std(found, axis=0), fit.standard_errors, rtol=0.25)
    assert np.mean(squares) == pytest.approx(1.0, abs=0.01)
    bias = (np.mean(found, axis=0)[0] + 29000.0) / (fit.standard_errors[0] / math.sqrt(150))
    assert abs(bias) < 4.0


def test_outliers_count_little_with_huber_weights():
    random, latitude, longitude, altitude = scattered(1500)
    b = np.stack(main.igrf("2020-01-01", latitude, longitude, altitude)) + random.normal(0.0, 2.0, (3, 1500))
    b[:, ::20] += 500.0
    truth = igrf14().at("2020-01-01")
    plain, robust = (
        field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *b, vector_error=2.0, huber=huber)
        for huber in (None, 1.5)
    )
    assert largest_difference(robust.coefficients, truth) < 0.15 * largest_difference(plain.coefficients, truth)


def test_damping_keeps_the_core_quiet():
    _, latitude, longitude, altitude = scattered(60)  # fewer data than coefficients
    b = main.igrf("2020-01-01", latitude, longitude, altitude)
    with pytest.raises(InputError, match="do not determine"):
        field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *b)
    powers, misfits = [], []
    for damping in (1e-13, 1e-11, 1e-9):
        fit = field_fit.gauss_coefficient_fit(latitude, longitude, altitude, *b, damping=damping)
        field = fit.coefficients
        n = np.arange(14.0)
        radial = (n + 1) ** 2 / (2 * n + 1) * (6371.2 / 3480.0) ** (2 * n + 4)
        powers.append(float(radial @ np.sum(field.g[0] ** 2 + field.h[0] ** 2, axis=-1)))
        misfits.append(sum(float(np.sum(part**2)) for part in fit.residuals[:3]))
    assert powers[0] > powers[1] > powers[2]
    assert misfits[0] < misfits[1] < misfits[2]


def test_the_fit_refuses_what_it_cannot_do():
    with pytest.raises(InputError, match="degrees from 1"):
        field_fit.gauss_coefficient_fit(0.0, 0.0, b_down=1.0, degree=0)
    latitude, longitude = places(20.0)
    with pytest.raises(InputError, match="do not determine"):  # one meridian says nothing of the others
        field_fit.gauss_coefficient_fit(latitude, 0.0 * longitude, b_north=latitude, b_down=latitude, degree=3)


def test_more_data_than_one_block_holds():
    latitude, longitude = places(5.0)
    fit = field_fit.gauss_coefficient_fit(
        latitude, longitude, 0.0, *main.igrf("2010-01-01", latitude, longitude), degree=13
    )
    assert latitude.size * 3 * 195 > 4e5
    assert largest_difference(fit.coefficients, igrf14().at("2010-01-01")) < 1e-6

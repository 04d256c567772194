"""The potential corona: exact fields, analyses, lines, fluxes, the current sheet and the speed of the wind."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lpmv

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.sun import source_surface
from sunearth.sun.source_surface import PotentialCorona, analyse_map, inner_boundary, synthetic_magnetogram

OUTER = 2.5
DIPOLE = 4.0 / 43.0  # of the radial field of a dipole left at 2.5 solar radii


def harmonic(degree, order=0, sine=False, amplitude=1.0, outer=OUTER):
    g, h = np.zeros((degree + 1, degree + 1)), np.zeros((degree + 1, degree + 1))
    (h if sine else g)[degree, order] = amplitude
    return PotentialCorona(g, h, outer)


def random_corona(degree=8, seed=3):
    rng = np.random.default_rng(seed)
    fall = 1.0 / (1.0 + np.arange(degree + 1.0)[:, None])
    g, h = rng.normal(size=(2, degree + 1, degree + 1)) * fall
    g[0, 0] = 0.0
    h[:, 0] = 0.0
    g[1, 0] = 6.0
    return PotentialCorona(g, h)


@pytest.fixture(scope="module")
def dipole_maps():
    return harmonic(1, amplitude=5.0).solve(5.0)


@pytest.fixture(scope="module")
def corona():
    return PotentialCorona.from_map(synthetic_magnetogram(seed=1), degree=15)


@pytest.fixture(scope="module")
def maps(corona):
    return corona.solve(3.0)


def test_legendre_functions_against_scipy():
    theta = np.linspace(0.05, 3.1, 7)
    p, slope, over = source_surface.legendre(9, theta)
    step = 1e-6
    ahead, behind = (source_surface.legendre(9, theta + d)[0] for d in (step, -step))
    for n in range(10):
        for m in range(n + 1):
            norm = math.sqrt((2 - (m == 0)) * math.factorial(n - m) / math.factorial(n + m)) * (-1) ** m
            assert p[n, m] == pytest.approx(norm * lpmv(m, n, np.cos(theta)), abs=1e-12)
            assert slope[n, m] == pytest.approx((ahead - behind)[n, m] / (2 * step), abs=1e-7)
            if m:
                assert over[n, m] * np.sin(theta) == pytest.approx(p[n, m], abs=1e-13)


def test_dipole_is_exact_everywhere():
    """B_r = c(r) cos, B_theta = d(r) sin with the two falloffs written out for degree 1."""
    r, latitude = np.meshgrid(np.linspace(1.0, OUTER, 6), np.linspace(-90.0, 90.0, 7))
    b = harmonic(1)(r, latitude, 77.0)
    theta, norm = np.radians(90.0 - latitude), 2.0 + OUTER**-3
    assert b.b_r == pytest.approx((2 + (r / OUTER) ** 3) / r**3 / norm * np.cos(theta), abs=1e-14)
    assert b.b_theta == pytest.approx((1 - (r / OUTER) ** 3) / r**3 / norm * np.sin(theta), abs=1e-14)
    assert b.b_phi == pytest.approx(np.zeros_like(r), abs=1e-14)


def test_a_tilted_dipole_is_a_dipole_about_another_axis():
    straight, tilted = harmonic(1), PotentialCorona([[0, 0], [0, 0]], [[0, 0], [0, 1]])
    assert tilted(1.7, 0.0, 90.0).b_r == pytest.approx(straight(1.7, 90.0, 0.0).b_r, rel=1e-14)
    assert tilted(1.7, 30.0, 90.0).b_r == pytest.approx(straight(1.7, 60.0, 0.0).b_r, rel=1e-14)
    assert tilted(1.7, 90.0, 0.0).b_theta == pytest.approx(0.0, abs=1e-15)
    assert abs(tilted(1.7, 90.0, 90.0).b_theta) == pytest.approx(straight(1.7, 0.0, 0.0).b_theta, rel=1e-12)


def test_grid_and_points_agree():
    corona = random_corona(12)
    latitude, longitude = np.array([-90.0, -41.0, 3.0, 88.0, 90.0]), np.array([0.0, 33.0, 200.0, 359.0])
    grid = corona.on_sphere(1.4, latitude, longitude)
    points = corona(1.4, latitude[:, None], longitude)
    for a, b in zip(grid, points, strict=True):
        assert a == pytest.approx(b, rel=1e-11, abs=1e-12)


def test_field_has_neither_divergence_nor_curl():
    """Central differences of the Cartesian field, which fall with the square of the step."""
    corona = random_corona(6)

    def cartesian(x):
        r, flat = np.linalg.norm(x), np.hypot(x[0], x[1])
        b = corona(r, np.degrees(np.arctan2(x[2], flat)), np.degrees(np.arctan2(x[1], x[0])))
        out = b.b_r * x / r
        out += b.b_theta * np.array([x[0] * x[2] / flat, x[1] * x[2] / flat, -flat]) / r
        return out + b.b_phi * np.array([-x[1], x[0], 0.0]) / flat

    def jacobian(x, step):
        sides = [(cartesian(x + step * e) - cartesian(x - step * e)) / (2 * step) for e in np.eye(3)]
        return np.array(sides)

    faults = []
    for step in (1e-2, 5e-3):
        worst = 0.0
        for x in ([1.0, 0.6, 0.5], [-0.4, 1.3, -1.2], [0.1, 0.05, 1.6]):
            j = jacobian(np.array(x), step)
            worst = max(worst, abs(np.trace(j)), np.abs(j - j.T).max())
        faults.append(worst)
    assert faults[1] < 0.02
    assert math.log2(faults[0] / faults[1]) == pytest.approx(2.0, abs=0.15)


def test_field_is_radial_on_the_source_surface_and_as_given_on_the_photosphere():
    corona = random_corona()
    latitude, longitude = np.linspace(-80, 80, 9), np.linspace(0, 300, 5)
    top = corona.on_sphere(OUTER, latitude, longitude)
    assert np.abs(top.b_theta).max() < 1e-14
    assert np.abs(top.b_phi).max() < 1e-14
    g, h = corona.g, corona.h
    below = corona.on_sphere(1.0, latitude, longitude).b_r
    p = source_surface.legendre(corona.degree, np.radians(90 - latitude))[0]
    assert below == pytest.approx(source_surface._synthesise(g, h, p, longitude), abs=1e-12)


def test_outside_the_shell_and_nan():
    corona = harmonic(1)
    assert np.isnan(corona([0.99, 2.51, np.nan], 10.0, 0.0).b_r).all()
    assert np.isnan(corona.footpoints([np.nan, 0.5, 3.0, 2.0], [0.0, 0.0, 0.0, np.nan], 0.0).latitude).all()


@pytest.mark.parametrize("grid", ["latitude", "sine"])
@pytest.mark.parametrize("method", ["fit", "projection"])
def test_harmonics_come_back_from_a_map(grid, method):
    """A fit is exact on either grid; integrals are within the order of the squared cell."""
    corona = random_corona(7)
    errors = []
    for rows in (60, 120):
        centres = -1 + 2 / rows * (np.arange(rows) + 0.5)
        latitude = np.degrees(np.arcsin(centres)) if grid == "sine" else 90.0 * centres
        longitude = 360 / rows * (np.arange(rows) + 0.25)
        b_r = 0.3 + corona.on_sphere(1.0, latitude, longitude).b_r
        found = analyse_map(b_r, latitude, longitude, degree=7, method=method)
        errors.append(max(np.abs(found.g - corona.g).max(), np.abs(found.h - corona.h).max()))
        if method == "fit":
            assert found.monopole == pytest.approx(0.3, abs=1e-12)
            assert found.residual < 1e-11
    if method == "fit":
        assert max(errors) < 1e-11
    else:
        assert errors[1] < 0.05
        assert math.log2(errors[0] / errors[1]) > 1.7


def test_analysis_takes_labels_order_and_units():
    corona = random_corona(5)
    latitude, longitude = np.arange(-85.0, 90.0, 10.0), np.arange(5.0, 360.0, 10.0)
    b_r = corona.on_sphere(1.0, latitude, longitude).b_r
    coords = {"sin_latitude": np.sin(np.radians(latitude)), "longitude": longitude}
    label = xr.DataArray(b_r * 1e-4, coords, ("sin_latitude", "longitude"), attrs={"units": "T"})
    assert analyse_map(label.T, degree=5).g == pytest.approx(corona.g, abs=1e-12)
    turned = analyse_map(np.roll(b_r[::-1], 4, axis=1), latitude[::-1], np.roll(longitude, 4) - 360.0, degree=5)
    assert turned.h == pytest.approx(corona.h, abs=1e-12)


def test_missing_poles():
    corona = harmonic(2, 1, amplitude=2.0)
    latitude, longitude = np.arange(-87.0, 90.0, 6.0), np.arange(3.0, 360.0, 6.0)
    b_r = corona.on_sphere(1.0, latitude, longitude).b_r + 6.0 * np.sin(np.radians(latitude))[:, None]
    b_r[np.abs(latitude) > 75.0] = np.nan
    with pytest.raises(InputError, match="missing, between latitudes -87 and 87"):
        analyse_map(b_r, latitude, longitude)
    zero, smooth = (analyse_map(b_r, latitude, longitude, 9, missing=m) for m in ("zero", "smooth"))
    assert smooth.filled == pytest.approx(1.0 - math.sin(math.radians(78.0)), rel=1e-9)
    assert abs(smooth.g[1, 0] - 6.0) < 0.05 < abs(zero.g[1, 0] - 6.0)


def test_bad_maps_are_refused():
    latitude, longitude = np.arange(-85.0, 90.0, 10.0), np.arange(5.0, 360.0, 10.0)
    b_r = np.ones((18, 36))
    for arguments, message in (
        ((b_r[:, :20], latitude, longitude[:20]), "around the circle"),
        ((b_r, latitude, longitude[:-1]), "longitudes"),
        ((b_r, latitude + 10.0, longitude), "within -90 to 90"),
        ((b_r, latitude, longitude, 18), "may end at degree 1 to 17"),
        ((b_r * np.nan, latitude, longitude, 5, "zero"), "missing"),
        ((b_r,), "give the latitudes"),
    ):
        with pytest.raises(InputError, match=message):
            analyse_map(*arguments)
    sine = np.degrees(np.arcsin(-1 + 2 / 60 * (np.arange(60) + 0.5)))
    with pytest.raises(InputError, match="do not hold harmonics of degree 50"):
        analyse_map(np.ones((60, 120)), sine, 3.0 * np.arange(120), 50)
    for option in ({"missing": "guess"}, {"method": "guess"}):
        with pytest.raises(UnknownNameError):
            analyse_map(b_r, latitude, longitude, **option)
    with pytest.raises(InputError, match="no monopole"):
        PotentialCorona(np.ones((2, 2)), np.zeros((2, 2)))
    with pytest.raises(InputError, match="source surface"):
        PotentialCorona([[0, 0], [1, 0]], np.zeros((2, 2)), 1.0)


@pytest.mark.parametrize("method", ["exact", "grid"])
def test_lines_of_a_dipole_keep_its_flux(method):
    """r^2 c(r) sin^2(theta) is constant along a line, so the open ones start above sin^2 = 25/43 (40.3 deg)."""
    theta = np.radians([3.0, 20.0, 50.0, 75.0, 89.0])
    foot = harmonic(1).footpoints(OUTER, 90.0 - np.degrees(theta), 123.0, method=method)
    expected = np.degrees(np.arcsin(np.sin(theta) * math.sqrt(OUTER**2 * DIPOLE)))
    assert 90.0 - foot.latitude == pytest.approx(expected, abs=2e-4 if method == "exact" else 5e-3)
    assert foot.longitude == pytest.approx(123.0, abs=1e-3)
    rim = 90.0 - math.degrees(math.asin(math.sqrt(25 / 43)))
    up = harmonic(1).footpoints(1.0, [rim + 0.05, rim - 0.05, -rim - 0.05, -rim + 0.05], 10.0, outward=True,
                                method=method)  # fmt: skip
    assert up.connected.tolist() == [1.0, 0.0, 1.0, 0.0]
    assert up.latitude[1] == pytest.approx(-(rim - 0.05), abs=0.01)


def test_lines_of_a_quadrupole_keep_its_flux():
    """r^2 c(r) cos(theta) sin^2(theta) is constant for the axial quadrupole."""
    corona = harmonic(2)
    theta = np.radians([10.0, 40.0, 60.0])
    top, bottom = (corona(r, 90.0, 0.0).b_r * r**2 for r in (OUTER, 1.0))
    foot = np.radians(90.0 - corona.footpoints(OUTER, 90.0 - np.degrees(theta), 5.0).latitude)
    assert bottom * np.cos(foot) * np.sin(foot) ** 2 == pytest.approx(
        top * np.cos(theta) * np.sin(theta) ** 2, rel=1e-5
    )


def test_there_and_back_again(corona):
    """Down to the photosphere and up again ends where it began."""
    latitude, longitude = np.array([70.0, 35.0, -20.0, -60.0]), np.array([10.0, 100.0, 220.0, 310.0])
    foot = corona.footpoints(OUTER, latitude, longitude)
    back = corona.footpoints(1.0, foot.latitude, foot.longitude, outward=True)
    assert back.connected.tolist() == [1.0] * 4
    assert back.latitude == pytest.approx(latitude, abs=0.02)
    assert back.longitude == pytest.approx(longitude, abs=0.02)


def test_fast_lines_end_where_exact_ones_do(corona):
    rng = np.random.default_rng(1)
    latitude, longitude = np.degrees(np.arcsin(rng.uniform(-1, 1, 100))), rng.uniform(0, 360, 100)
    exact, fast = (corona.footpoints(OUTER, latitude, longitude, method=m) for m in ("exact", "grid"))
    a, b = (np.stack(source_surface._cartesian(1.0, e.latitude, e.longitude)) for e in (exact, fast))
    apart = np.degrees(2 * np.arcsin(0.5 * np.linalg.norm(a - b, axis=0)))
    assert np.median(apart) < 5e-3
    assert apart.max() < 0.3


def test_traced_lines(corona):
    lines = corona.trace(1.0, [85.0, -85.0, 0.0], [10.0, 10.0, np.nan], points=50)
    assert lines["open"].values.tolist() == [1, -1, 0]
    r = np.sqrt(lines.x**2 + lines.y**2 + lines.z**2).values
    assert r[0, 0] == pytest.approx(1.0, abs=1e-6)
    assert r[0, -1] == pytest.approx(OUTER, abs=1e-6)
    assert r[1, -1] == pytest.approx(1.0, abs=1e-6)
    assert r[1, 0] == pytest.approx(OUTER, abs=1e-6)
    assert np.isnan(r[2]).all()
    assert np.nanmax(r) <= OUTER + 1e-9
    foot = corona.footpoints(1.0, 85.0, 10.0, outward=True)
    end = lines.isel(line=0, point=-1)
    assert math.degrees(math.asin(end.z / OUTER)) == pytest.approx(foot.latitude, abs=1e-3)
    assert end.b.item() == pytest.approx(abs(corona(OUTER, foot.latitude, foot.longitude).b_r), rel=1e-3)


def test_maps_of_a_dipole_are_exact(dipole_maps):
    """Expansion and rim distance in closed form, from the conserved flux."""
    column = dipole_maps.isel(longitude=7)
    theta = np.radians(90.0 - column.latitude.values)
    opening = math.sqrt(OUTER**2 * DIPOLE)
    foot = np.arcsin(np.sin(theta) * opening)
    expansion = np.cos(foot) / (OUTER**2 * DIPOLE * np.abs(np.cos(theta)))
    assert column.expansion.values == pytest.approx(expansion, rel=1e-3)
    rim = np.degrees(np.arcsin(opening) - foot)
    assert column.boundary_distance.values == pytest.approx(rim, abs=0.15)
    assert dipole_maps.sheet_latitude.values == pytest.approx(0.0, abs=1e-9)
    assert np.all(column.polarity.values == np.sign(column.latitude.values))
    speed = column.speed.values
    assert speed.argmin() in (17, 18)
    assert np.all(np.diff(speed[:16]) < 0.0)
    flux = 5.0 * DIPOLE * 2 * math.pi * OUTER**2 * 1e-4 * 6.957e8**2 * 1e-9
    assert dipole_maps.open_flux.item() == pytest.approx(flux, rel=1e-3)


def test_open_flux_balances(corona, maps):
    """What leaves the open cells of the photosphere is what passes the source surface; in and out are equal."""
    assert maps.attrs["lines_lost"] == 0
    assert maps.open_flux_photosphere.item() == pytest.approx(maps.open_flux.item(), rel=0.05)
    finer = corona.solve(1.5)
    assert finer.open_flux_photosphere.item() == pytest.approx(finer.open_flux.item(), rel=0.015)
    assert finer.open_flux.item() == pytest.approx(maps.open_flux.item(), rel=1e-3)
    assert maps.open_flux < maps.unsigned_flux
    weight = np.cos(np.radians(maps.latitude))
    assert abs(float((maps.b_source * weight).sum())) < 1e-3 * float((abs(maps.b_source) * weight).sum())


def test_polarity_is_kept_along_open_lines(corona, maps):
    feet = corona(1.0, maps.foot_latitude.values, maps.foot_longitude.values).b_r
    assert np.all(np.sign(feet) == maps.polarity.values)
    assert np.all(maps.expansion.values > 0)
    assert np.all(maps.boundary_distance.values >= 0)
    assert float(maps.speed.min()) > 285.0
    assert float(maps.speed.max()) < 910.0


def test_sheet_of_a_tilted_dipole_is_a_plane():
    tilt = 25.0
    corona = PotentialCorona([[0, 0], [math.cos(math.radians(tilt)), math.sin(math.radians(tilt))]], np.zeros((2, 2)))
    longitude = np.arange(0.0, 360.0, 17.0)
    plane = np.degrees(np.arctan(-math.tan(math.radians(tilt)) * np.cos(np.radians(longitude))))
    assert corona.sheet_latitude(longitude) == pytest.approx(plane, abs=1e-6)
    (line,) = corona.neutral_line()
    on_plane = np.degrees(np.arctan(-math.tan(math.radians(tilt)) * np.cos(np.radians(line[:, 0]))))
    assert line[:, 1] == pytest.approx(on_plane, abs=1e-3)
    assert np.isnan(harmonic(2).sheet_latitude([0.0, 90.0])).all()


def test_sheet_is_where_the_field_vanishes(corona):
    longitude = np.arange(0.0, 360.0, 30.0)
    latitude = corona.sheet_latitude(longitude)
    assert np.abs(corona(OUTER, latitude, longitude).b_r).max() < 1e-9


def test_against_the_finite_difference_solution_of_a_peer():
    """Feet of lines by sunkit-magex 1.1.0 (180 x 360 cells equal in area, 60 shells), on the same photosphere.

    Its radial field on the source surface differs by 0.7 % root mean square, its signs in 47 of 64800 cells: its own
    error of discretisation, as the exact solutions above show. Its first line starts where longitudes converge.
    """
    corona = PotentialCorona.from_map(synthetic_magnetogram(seed=1), degree=15)
    latitude = [60.0, 30.0, -30.0, -60.0, -85.0, 45.0, 5.0]
    longitude = [100.0, 200.0, 300.0, 50.0, 150.0, 250.0, 330.0]
    peer = np.array(
        [
            [69.655, 84.387], [57.031, 199.491], [-50.096, 287.898], [-71.159, 53.508],
            [-80.824, 173.312], [62.653, 254.285], [44.763, 319.859],
        ]
    )  # fmt: skip
    foot = corona.footpoints(2.499, latitude, longitude)
    a = np.stack(source_surface._cartesian(1.0, foot.latitude, foot.longitude))
    b = np.stack(source_surface._cartesian(1.0, peer[:, 0], peer[:, 1]))
    assert np.degrees(np.linalg.norm(a - b, axis=0)).max() < 1.3


def test_coefficients_of_the_potential():
    g = [[0.0, 0.0, 0.0], [2.0, 0.5, 0.0], [0.0, 0.0, 1.0]]
    corona = PotentialCorona.from_potential(g, np.zeros((3, 3)))
    assert corona.g[1, 1] == pytest.approx(0.5 * (2 + 1 / 2.5**3))
    assert corona.g[2, 2] == pytest.approx(3 + 2 / 2.5**5)


def test_inner_boundary(maps):
    row = inner_boundary(maps, 0.0, transit_speed=math.inf)
    assert row.attrs["shift"] == 0.0
    both = maps.speed.sel(latitude=[-1.5, 1.5]).mean("latitude").values
    assert row.values == pytest.approx(both)
    late = inner_boundary(maps, 0.0, radius=21.5, transit_speed=217.0)
    assert late.attrs["shift"] == pytest.approx(10.0, abs=0.02)  # 19 R_sun at 217 km/s take 16.9 h
    at = late.longitude.values
    assert late.values == pytest.approx(np.interp(at + late.attrs["shift"], at, row.values, period=360.0))
    holed = maps.copy()
    holed["speed"] = maps.speed.where(maps.longitude > 30.0)
    assert np.isfinite(inner_boundary(holed)).all()
    with pytest.raises(InputError, match="no speed is known"):
        inner_boundary(maps.assign(speed=maps.speed * np.nan))
    with pytest.raises(InputError, match="below the source surface"):
        inner_boundary(maps, radius=2.0)


def test_magnetogram_in_wind_at_earth_out(maps):
    from sunearth.heliosphere.upwind import UpwindWind

    wind = UpwindWind(inner=21.5, outer=220.0, longitudes=(0.0,)).solve(
        boundary=inner_boundary(maps, 5.0), duration=48.0, start="2020-03-01"
    )
    speed = wind.observer_speed.values
    assert np.all(np.isfinite(speed))
    assert 250.0 < speed.min() < speed.max() < 1050.0


def test_options_are_checked(corona, maps):
    with pytest.raises(InputError, match="divide 180"):
        corona.solve(7.0)
    with pytest.raises(UnknownNameError):
        corona.solve(30.0, speed="fastest")
    with pytest.raises(UnknownNameError):
        corona.footpoints(2.0, 0.0, 0.0, method="guess")
    steps = []
    own = corona.solve(15.0, speed=lambda f, d: 300.0 + d, progress=lambda *a: steps.append(a))
    assert own.speed.values == pytest.approx(300.0 + own.boundary_distance.values)
    assert steps[-1][1:] == (4, 4)
    other = corona.solve(15.0, speed="hole_distance", method="exact")
    assert float(other.speed.max()) <= 650.0
    for name, variable in maps.data_vars.items():
        assert {"units", "long_name", "references"} <= variable.attrs.keys(), name


@settings(max_examples=30, deadline=None)
@given(st.floats(1.0, 500.0), st.floats(0.0, 40.0))
def test_speed_relations_stay_between_their_ends(expansion, distance):
    speed = float(source_surface.wang_sheeley_arge(expansion, distance))
    assert 285.0 < speed < 910.0
    assert 250.0 < float(source_surface.hole_distance_speed(distance)) <= 650.0


def test_kernels_run_without_compilation():
    """The recurrence in plain Python gives what the compiled one does."""
    from sunearth.sun import _source_surface_kernels as kernels

    corona = random_corona(5)
    record = corona._exact_record
    x, y, z = 0.9, -0.7, 1.1
    plain = getattr(kernels.harmonic_field, "py_func", kernels.harmonic_field)
    assert plain(record, x, y, z) == pytest.approx(kernels.harmonic_field(record, x, y, z), rel=1e-13)
    grid = corona._grid_record()
    assert kernels.gridded_shell(grid, x, y, z) == pytest.approx(plain(record, x, y, z), rel=2e-4, abs=1e-4)
    plain = getattr(kernels.gridded_shell, "py_func", kernels.gridded_shell)
    for point in ((x, y, z), (1e-9, 0.0, 1.5), (-1e-3, 1e-3, -1.5), (2.0, 2.0, 2.0)):
        assert plain(grid, *point) == pytest.approx(kernels.harmonic_field(record, *point), rel=2e-3, abs=2e-4)

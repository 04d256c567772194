"""Flux transfer events: ropes recovered from what they are made of, detection among noise and gaps."""

import numpy as np
import pytest
from scipy import integrate

from sunearth.core.errors import InputError
from sunearth.heliosphere.cme import lundquist
from sunearth.magnetosphere.flux_transfer_events import (
    BESSEL_ZERO,
    detect_flux_transfer_events,
    equivalent_potential,
    event_rate,
    fit_flux_rope,
    rope_along_path,
    rope_flux,
)

START = np.datetime64("2007-06-01", "ns")
VELOCITY = np.array([-150.0, 40.0, 60.0])


def unit(*components):
    return np.array(components) / np.linalg.norm(components)


def test_the_rope_is_free_of_force():
    """Curl B = alpha B: of the axial field -dB_z/dr, of the azimuthal one d(r B_phi)/dr / r."""
    r = np.linspace(1.0, 2999.0, 6001)
    b_z, b_phi = lundquist(r / 3000.0, 40.0)
    alpha = BESSEL_ZERO / 3000.0
    np.testing.assert_allclose(-np.gradient(b_z, r)[1:-1], alpha * b_phi[1:-1], atol=1e-6)
    np.testing.assert_allclose((np.gradient(r * b_phi, r) / r)[1:-1], alpha * b_z[1:-1], atol=1e-6)


def test_flux_is_the_integral_of_the_field():
    axial, _ = integrate.quad(lambda r: 2 * np.pi * r * lundquist(r / 3000.0, 40.0).axial, 0, 3000.0)
    azimuthal, _ = integrate.quad(lambda r: lundquist(r / 3000.0, 40.0).azimuthal, 0, 3000.0)
    flux = rope_flux(40.0, 3000.0, 1000.0)
    assert flux.axial == pytest.approx(axial * 1e-9, rel=1e-10)  # nT km^2 in MWb
    assert flux.azimuthal == pytest.approx(azimuthal * 1000.0 * 1e-9, rel=1e-10)


def test_potential_is_flux_over_time():
    assert equivalent_potential(10.0, 8.0) == pytest.approx(20.8333, rel=1e-5)
    assert equivalent_potential(60.0, 1.0) == pytest.approx(1000.0)


def passage(impact, handedness, axis, radius=5000.0, core=50.0, count=81):
    across = np.linalg.norm(np.cross(VELOCITY, axis))
    half = radius * np.sqrt(1 - impact**2) / across
    seconds = np.linspace(-half, half, count)
    return seconds, rope_along_path(seconds, axis, core, radius, impact, handedness, VELOCITY)


@pytest.mark.parametrize("handedness", [1, -1])
@pytest.mark.parametrize("impact", [-0.95, -0.6, 0.0, 0.3, 0.8])
def test_a_rope_is_recovered_at_any_impact_parameter(impact, handedness):
    axis = unit(0.3, -0.8, 0.5)
    seconds, b = passage(impact, handedness, axis)
    fit = fit_flux_rope(seconds + 7.0, b, VELOCITY)
    np.testing.assert_allclose(fit.axis, axis, atol=1e-6)
    assert fit.b_core == pytest.approx(50.0, rel=1e-6)
    assert fit.radius == pytest.approx(5000.0, rel=1e-6)
    assert fit.impact == pytest.approx(impact, abs=1e-6)
    assert fit.handedness == handedness
    assert fit.closest == pytest.approx(7.0, abs=1e-5)
    assert fit.flux == pytest.approx(rope_flux(50.0, 5000.0).axial, rel=1e-5)
    assert fit.residual < 1e-7


def test_a_rope_seen_in_part_is_recovered_too():
    """Two thirds of a passage, off its middle, with gaps: nothing says where the edges are."""
    axis = unit(-0.2, 0.9, 0.1)
    seconds, b = passage(0.4, 1, axis)
    part = slice(5, 60)
    made = b[part].copy()
    made[[3, 20]] = np.nan
    fit = fit_flux_rope(seconds[part], made, VELOCITY)
    assert fit.radius == pytest.approx(5000.0, rel=1e-5)
    assert fit.impact == pytest.approx(0.4, abs=1e-5)
    assert fit.closest == pytest.approx(0.0, abs=1e-4)


def test_edges_that_are_known_fix_the_radius():
    seconds, b = passage(0.5, -1, unit(0.1, 0.2, 0.9))
    fit = fit_flux_rope(seconds, b, VELOCITY, edges=True)
    assert fit.radius == pytest.approx(5000.0, rel=1e-6)
    assert fit.handedness == -1


def test_noise_moves_the_fit_as_its_errors_say():
    """Over 12 realisations the deviations have the size of the stated errors."""
    axis, rng = unit(0.3, -0.8, 0.5), np.random.default_rng(5)
    seconds, b = passage(0.4, 1, axis)
    scaled = []
    for _ in range(12):
        fit = fit_flux_rope(seconds, b + 2.0 * rng.normal(size=b.shape), VELOCITY, handedness=1)
        off = {"b_core": fit.b_core - 50.0, "radius": fit.radius - 5000.0, "impact": fit.impact - 0.4}
        off["axis"] = np.arccos(min(1.0, fit.axis @ axis))
        scaled.append([off[name] / fit.error[name] for name in ("b_core", "radius", "impact", "axis")])
        assert abs(off["b_core"]) < 3.0
        assert off["axis"] < np.deg2rad(10.0)
    size = np.sqrt((np.array(scaled) ** 2).mean(axis=0))
    assert ((size > 0.5) & (size < 1.7)).all()


def test_the_wrong_handedness_fits_badly():
    seconds, b = passage(0.3, 1, unit(0.3, -0.8, 0.5))
    assert fit_flux_rope(seconds, b, VELOCITY, handedness=-1).residual > 0.05


def test_a_fit_refuses_what_it_cannot_use():
    seconds, b = passage(0.0, 1, unit(0.0, 1.0, 0.0))
    with pytest.raises(InputError, match="8 samples"):
        fit_flux_rope(seconds[:5], b[:5], VELOCITY)
    with pytest.raises(InputError, match="velocity"):
        fit_flux_rope(seconds, b, [0.0, 0.0, 0.0])


def series(centres=(600.0, 1500.0, 2400.0), signs=(1, -1, 1), noise=1.0, core=20.0, length=3000, seed=1):
    """Boundary-normal components with one event at each centre: peaks of B_N 30 s before and after."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(float(length))
    b = np.tile([20.0, 5.0, 0.0], (length, 1)) + noise * rng.normal(size=(length, 3))
    for centre, sign in zip(centres, signs, strict=True):
        s = (seconds - centre) / 30.0
        b[:, 2] += -sign * 12.0 * s * np.exp(0.5 - s**2 / 2)
        b[:, 0] += core * np.exp(-(s**2) / 2)
    return START + (seconds * 1e9).astype("timedelta64[ns]"), b


def test_events_are_found_with_their_polarity_and_size():
    time, b = series()
    found = detect_flux_transfer_events(time, b)
    at = (found.time.values - START) / np.timedelta64(1, "s")
    np.testing.assert_allclose(at, [600.0, 1500.0, 2400.0], atol=10.0)
    assert found.polarity.values.tolist() == [1, -1, 1]
    assert set(found.kind.values.tolist()) == {"rope"}
    np.testing.assert_allclose(found.swing, 24.0, rtol=0.3)  # noise only adds to extremes
    np.testing.assert_allclose(found.duration, 60.0, rtol=0.5)
    np.testing.assert_allclose(found.strength, 40.0 / 20.6, rtol=0.1)


def test_craters_are_told_from_ropes_and_plain_swings_from_events():
    assert set(detect_flux_transfer_events(*series(core=-16.0, noise=0.3)).kind.values.tolist()) == {"crater"}
    time, b = series(core=0.0, noise=0.0)
    b[:, 0] = np.sqrt(np.maximum(25.0**2 - b[:, 1] ** 2 - b[:, 2] ** 2, 0.0))  # a turn of constant strength
    assert detect_flux_transfer_events(time, b).sizes["event"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_makes_no_events(seed):
    time, b = series((), (), noise=3.0, seed=seed)
    assert detect_flux_transfer_events(time, b).sizes["event"] == 0


def test_one_sided_pulses_are_no_events():
    time, b = series((), (), noise=0.0)
    b[1000:1060, 2] += 15.0 * np.sin(np.linspace(0, np.pi, 60))
    b[1000:1060, 0] += 20.0
    assert detect_flux_transfer_events(time, b).sizes["event"] == 0


def test_detection_turns_with_the_frame():
    time, b = series()
    q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))
    plain, turned = detect_flux_transfer_events(time, b), detect_flux_transfer_events(time, b @ q.T, normal=q[:, 2])
    np.testing.assert_array_equal(plain.time, turned.time)
    np.testing.assert_allclose(plain.swing, turned.swing)


def test_gaps_are_tolerated_but_not_inside_an_event():
    time, b = series()
    b[[590, 1495, 1496]] = np.nan
    assert detect_flux_transfer_events(time, b).sizes["event"] == 3
    b[1470:1532] = np.nan  # a third of the longest event that may be, or more
    assert detect_flux_transfer_events(time, b).sizes["event"] == 2
    assert detect_flux_transfer_events(time, np.full_like(b, np.nan)).sizes["event"] == 0


def test_a_recovered_rope_from_found_to_fitted():
    """A rope is put into a sheath, found without help, and fitted from extreme to extreme."""
    axis, velocity = unit(0.1, 1.0, 0.2), np.array([0.0, 0.0, 120.0])
    across = np.linalg.norm(np.cross(velocity, axis))
    half = 4000.0 * np.sqrt(1 - 0.2**2) / across
    seconds = np.arange(-600.0, 600.0)
    rope = rope_along_path(seconds, axis, 60.0, 4000.0, 0.2, 1, velocity)
    b = np.where(np.isfinite(rope), rope, [0.0, 15.0, 15.0])
    found = detect_flux_transfer_events(START + (seconds * 1e9).astype("timedelta64[ns]"), b, normal=[1.0, 0, 0])
    assert found.sizes["event"] == 1
    # the normal field peaks where J1 does, at 1.8412 / 2.4048 of the radius (for a central passage)
    assert found.duration.values[0] == pytest.approx(2 * 0.7656 * 4000.0 / across, abs=2.5)
    part = np.abs(seconds) < half
    fit = fit_flux_rope(seconds[part], b[part], velocity)
    assert fit.b_core == pytest.approx(60.0, rel=1e-5)
    assert fit.flux == pytest.approx(rope_flux(60.0, 4000.0).axial, rel=1e-5)


def test_rate_counts_over_the_series():
    time, b = series()
    rate, interval = event_rate(time, detect_flux_transfer_events(time, b))
    assert rate == pytest.approx(3 / (2999 / 3600))
    assert interval == pytest.approx(15.0, rel=0.02)
    assert np.isnan(event_rate(time, np.array([], "datetime64[ns]"))[1])


def test_detection_refuses_bad_input():
    time, b = series()
    with pytest.raises(InputError, match="ascend"):
        detect_flux_transfer_events(time[::-1], b)
    with pytest.raises(InputError, match="shape"):
        detect_flux_transfer_events(time, b[:, :2])
    with pytest.raises(InputError, match="positive and ascend"):
        detect_flux_transfer_events(time, b, shortest="5min")


@pytest.mark.parametrize("impact", [0.0, -0.6])
def test_along_a_path_the_strength_is_that_of_the_rope(impact):
    seconds = np.linspace(-40.0, 40.0, 9)
    met = rope_along_path(seconds, unit(1.0, 2.0, -1.0), 40.0, 9000.0, impact, -1, VELOCITY)
    drift = np.linalg.norm(np.cross(VELOCITY, unit(1.0, 2.0, -1.0)))
    field = lundquist(np.hypot(drift * seconds / 9000.0, impact), 40.0)
    np.testing.assert_allclose(np.linalg.norm(met, axis=-1), np.hypot(field.axial, field.azimuthal), rtol=1e-12)


def test_shapes_that_do_not_fit_and_empty_fields_are_named():
    with pytest.raises(InputError, match="shape"):
        fit_flux_rope(np.arange(9.0), np.ones((10, 3)), VELOCITY)
    with pytest.raises(InputError, match="zero throughout"):
        fit_flux_rope(np.arange(9.0), np.zeros((9, 3)), VELOCITY)
    time = START + np.arange(100) * np.timedelta64(1, "s")
    with pytest.raises(InputError, match="three components"):
        detect_flux_transfer_events(time, np.ones((100, 3)), normal=[1.0, 0.0])

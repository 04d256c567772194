"""Resonance and quasi-linear diffusion, against a plain second evaluation, published numbers and particles followed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import constants as C
from scipy.optimize import brentq
from scipy.special import erf, jv

from sunearth.core.constants import DIPOLE_EQUATORIAL_FIELD
from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.trapped import dipole_integrals, mirror_latitude
from sunearth.magnetosphere import _wave_particle_kernels as kernels
from sunearth.magnetosphere.cold_plasma import gyrofrequency, refractive_index_squared, resonance_cone
from sunearth.magnetosphere.wave_particle import (
    Waves,
    diffusion_coefficients,
    glauert_horne_2005,
    ion_cyclotron_waves,
    kennel_petschek_1966,
    lower_band_chorus,
    plasmaspheric_hiss,
    resonance_curve,
    resonant_energy,
    summers_2005,
    upper_band_chorus,
)

REST = C.m_e * C.c**2 / C.e / 1e3
MASS_RATIO = C.m_e / C.m_p


# Resonance ------------------------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(
    st.floats(0.05, 0.6),
    st.floats(0.0, 0.8),
    st.floats(0.0, 1.4),
    st.floats(1.0, 500.0),
    st.sampled_from([0, 1, 2, -1]),
)
def test_resonant_particles_fulfil_the_condition(ratio, theta, pitch_angle, n_e, harmonic):
    b = 250.0
    f_ce = float(gyrofrequency(b))
    energy = float(resonant_energy(ratio * f_ce, b, n_e, pitch_angle, theta, harmonic=harmonic))
    if np.isnan(energy):
        return
    gamma = 1 + energy / REST
    n = np.sqrt(float(refractive_index_squared(ratio * f_ce, theta, b, n_e).right))
    doppler = n * np.cos(theta) * np.sqrt(1 - gamma**-2) * np.cos(pitch_angle)
    # Against the wave or with it.
    misses = [1 + sense * doppler - harmonic / (ratio * gamma) for sense in (1, -1)]
    assert min(abs(m) for m in misses) < 1e-6 * (1 + abs(harmonic) / ratio)


def test_resonance_curve_is_a_conic_through_the_least_energy():
    curve = resonance_curve(2445.5, 249.6, 10.0)
    assert float(curve["energy"].min()) == pytest.approx(float(resonant_energy(2445.5, 249.6, 10.0)))
    assert (curve["p_parallel"] < 0).all()
    overtaking = resonance_curve(2.0, 249.6, 200.0, harmonic=-1, mode="left")
    assert (overtaking["p_parallel"] > 0).all()


@pytest.mark.parametrize(
    ("frequency", "wave"),
    [
        (2445.5, {}),
        (100.0, {"species": "proton"}),
        (2.0, {"species": "proton", "mode": "left"}),
        (2.0, {"harmonic": -1, "mode": "left"}),
        (2445.5, {"harmonic": 0}),
        (2445.5, {"harmonic": 2, "theta": 0.3}),
    ],
)
def test_resonance_curve_goes_the_right_way_along_the_field(frequency, wave):
    b, n_e, theta = 249.6, 50.0, wave.get("theta", 0.0)
    curve = resonance_curve(frequency, b, n_e, [0.0, 0.4], **wave)
    gamma = np.sqrt(1 + curve["p_parallel"].values ** 2 + curve["p_perpendicular"].values ** 2)
    n2 = getattr(refractive_index_squared(frequency, theta, b, n_e), wave.get("mode", "right"))
    doppler = np.sqrt(n2) * np.cos(theta) * curve["p_parallel"].values / gamma
    turn = wave.get("harmonic", 1) * float(gyrofrequency(b, wave.get("species", "electron"))) / frequency
    np.testing.assert_allclose(1 - doppler - turn / gamma, 0.0, atol=1e-9 * (1 + abs(turn)))


def test_dense_plasma_and_slow_electrons_are_those_of_kennel_and_petschek():
    f_ce = float(gyrofrequency(100.0))
    exact = resonant_energy(0.4 * f_ce, 100.0, 1000.0)
    assert exact == pytest.approx(float(kennel_petschek_1966(0.4 * f_ce, 100.0, 1000.0)), rel=0.01)
    f_cp = float(gyrofrequency(100.0, "proton"))
    exact = resonant_energy(0.4 * f_cp, 100.0, 1000.0, species="proton", mode="left")
    assert exact == pytest.approx(float(kennel_petschek_1966(0.4 * f_cp, 100.0, 1000.0, "proton")), rel=0.01)


# Local diffusion ------------------------------------------------------------------------------------------------------


def test_bessel_functions():
    out = np.empty(8)
    for z in (0.0, 1e-8, 0.3, 3.0, 17.0, 80.0, 300.0):
        kernels.bessel(z, 7, out)
        np.testing.assert_allclose(out, jv(np.arange(8), z), rtol=1e-9, atol=1e-13)


# Values that the tests of the code PIRAN (Allanson et al. 2025) hold for the formulae of Glauert and Horne (2005):
# electrons of 1 MeV, f_p = 1.5 f_ce, L = 4.5, a proton-electron plasma. Pitch angle, tangent of the wave normal angle,
# sense along the field, |Phi|^2, v_par - d omega / d k_par (m/s).
PIRAN = [
    (70.0, 0.1, -1, 0.496339, None),
    (70.0, 0.5, -1, 0.418072, None),
    (70.0, 0.9, -1, 0.283105, None),
    (83.0, 0.1, 1, 0.460906, -54012493.8),
    (83.0, 0.1, -1, 0.489358, 154355842.6),
]


@pytest.mark.parametrize(("angle", "tangent", "sense", "phi2", "closing"), PIRAN)
def test_parts_of_the_coefficients_against_another_code(angle, tangent, sense, phi2, closing):
    x, y = 2.25 * np.array([1.0, MASS_RATIO]), np.array([-1.0, MASS_RATIO])
    gamma = 1 + 1e3 / REST
    beta, alpha, u = np.sqrt(1 - gamma**-2), np.radians(angle), tangent**2

    def miss(w):
        r, l, p, *_ = kernels.tensor(w, x, y)  # noqa: E741
        along = np.sqrt(kernels.index2(r, l, p, u, True) / (1 + u))
        return w - sense * w * along * beta * np.cos(alpha) - 1 / gamma

    w = brentq(miss, 0.125, 0.575, xtol=1e-15)
    r, l, p, dr, dl, dp = kernels.tensor(w, x, y)  # noqa: E741
    n2 = kernels.index2(r, l, p, u, True)
    z = -w * np.sqrt(n2 * u / (1 + u)) * gamma * beta * np.sin(alpha)
    assert kernels.phi2(r, l, p, u, n2, -1, z, sense / np.tan(alpha), np.empty(8)) == pytest.approx(phi2, abs=6e-7)
    if closing is not None:
        _, by_w = kernels.slopes(r, l, p, dr, dl, dp, u, n2)
        group = sense * np.sqrt(1 + u) / (np.sqrt(n2) + 0.5 * by_w / np.sqrt(n2))
        assert C.c * (beta * np.cos(alpha) - group) == pytest.approx(closing, rel=1e-6)


def plain_twin(energy, alpha, b, n_e, amplitude, band, normal, harmonics, angles=400):
    """Kennel and Engelmann's coefficients by an integral over wave normals, with roots in frequency.

    The work of the wave on the particle comes from the electric field as the null vector of the wave matrix, wave power
    from Faraday's law, group velocity and norm from differences: nothing of the closed forms of Lyons is used.
    """
    f_ce = float(gyrofrequency(b))
    gamma = 1 + energy / REST
    beta = np.sqrt(1 - gamma**-2)
    peak, width, low, high = (f / f_ce for f in band)
    plasma = n_e * 1e6 * C.e**2 / (C.epsilon_0 * C.m_e) / (2 * np.pi * f_ce) ** 2

    def n_of(w, t):
        n2 = np.asarray(refractive_index_squared(w * f_ce, np.arctan(t), b, n_e).right)
        return np.sqrt(np.where(n2 > 0, n2, np.nan))

    def furthest(w):
        return 0.9999 * np.tan(float(resonance_cone(w * f_ce, b, n_e)))

    def field(w, t):
        tensor = np.zeros((3, 3), complex)
        for share, turn in ((plasma, -1.0), (plasma * MASS_RATIO, MASS_RATIO)):
            swirl = 1j * turn / w
            tensor += share / (w * w - turn * turn) * np.array([[-1, -swirl, 0], [swirl, -1, 0], [0, 0, 0]])
            tensor[2, 2] -= share / w**2
        tensor += np.eye(3)
        theta = np.arctan(t)
        k = np.array([np.sin(theta), 0, np.cos(theta)])
        n2 = n_of(w, t) ** 2
        e = np.linalg.svd(tensor + n2 * (np.outer(k, k) - np.eye(3)))[2][-1].conj()
        return e, np.linalg.norm(np.cross(k, e)) ** 2

    def slope(w, t):
        h = 1e-7 * w
        return ((w + h) * n_of(w + h, t) - (w - h) * n_of(w - h, t)) / (2 * h)

    def norm(w):
        # Distances from the resonance cone as a geometric series.
        end, cone = min(normal[3], furthest(w)), furthest(w) / 0.9999
        t = cone - np.geomspace(cone - normal[2], cone - end, 2001)
        g = np.exp(-(((t - normal[0]) / normal[1]) ** 2))
        density = g * (w * n_of(w, t)) ** 2 * slope(w, t) / (1 + t * t) ** 1.5 * t
        return np.trapezoid(density, t)

    gaussian = np.sqrt(np.pi) / 2 * width * (erf((peak - low) / width) + erf((high - peak) / width))
    tangents, step = np.linspace(normal[2], normal[3], angles, retstep=True)
    tangents = tangents[:-1] + step / 2
    total = np.zeros(3)
    sine, cosine = np.sin(alpha), np.cos(alpha)
    for t in tangents:
        # Frequencies up to that whose resonance cone is at this angle, densely there.
        last = high if furthest(high) > t else brentq(lambda w, t=t: furthest(w) - t, low, high, xtol=1e-15) - 1e-13
        grid = last - (last - low) * np.append(np.geomspace(1.0, 1e-5, 160), 0.0)
        along = n_of(grid, t) / np.sqrt(1 + t * t)
        for sense in (1, -1):
            for n in range(harmonics[0], harmonics[1] + 1):
                pull = -n / gamma
                values = grid - sense * grid * along * beta * cosine - pull

                def miss(w, t=t, sense=sense, pull=pull):
                    return w - sense * w * n_of(w, t) / np.sqrt(1 + t * t) * beta * cosine - pull

                for i in np.nonzero(values[1:] * values[:-1] < 0)[0]:
                    w = brentq(miss, grid[i], grid[i + 1], xtol=1e-13)
                    e, magnetic = field(w, t)
                    if sense < 0:
                        # The mirror image of the wave along the field: only E_z changes its sign.
                        e = e * np.array([1, 1, -1])
                    z = -w * n_of(w, t) * t / np.sqrt(1 + t * t) * gamma * beta * sine
                    left, right = (e[0] + 1j * e[1]) / np.sqrt(2), (e[0] - 1j * e[1]) / np.sqrt(2)
                    # Electrons turn the way of the right-handed field; orders count with the sign of the charge.
                    work = cosine / sine * e[2] * jv(n, z) + (left * jv(n - 1, z) + right * jv(n + 1, z)) / np.sqrt(2)
                    # The integral over k_perp brings k^2, and the power of the field k^-2.
                    phi = abs(work) ** 2 / magnetic
                    group = sense * np.sqrt(1 + t * t) / slope(w, t)
                    power = np.exp(-(((w - peak) / width) ** 2)) / gaussian
                    g = np.exp(-(((t - normal[0]) / normal[1]) ** 2)) / norm(w)
                    turn = (pull / w - sine**2) / cosine
                    core = power * w * w * g * phi / ((1 + t * t) * beta**2 * abs(beta * cosine - group)) * t * step
                    total += core * np.array([turn**2, turn * sine, sine**2])
    return np.pi / 2 * 2 * np.pi * f_ce * (amplitude / b) ** 2 / gamma**2 * total


@pytest.mark.parametrize(
    ("energy", "degrees", "n_e", "harmonics"),
    [(1000.0, 60.0, 4.0, (-2, 2)), (100.0, 40.0, 10.0, (-1, 0)), (300.0, 80.0, 4.0, (-1, 1))],
)
def test_oblique_waves_against_a_plain_integral_over_wave_normals(energy, degrees, n_e, harmonics):
    b = 341.0
    f_ce = float(gyrofrequency(b))
    band = tuple(f_ce * f for f in (0.35, 0.15, 0.125, 0.575))
    normal = (0.0, 0.577, 0.0, 1.0)
    expected = plain_twin(energy, np.radians(degrees), b, n_e, 0.1, band, normal, harmonics, angles=160)
    found = glauert_horne_2005(energy, np.radians(degrees), b, n_e, 0.1, *band, normal=normal, harmonics=harmonics)
    assert min(expected[0], expected[2]) > 0
    np.testing.assert_allclose(found, expected, rtol=3e-3)


def test_waves_near_the_resonance_cone_against_a_plain_integral_over_wave_normals():
    """In thin plasma the cone cuts into the wave normals, and a few of them hold nearly all of the norm."""
    b, n_e, angle = 572.4, 1.151, np.radians(75.0)
    f_ce = float(gyrofrequency(b))
    band = tuple(f_ce * f for f in (0.35, 0.15, 0.125, 0.575))
    normal = (0.0, 0.577, 0.0, 1.0)
    expected = plain_twin(650.0, angle, b, n_e, 0.1, band, normal, (2, 3), angles=400)
    found = glauert_horne_2005(650.0, angle, b, n_e, 0.1, *band, normal=normal, harmonics=(2, 3))
    np.testing.assert_allclose(found, expected, rtol=0.05)


def test_bands_that_reach_beyond_cutoff_and_gyrofrequency():
    """Of ion cyclotron waves in a mixture only some frequencies travel, and the others take no part."""
    b, n_e, energy, angle = 300.0, 200.0, 500.0, 0.3
    f_cp = float(gyrofrequency(b, "proton"))
    band = [f_cp * f for f in (0.4, 0.2, 0.2, 0.7)]
    mixture = {"helium": 0.1, "oxygen": 0.05, "mode": "left"}
    gamma = 1 + energy / REST
    speed = np.sqrt(1 - gamma**-2) * np.cos(angle)
    expected = 0.0
    grid = np.linspace(0.2, 0.7, 400001) * f_cp

    def left(f):
        return np.asarray(refractive_index_squared(f, 0.0, b, n_e, 0.1, 0.05).left)

    n2 = left(grid)
    n = np.sqrt(np.where(n2 > 0, n2, np.nan))
    turn = float(gyrofrequency(b)) / gamma
    misses = grid * (1 - n * speed) + turn
    for i in np.nonzero(misses[1:] * misses[:-1] < 0)[0]:
        f = grid[i]
        group = (grid[i + 1] * n[i + 1] - grid[i] * n[i]) / (grid[i + 1] - grid[i])
        power = np.exp(-(((f - band[0]) / band[1]) ** 2))
        power /= (
            np.sqrt(np.pi) / 2 * band[1] * (erf((band[0] - band[2]) / band[1]) + erf((band[3] - band[0]) / band[1]))
        )
        share = 1 - np.cos(angle) / (n[i] * np.sqrt(1 - gamma**-2))
        expected += power * share**2 / abs(speed * group - 1)
    f_ce = float(gyrofrequency(b))
    expected *= np.pi / 2 * 2 * np.pi * f_ce**2 * (1 / b) ** 2 / gamma**2
    along = summers_2005(energy, angle, b, n_e, 1.0, *band, **mixture)
    assert expected > 0
    assert along.d_aa == pytest.approx(expected, rel=1e-3)
    nearly = glauert_horne_2005(energy, angle, b, n_e, 1.0, *band, normal=(0.0, 1e-3, 0.0, 4e-3), **mixture)
    assert 2 * nearly.d_aa == pytest.approx(expected, rel=0.05)
    wide = glauert_horne_2005(
        np.geomspace(100.0, 1e4, 30), 0.6, b, n_e, 1.0, *band, normal=(0.0, 0.3, 0.0, 0.6), **mixture
    )
    assert np.isfinite(wide).all()


def test_oblique_waves_become_those_along_the_field():
    f_ce = float(gyrofrequency(341.0))
    band = [f_ce * f for f in (0.35, 0.15, 0.125, 0.575)]
    for species, mode, fields, energy, angle in (
        ("electron", "right", band, 1000.0, 1.4),
        ("electron", "right", band, 50.0, 0.8),
        ("proton", "left", [f * MASS_RATIO for f in band], 50.0, 0.5),
        ("electron", "left", [f * MASS_RATIO for f in band], 5000.0, 0.5),
    ):
        n_e = 4.0 if mode == "right" else 200.0
        along = summers_2005(energy, angle, 341.0, n_e, 0.1, *fields, species=species, mode=mode)
        nearly = glauert_horne_2005(
            energy, angle, 341.0, n_e, 0.1, *fields, normal=(0.0, 1e-3, 0.0, 4e-3), species=species, mode=mode
        )
        assert along.d_aa > 0
        np.testing.assert_allclose(2 * np.array(nearly), along, rtol=2e-3)


def test_particles_followed_through_random_waves_spread_as_computed():
    """Boris' scheme for electrons in many whistlers against the field, in units of gyrofrequency, field and light."""
    rng = np.random.default_rng(3)
    gamma, alpha, plasma = 1 + 200 / REST, np.radians(50.0), 9.0
    beta = np.sqrt(1 - gamma**-2)
    strength, particles, waves, dt, steps = 1.5e-3, 1200, 48, 0.25, 480
    w = np.linspace(0.1, 0.6, waves)
    shape = np.exp(-(((w - 0.35) / 0.15) ** 2))
    sizes = strength * np.sqrt(shape / shape.sum())
    n2 = 1 - plasma / (w * (w - 1)) - plasma * MASS_RATIO / (w * (w + MASS_RATIO))
    k = -w * np.sqrt(n2)
    phases = rng.uniform(0, 2 * np.pi, (particles, waves))
    u = gamma * beta * np.array([np.sin(alpha), 0.0, np.cos(alpha)]) * np.ones((particles, 1))
    z = np.zeros(particles)
    for step in range(steps):
        angle = (step + 0.5) * dt * w - z[:, None] * k + phases
        c, s = np.cos(angle), np.sin(angle)
        field = np.stack([c @ sizes, s @ sizes, np.ones(particles)], axis=1)
        # Faraday: E = -(omega / k) z x B.
        electric = np.stack([s @ (sizes * w / k), -c @ (sizes * w / k), np.zeros(particles)], axis=1)
        u = u - 0.5 * dt * electric
        g = np.sqrt(1 + (u**2).sum(axis=1, keepdims=True))
        t = -0.5 * dt * field / g
        u1 = u + np.cross(u, t)
        u = u + np.cross(u1, 2 * t / (1 + (t**2).sum(axis=1, keepdims=True)))
        u = u - 0.5 * dt * electric
        z = z + dt * u[:, 2] / np.sqrt(1 + (u**2).sum(axis=1))
    change = np.arccos(u[:, 2] / np.sqrt((u**2).sum(axis=1))) - alpha
    followed = change.var() / (2 * dt * steps)
    b = 300.0
    f_ce = float(gyrofrequency(b))
    n_e = plasma * (2 * np.pi * f_ce) ** 2 * C.epsilon_0 * C.m_e / C.e**2 * 1e-6
    band = [f_ce * f for f in (0.35, 0.15, 0.1, 0.6)]
    computed = summers_2005(200.0, alpha, b, n_e, strength * b, *band).d_aa / (2 * np.pi * f_ce)
    assert followed == pytest.approx(float(computed), rel=0.2)


def test_coefficients_at_the_supplement_of_a_pitch_angle():
    f_ce = float(gyrofrequency(300.0))
    band = [f_ce * f for f in (0.35, 0.15, 0.125, 0.575)]
    one = np.array(glauert_horne_2005(300.0, 1.2, 300.0, 5.0, 0.05, *band))
    other = np.array(glauert_horne_2005(300.0, np.pi - 1.2, 300.0, 5.0, 0.05, *band))
    np.testing.assert_allclose(other, one * [1, -1, 1], rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(20.0, 5000.0), st.floats(0.05, 1.5), st.floats(1.0, 100.0))
def test_diffusion_is_never_negative_in_any_direction(energy, angle, n_e):
    f_ce = float(gyrofrequency(300.0))
    band = [f_ce * f for f in (0.35, 0.15, 0.125, 0.575)]
    d = glauert_horne_2005(energy, angle, 300.0, n_e, 0.05, *band)
    assert d.d_aa >= 0
    assert d.d_pp >= 0
    assert d.d_aa * d.d_pp >= d.d_ap**2 * (1 - 1e-9)


def test_one_wave_diffuses_along_one_curve():
    """With one resonance the particle keeps its energy in the frame of the wave, and the matrix has no inverse."""
    f_ce = float(gyrofrequency(300.0))
    d = summers_2005(50.0, 0.6, 300.0, 20.0, 0.05, *[f_ce * f for f in (0.25, 0.1, 0.1, 0.45)])
    assert d.d_aa > 0
    assert d.d_aa * d.d_pp == pytest.approx(float(d.d_ap) ** 2, rel=1e-9)
    assert d.d_ap > 0


# Bounce averages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("normal", [None, (0.0, 0.577, 0.0, 1.0)])
def test_bounce_average_of_the_local_coefficients(normal):
    l_shell, energy, n_e, angle = 4.5, 0.5, 6.0, np.radians(50.0)
    waves = Waves("test", 80.0, 0.35, 0.15, 0.125, 0.575, latitude=20.0, growth=0.02, normal=normal, coverage=0.3,
                  density_index=1.0)  # fmt: skip
    found = diffusion_coefficients([l_shell], [energy], [angle], waves, density=n_e, latitudes=64)
    b_0 = DIPOLE_EQUATORIAL_FIELD / l_shell**3
    f_ce = float(gyrofrequency(b_0))
    band = [f_ce * f for f in (0.35, 0.15, 0.125, 0.575)]
    end = min(np.radians(20.0), np.radians(float(mirror_latitude(angle))))
    edges = np.linspace(0, end, 601)
    latitude = 0.5 * (edges[1:] + edges[:-1])
    root = np.sqrt(1 + 3 * np.sin(latitude) ** 2)
    b = b_0 * root / np.cos(latitude) ** 6
    local = np.arcsin(np.sin(angle) * np.sqrt(b / b_0))
    amplitude = 0.08 * 10 ** (0.02 * np.degrees(latitude))
    if normal is None:
        d = np.array(summers_2005(500.0, local, b, n_e / np.cos(latitude) ** 2, amplitude, *band)) / 2
    else:
        d = np.array(glauert_horne_2005(500.0, local, b, n_e / np.cos(latitude) ** 2, amplitude, *band, normal=normal))
    # dt = ds / cos(alpha), and tan(alpha_eq) / tan(alpha) turns a change of the local angle into one of the equatorial.
    time = np.cos(latitude) * root / np.cos(local)
    turn = np.tan(angle) / np.tan(local)
    average = (d * time * np.array([turn**2, turn, np.ones_like(turn)])).sum(axis=1) * (edges[1] - edges[0])
    average *= 0.3 / float(dipole_integrals(angle).bounce)
    values = [float(found[name].values[0, 0, 0]) for name in ("d_aa", "d_ap", "d_pp")]
    np.testing.assert_allclose(values, average, rtol=0.03)


def test_tables_add_and_scale():
    angle = np.radians([20.0, 45.0, 70.0, 85.0, 90.0])
    one, other = lower_band_chorus(3.0), upper_band_chorus()
    both = diffusion_coefficients([5.0], [0.05, 0.5], angle, [one, other], density=5.0)
    parts = [diffusion_coefficients([5.0], [0.05, 0.5], angle, w, density=5.0) for w in (one, other)]
    np.testing.assert_allclose(both["d_aa"], parts[0]["d_aa"] + parts[1]["d_aa"], rtol=1e-12)
    louder = diffusion_coefficients(
        [5.0], [0.05, 0.5], angle, replace(one, amplitude=2 * one.amplitude, coverage=0.125), density=5.0
    )
    np.testing.assert_allclose(louder["d_pp"], 2 * parts[0]["d_pp"], rtol=1e-12)
    assert both["d_aa"].attrs["units"] == "s^-1"
    assert "Meredith" in both["d_aa"].attrs["references"]
    assert both["energy"].attrs["units"] == "MeV"


def test_what_the_waves_do_to_the_belts():
    """Orders of magnitude that all published tables share."""
    angle = np.radians(np.linspace(5, 85, 17))
    hiss = diffusion_coefficients([4.0], [0.5, 2.0], angle, plasmaspheric_hiss(30.0))
    edge = hiss["d_aa"].values[0, :, 0]
    assert 1e-6 < edge[0] < 1e-5  # days for half an MeV
    assert edge[1] < edge[0] / 3
    assert (hiss["d_pp"] < hiss["d_aa"]).all()
    ions = diffusion_coefficients([4.0], [0.2, 1.0], angle, ion_cyclotron_waves(coverage=1.0), density=2100.0)
    assert (ions["d_aa"].sel(energy=0.2) == 0).all()  # below the least resonant energy
    assert ions["d_aa"].sel(energy=1.0).max() > 1e-4
    assert (ions["d_aa"].values[0, 1, -2:] == 0).all()  # not near 90 degrees
    assert (ions["d_pp"] < 1e-3 * ions["d_aa"].max()).all()


def test_day_and_night_chorus_by_kp():
    assert lower_band_chorus(6.0).amplitude == lower_band_chorus(9.0).amplitude
    assert lower_band_chorus(5.0).amplitude > lower_band_chorus(1.0).amplitude
    assert lower_band_chorus(1.0, "day").growth == 0.04


def test_results_are_kept_in_a_folder(tmp_path):
    told = []
    case = ([4.0, 5.0], [0.5], np.radians([30.0, 60.0]), lower_band_chorus(2.0))
    first = diffusion_coefficients(*case, cache=tmp_path / "new", progress=lambda *args: told.append(args))
    assert told == [("lower-band chorus, night", 1, 2), ("lower-band chorus, night", 2, 2)]
    again = diffusion_coefficients(*case, cache=tmp_path / "new", progress=lambda *args: told.append(args))
    assert len(told) == 2
    np.testing.assert_array_equal(first["d_aa"], again["d_aa"])
    diffusion_coefficients(*case, density=7.0, cache=tmp_path / "new")
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_wrong_inputs_are_explained():
    waves = lower_band_chorus(2.0)
    with pytest.raises(InputError, match="pitch angles"):
        diffusion_coefficients([4.0], [0.5], [0.0], waves)
    with pytest.raises(InputError, match="density"):
        diffusion_coefficients([4.0, 5.0], [0.5], [0.5], waves, density=[1.0, np.nan])
    with pytest.raises(InputError, match="normal"):
        glauert_horne_2005(500.0, 0.5, 300.0, 5.0, 0.1, 2000.0, 500.0, 500.0, 3500.0, normal=(0.0, 0.0, 0.0, 1.0))
    with pytest.raises(InputError, match="harmonics"):
        glauert_horne_2005(500.0, 0.5, 300.0, 5.0, 0.1, 2000.0, 500.0, 500.0, 3500.0, harmonics=(3, 1))
    with pytest.raises(InputError, match="harmonics"):
        replace(waves, harmonics=(3, 1))
    with pytest.raises(InputError, match="lower_band_chorus"):
        diffusion_coefficients([4.0], [0.5], [0.5], "chorus")
    with pytest.raises(UnknownNameError, match="dusk"):
        lower_band_chorus(2.0, "dusk")
    with pytest.raises(InputError, match="width"):
        replace(waves, width=0.0)
    with pytest.raises(UnknownNameError, match="muon"):
        diffusion_coefficients([4.0], [0.5], [0.5], waves, species="muon")

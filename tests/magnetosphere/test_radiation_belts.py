"""The belts in three dimensions: the grid, exact limits, mixed terms, budgets, positivity, checkpoints, extremes."""

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import brentq

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism import trapped
from sunearth.magnetosphere import radiation_belts as rb
from sunearth.magnetosphere.phase_space import momentum, particle_of_invariants
from sunearth.magnetosphere.radial_diffusion import RadialDiffusion


def _times(hours, step=1.0):
    return np.datetime64("2013-03-16", "ns") + (np.arange(0, hours + 1e-9, step) * 3.6e12).astype("timedelta64[ns]")


def _spectrum(energy, pitch_angle, l_star):
    return np.exp(-energy / 0.3) * np.sin(pitch_angle) * np.exp(-((l_star - 5.0) ** 2))


def _still(l_star, kp):
    return 0 * l_star + 0 * kp


def _waves(l, e, a):  # noqa: E741
    """Pitch-angle, momentum and mixed diffusion of the size of chorus."""
    d = (2e-5 / (1 + e) * np.sin(a) + 1e-7) + 0 * l
    return d, 0.5 * np.sqrt(0.1) * d * np.sin(2 * a), 0.1 * d


def _balance(result):
    """Change of the content, less what crossed the ends, over what moved."""
    end = result.isel(time=-1)
    terms = [end.in_outer, end.in_inner, -end.shadowed, end.in_low_energy.sum(), -end.precipitated.sum()]
    terms += [-end.lost.sum(), end.raised.sum()]
    terms = [float(term) for term in terms]
    return abs(float(end.content - result.content[0]) - sum(terms)) / (float(result.content[0]) + sum(map(abs, terms)))


def test_grid_lines_are_adiabatic():
    """Every cell is one pair of invariants, whatever the shell."""
    belts = rb.RadiationBelts(shells=5, momenta=6, pitch_angles=7)
    c = belts.coordinates()
    assert float((c.mu.std("l_star") / c.mu.mean("l_star")).max()) < 1e-9
    for shell in range(5):
        found = particle_of_invariants(c.mu.values[shell], c.k.values, float(c.l_star[shell]))
        np.testing.assert_allclose(found.energy, 1e3 * c.energy.values[shell], rtol=1e-8)
        np.testing.assert_allclose(found.pitch_angle, np.broadcast_to(c.pitch_angle.values[shell], (6, 7)), atol=1e-7)


def test_volume_is_that_of_phase_space():
    """Shell by shell: the sum of cells is the integral of p^2 T sin cos over momentum and pitch angle."""
    belts = rb.RadiationBelts(shells=3, momenta=8, pitch_angles=30)
    grid = belts.grid()
    # dJ1 dJ2 dJ3 at another shell, over the same invariants, by a sum over fine cells of local momentum and angle.
    for shell in range(3):
        angle = np.linspace(grid.at_faces.angle[shell, 0], np.pi / 2, 20001)
        angle = 0.5 * (angle[1:] + angle[:-1])
        step = (np.pi / 2 - grid.at_faces.angle[shell, 0]) / 20000
        k = trapped.second_invariant(float(grid.shells[shell]), angle, belts.b_0)
        reference = trapped.pitch_angle_of_second_invariant(belts.reference, k, belts.b_0)
        # p^2 dp at constant pitch angle, from p = e^x sqrt(B / B_ref) sin(ref) / sin(angle)
        ratio = (belts.reference / grid.shells[shell]) ** 1.5 * np.sin(reference) / np.sin(angle)
        cube = np.diff(np.exp(3 * grid.x_faces[[0, -1]]))[0] / 3
        local = (ratio**3 * trapped.dipole_integrals(angle).bounce * np.sin(angle) * np.cos(angle)).sum() * step * cube
        # G dp dalpha dL with G = L^2 T sin cos p^2 equals the product volume over L^2, with B_ref^(3/2) L_ref^(5/2)
        # taken out of it.
        expected = grid.volume.sum() * (belts.reference / grid.shells[shell]) ** 4
        assert local == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("rate", ["brautigam_albert_2000", "liu_2016"])
def test_without_waves_it_is_radial_diffusion(rate):
    belts = rb.RadiationBelts(shells=20, momenta=4, pitch_angles=5, diffusion=rate)
    time, kp = _times(24), np.linspace(2, 5, 25)
    result = belts.solve(time, kp, start=_spectrum, outer=0.4, outer_factor=np.linspace(1, 3, 25), steps=3)
    trapped_cells = np.flatnonzero(
        (belts.grid().at_centres.angle > trapped.loss_cone(belts.grid().shells)[:, None]).all(axis=0)
    )
    mu = result.mu.values[0]
    for j, k in ((0, trapped_cells[0]), (3, 4)):
        alone = RadialDiffusion(2.5, 6.5, 20, diffusion=rate, lifetime=None).solve(
            time, kp, mu=mu[j, k], start=result.psd[0, :, j, k].values, outer=0.4 * np.linspace(1, 3, 25), steps=6
        )
        np.testing.assert_allclose(result.psd[-1, :, j, k], alone.psd[-1, 0], rtol=1e-10)


def test_pitch_angle_mode_decays_at_its_rate():
    """With D = D0 / G and G = T sin cos the modes obey f'' = -lambda G f: the slowest by shooting."""
    belts = rb.RadiationBelts(
        3.9, 4.1, shells=3, momenta=3, pitch_angles=91, reference=4.0, diffusion=_still, altitude=100.0
    )
    grid = belts.grid()
    l_star = float(grid.shells[1])
    cone = float(trapped.loss_cone(l_star))

    def constant(l, e, a):  # noqa: E741
        g = trapped.dipole_integrals(a).bounce * np.sin(a) * np.cos(a)
        return 1e-6 / np.maximum(g, 1e-12) + 0 * e * l, 0 * a * e, 0 * a * e

    # f'' = -lambda G f, f(cone) = 0, f'(pi/2) = 0: the smallest lambda by finite elements on a fine line.
    fine = np.linspace(cone, np.pi / 2, 3001)
    middle = 0.5 * (fine[1:] + fine[:-1])
    g = trapped.dipole_integrals(middle).bounce * np.sin(middle) * np.cos(middle)
    width = fine[1] - fine[0]

    def slope(value):
        f, s = 0.0, 1.0
        for weight in g:
            f, s = f + 0.5 * width * s, s
            s -= value * weight * width * f
            f += 0.5 * width * s
        return s

    value = brentq(slope, 0.5, 20.0)
    hours = 200.0
    result = belts.solve(
        _times(hours, hours / 40), 2.0, start=1.0, outer=1.0, inner=None, low_energy_factor=None,
        waves={"all": rb.Scattering(constant)},
    )  # fmt: skip
    content = (result.psd[:, 1] * grid.volume).sum(("x", "angle")).values
    rate = -np.log(content[-1] / content[-11]) / (10 * hours / 40 * 3600)
    assert rate == pytest.approx(value * 1e-6, rel=0.02)


def test_mixed_terms_by_a_manufactured_solution_at_second_order():
    """The operator applied to a wave that runs askew, beside its exact value."""
    errors = []
    for cells in (16, 32, 64):
        exact, applied = _square(cells)
        errors.append(np.abs(applied - exact)[2:-2, 2:-2].max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.8).all(), (errors, orders)


def _square(cells, mixed=0.8):
    """Constant tensor (1, mixed; mixed, 1) on the unit square, applied to a wave that runs askew."""
    from sunearth.magnetosphere._radiation_belt_kernels import assemble

    h = 1 / cells
    places = (np.arange(cells) + 0.5) * h
    volume = np.full((cells, cells), h * h)
    across, along = np.ones((cells - 1, cells)), np.ones((cells, cells - 1))
    cross = np.full((cells - 1, cells - 1), mixed)
    band = np.empty((cells * cells, cells + 2))
    assemble(volume, across, along, cross, np.zeros(cells), np.zeros((cells, cells)), 1.0, band)
    f = np.sin(3 * places[:, None] + 2 * places[None, :])
    applied = band[:, 0] * f.ravel()
    for d in range(1, cells + 2):
        applied[:-d] += band[:-d, d] * f.ravel()[d:]
        applied[d:] += band[:-d, d] * f.ravel()[:-d]
    operator = (f - applied.reshape(cells, cells) / (h * h)).reshape(cells, cells)
    return -(9 + 2 * 6 * mixed + 4) * f, operator


@pytest.mark.parametrize("mixed", [0.7, -0.7])
def test_a_slanted_blob_spreads_by_its_tensor(mixed):
    """Covariance of a point source under a constant full tensor grows by twice the tensor times time."""
    from sunearth.magnetosphere._radiation_belt_kernels import prepare, step_shells

    cells, step, count = 41, 4e-4, 18
    h = 1 / cells
    volume = np.full((cells, cells), h * h)
    across, along = np.ones((1, cells - 1, cells)), np.ones((1, cells, cells - 1))
    cross = np.full((1, cells - 1, cells - 1), mixed)
    low, edge, rate = np.zeros((1, cells)), np.zeros((1, cells)), np.zeros((1, cells, cells))
    whole, half = np.empty((1, cells * cells, cells + 2)), np.empty((1, cells * cells, cells + 2))
    prepare(volume, across, along, cross, low, rate, step, whole, half, 0, 1)
    density, budget = np.zeros((1, cells, cells)), np.zeros((1, 4))
    density[0, 20, 20] = 1 / (h * h)
    for _ in range(count):
        step_shells(density, volume, low, edge, rate, rate, step, whole, half, budget, 0, 1)
    assert density.min() >= 0
    assert budget[0, 3] == 0
    place = (np.arange(cells) - 20) * h
    weight = density[0] * h * h
    assert weight.sum() == pytest.approx(1.0, rel=1e-12)
    covariance = [(weight * a * b).sum() for a, b in (
        (place[:, None], place[:, None]), (place[None, :], place[None, :]), (place[:, None], place[None, :])
    )]  # fmt: skip
    time = step * count
    np.testing.assert_allclose(covariance, [2 * time, 2 * time, 2 * mixed * time], rtol=0.02)


def test_band_solver_against_a_dense_one():
    from sunearth.magnetosphere._radiation_belt_kernels import assemble, eliminate, substitute

    rng = np.random.default_rng(4)
    momenta, angles = 7, 5
    across, along = rng.uniform(1, 2, (momenta - 1, angles)), rng.uniform(1, 2, (momenta, angles - 1))
    cross = rng.uniform(-0.9, 0.9, (momenta - 1, angles - 1))
    band = np.empty((35, 7))
    assemble(rng.uniform(1, 2, (7, 5)), across, along, cross, rng.random(5), rng.random((7, 5)), 0.7, band)
    dense = np.diag(band[:, 0])
    for d in range(1, 7):
        dense += np.diag(band[:-d, d], d) + np.diag(band[:-d, d], -d)
    assert np.linalg.eigvalsh(dense).min() > 0
    right = rng.random(35)
    found = right.copy()
    eliminate(band)
    substitute(band, found)
    np.testing.assert_allclose(dense @ found, right, rtol=1e-12)


def test_limited_mixed_terms_leave_no_negative_edge():
    rng = np.random.default_rng(0)
    across, along = rng.uniform(0, 1, (6, 5)), rng.uniform(0, 1, (7, 4))
    cross = rng.normal(0, 1, (6, 4))
    size = np.abs(rb.limited(across, along, cross))
    wide = np.pad(size, ((0, 0), (1, 1)))
    assert (across - 0.5 * (wide[:, 1:] + wide[:, :-1]) > -1e-14).all()
    wide = np.pad(size, ((1, 1), (0, 0)))
    assert (along - 0.5 * (wide[1:] + wide[:-1]) > -1e-14).all()
    np.testing.assert_array_equal(rb.limited(across + 9, along + 9, cross), cross)


@pytest.mark.parametrize("mixed", ["full", "limited", "none"])
def test_budget_closes_and_nothing_is_negative(mixed):
    belts = rb.RadiationBelts(
        shells=6, momenta=14, pitch_angles=12, mixed=mixed, lifetime=lambda energy: 5 + 0 * energy
    )
    waves = {"chorus": rb.Scattering(_waves, rb.outside_plasmasphere), "hiss": rb.Scattering(_waves, 0.1)}
    result = belts.solve(
        _times(24), np.linspace(2, 8, 25), start=_spectrum, waves=waves, last_closed_l=np.linspace(9, 5, 25),
        low_energy_factor=np.linspace(1, 2, 25), outer_factor=np.linspace(1, 0.1, 25),
    )  # fmt: skip
    assert _balance(result) < 1e-12
    assert float(result.psd.min()) >= 0
    if mixed == "limited":
        assert float(result.raised.sum()) == 0
    for name in ("precipitated", "lost", "shadowed"):
        assert float(result[name].isel(time=-1).sum()) > 0


def test_closed_without_loss_cone_keeps_all():
    belts = rb.RadiationBelts(3.0, 6.0, 5, 8, 9, diffusion=_still)
    grid = belts.grid()
    start = np.where(grid.at_centres.angle > trapped.loss_cone(grid.shells)[:, None], 1.0, 0.0)[:, None, :] * np.ones(
        (1, 8, 1)
    )

    def only_momentum(l, e, a):  # noqa: E741
        return 0 * e * a + 0 * l, 0 * e * a + 0 * l, 1e-5 + 0 * e * a + 0 * l

    start[:, 4:] *= 3.0
    result = belts.solve(
        _times(24), 3.0, start=start, inner=None, low_energy_factor=None, waves={"p": rb.Scattering(only_momentum)}
    )
    np.testing.assert_allclose(result.content, result.content[0], rtol=1e-12)
    assert float(abs(result.psd[-1] - result.psd[0]).max()) > 0.1


def test_a_constant_stays_constant_under_all_waves():
    """A density of one is a steady state of any diffusion, slanted grid and all, where next to nothing is lost."""
    belts = rb.RadiationBelts(4.0, 6.0, 5, 10, 12, altitude=-6360.0)
    result = belts.solve(_times(6), 5.0, start=1.0, outer=1.0, inner=1.0, waves={"w": rb.Scattering(_waves)})
    np.testing.assert_allclose(result.psd[-1, :, :, 1:], 1.0, rtol=2e-5)


def test_table_and_function_agree():
    axes = np.linspace(2.0, 7.0, 11), np.geomspace(0.005, 30, 120), np.linspace(0.001, np.pi / 2, 120)
    places = np.meshgrid(*axes, indexing="ij")
    table = xr.Dataset(
        {
            n: (("l_shell", "energy", "pitch_angle"), v)
            for n, v in zip(("d_aa", "d_ap", "d_pp"), _waves(*places), strict=True)
        },
        coords=dict(zip(("l_shell", "energy", "pitch_angle"), axes, strict=True)),
    )
    belts = rb.RadiationBelts(shells=4, momenta=12, pitch_angles=12)
    one, two = (
        belts.solve(_times(3), 4.0, start=_spectrum, outer=0.0, waves={"w": rb.Scattering(source)})
        for source in (_waves, table)
    )
    assert float(abs(one.psd - two.psd).max() / one.psd.max()) < 2e-3
    with pytest.raises(InputError, match="d_aa"):
        belts.solve(_times(3), 4.0, start=1.0, waves={"w": rb.Scattering(table.drop_vars("d_pp"))})


def test_waves_accelerate_where_they_should():
    """Momentum diffusion of a falling spectrum fills the high energies beyond the plasmapause only."""
    belts = rb.RadiationBelts(shells=8, momenta=20, pitch_angles=10, diffusion=_still)
    waves = {"chorus": rb.Scattering(_waves, rb.outside_plasmasphere)}
    result = belts.solve(_times(48, 3), 5.0, start=_spectrum, plasmapause_l=4.0, waves=waves)
    flux = belts.flux(result, 2.0, np.pi / 2)[:, :, 0, 0]
    grown = (flux[-1] / flux[0]).values
    shells = result.l_star.values
    np.testing.assert_allclose(grown[shells < 4.0], 1.0, rtol=1e-9)
    assert (grown[(shells > 4.2)] > 3.0).all()


def test_flux_reads_the_grid_back():
    belts = rb.RadiationBelts(shells=5, momenta=60, pitch_angles=40)
    result = belts.solve(_times(1), 0.0, start=_spectrum)
    angle = np.radians([30.0, 60.0, 89.0])
    flux = belts.flux(result, [0.5, 1.0], angle)[0]
    exact = _spectrum(np.array([[0.5], [1.0]]), angle, result.l_star.values[:, None, None])
    exact = exact * momentum(1e3 * np.array([[0.5], [1.0]])) ** 2 * 2.99792458e10
    np.testing.assert_allclose(flux, exact, rtol=6e-3)
    assert np.isnan(belts.flux(result, 100.0, 1.0)).all()


class _Killed(Exception):
    pass


def test_checkpoint_resumes_bit_for_bit(tmp_path):
    belts = rb.RadiationBelts(shells=5, momenta=8, pitch_angles=7)
    waves = {"w": rb.Scattering(_waves, rb.outside_plasmasphere)}
    arguments = {"start": _spectrum, "waves": waves, "store": 3, "outer_factor": np.linspace(1, 2, 25)}
    time, kp = _times(24), np.linspace(1, 6, 25)
    whole = belts.solve(time, kp, **arguments)
    path = tmp_path / "belts.npz"

    def kill(text, done, total):
        if done == 14:
            raise _Killed

    with pytest.raises(_Killed):
        belts.solve(time, kp, **arguments, progress=kill, checkpoint=path, checkpoint_every=5)
    assert path.exists()
    with pytest.raises(InputError, match="other inputs"):
        belts.solve(time, kp + 1, **arguments, checkpoint=path)
    done = []
    resumed = belts.solve(time, kp, **arguments, checkpoint=path, progress=lambda *a: done.append(a[1]))
    assert done[0] == 11
    xr.testing.assert_identical(whole, resumed)
    assert not path.exists()


def test_checkpoint_knows_what_functions_give_not_where_they_lie(tmp_path):
    path = tmp_path / "belts.npz"

    def kill(text, done, total):
        if done == 2:
            raise _Killed

    def run(strength=1.0, days=10.0, rate=1.0, **options):
        belts = rb.RadiationBelts(
            shells=4, momenta=5, pitch_angles=6, lifetime=lambda energy: days * energy,
            diffusion=lambda l_star, kp: rate * 1e-9 * l_star**10 * 10 ** (0.5 * kp),
        )  # fmt: skip
        waves = {"w": rb.Scattering(_waves, strength)}
        return belts.solve(_times(4), 3.0, start=_spectrum, waves=waves, checkpoint=path, checkpoint_every=1, **options)

    with pytest.raises(_Killed):
        run(progress=kill)
    for other in ({"strength": 2.0}, {"strength": lambda kp: kp}, {"days": 5.0}, {"rate": 2.0}):
        with pytest.raises(InputError, match="other inputs"):
            run(**other)
    assert run().sizes["time"] == 5


def test_gaps_zeros_and_the_worst_storm():
    belts = rb.RadiationBelts(shells=6, momenta=10, pitch_angles=8)
    waves = {"w": rb.Scattering(_waves, lambda kp: 10 ** (0.2 * kp))}
    kp = np.full(13, 9.0)
    kp[3:6] = np.nan
    worst = belts.solve(_times(12), kp, start=_spectrum, waves=waves, last_closed_l=4.0)
    assert np.isfinite(worst.psd).all()
    assert float(worst.psd.min()) >= 0
    assert worst.driver_held.values.sum() == 3
    empty = belts.solve(_times(12), 9.0, start=0.0, waves=waves)
    assert (empty.psd == 0).all()
    assert np.isnan(belts.flux(empty, 1.0, 1.0)).sum() == 0


def test_second_order_in_time():
    """Radial and local steps together, from a start that is empty in the loss cone."""
    belts = rb.RadiationBelts(4.0, 6.0, 8, 14, 10)
    grid, waves = belts.grid(), {"w": rb.Scattering(_waves)}
    cone = trapped.loss_cone(grid.shells)[:, None, None]
    energy, angle = belts.coordinates().energy.values, grid.at_centres.angle[:, None]
    start = (
        np.exp(-energy / 0.3)
        * np.maximum(np.sin(angle) - np.sin(cone), 0)
        * np.exp(-((grid.shells[:, None, None] - 5) ** 2))
    )
    options = {"start": start, "waves": waves, "low_energy_factor": None}
    runs = [belts.solve(_times(2, 2), 3.0, steps=steps, **options).psd[-1].values for steps in (4, 8, 16, 256)]
    errors = np.array([np.abs(run - runs[-1]).max() for run in runs[:-1]])
    assert (np.log2(errors[:-1] / errors[1:]) > 1.8).all(), errors


def test_refusals():
    with pytest.raises(InputError, match="mixed"):
        rb.RadiationBelts(mixed="some")
    with pytest.raises(InputError, match="inner < outer"):
        rb.RadiationBelts(inner=7.0)
    with pytest.raises(InputError, match="start has shape"):
        rb.RadiationBelts(shells=4, momenta=5, pitch_angles=6).solve(_times(2), 2.0, start=np.ones((3, 3)))
    small = rb.RadiationBelts(shells=4, momenta=5, pitch_angles=6)
    with pytest.raises(InputError, match="ascending"):
        small.solve(_times(2)[::-1], 2.0, start=1.0)
    for wrong in ("store", "steps", "checkpoint_every"):
        with pytest.raises(InputError, match="1 or more"):
            small.solve(_times(2), 2.0, start=1.0, **{wrong: 0})
    with pytest.raises(InputError, match="must be a Scattering"):
        small.solve(_times(2), 2.0, start=1.0, waves={"w": (_waves, 1.0)})
    with pytest.raises(InputError, match="asks for 'k_p'"):
        small.solve(_times(2), 2.0, start=1.0, waves={"w": rb.Scattering(_waves, lambda k_p: k_p)})
    with pytest.raises(InputError, match="start asks for 'e'"):
        small.solve(_times(2), 2.0, start=lambda e: e)
    with pytest.raises(InputError, match="lifetime asks for 'mu'"):
        rb.RadiationBelts(lifetime=lambda mu: mu)
    with pytest.raises(UnknownNameError, match="ozeke_2014"):
        rb.RadiationBelts(diffusion="ozeke_2015")

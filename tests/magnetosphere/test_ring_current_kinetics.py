"""The kinetic ring current: drift, losses, budgets, drivers with gaps, interruption; closed and open drift paths."""

import numpy as np
import pytest
from scipy.integrate import quad

from sunearth.core.errors import InputError, UnknownNameError
from sunearth.geomagnetism.trapped import drift_period
from sunearth.magnetosphere import ring_current_kinetics as kinetics
from sunearth.magnetosphere.charge_exchange import charge_exchange_lifetime, ion_speed
from sunearth.magnetosphere.convection import pseudo_potential, volland_stern
from sunearth.magnetosphere.corotation import corotation_potential, shielded_teardrop
from sunearth.magnetosphere.ring_current_kinetics import RingCurrent

START = np.datetime64("2015-03-17", "ns")
BARE = {"charge_exchange": False, "drag": False, "magnetopause": False}
SHEET = {"density": 1.0, "temperature": 6.0}
SMALL = {"rows": 12, "columns": 16, "energies": 6, "pitch_angles": 3, "step": 600.0}


def hours(count):
    return START + np.arange(count + 1) * np.timedelta64(3600, "s")


def restarted(ring, content):
    """A start from any content, by way of a run of no time to speak of."""
    state = ring.solve(START + np.array([0, 1]) * np.timedelta64(1, "s"), strength=0.0, store=1 / 3600, **SHEET)
    state["content"] = state["content"].copy(data=content)
    return state


def shape(ring):
    return len(ring.species), ring.energies, ring.pitch_angles, ring.rows, ring.columns


# --- geometry of the invariants ---


@pytest.mark.parametrize("species", ["proton", "oxygen", "electron"])
def test_energies_give_the_drift_of_the_dipole(species):
    """The energy differenced over flux is the bounce-averaged drift, to second order in the rows."""
    errors = []
    for rows in (12, 24, 48):
        ring = RingCurrent(species=(species,), rows=rows)
        layers = ring.layers(species)
        charge = -1.0 if species == "electron" else 1.0
        rate = charge * 1e3 * np.diff(layers.energy_edge, axis=-1) / np.diff(ring.flux_edges)
        period = drift_period(layers.energy, ring.distance, layers.pitch_angle, species=species)
        errors.append(np.abs(-charge * rate * period / (2 * np.pi) - 1).max())
    assert errors[-1] < 5e-3
    assert errors[0] > 3.5 * errors[1]
    assert errors[1] > 3.5 * errors[2]


def test_cells_keep_their_phase_space():
    """Area of invariants of a cell, p^3 times the content integral times r^4, is the same at every distance."""
    ring = RingCurrent(pitch_angles=40, rows=10)
    layers = ring.layers("proton")
    momentum = np.sqrt(layers.energy * (layers.energy + 2 * 938_272.0))
    edges = np.zeros((41, 10))
    edges[-1] = np.pi / 2
    inner = np.linspace(0.0, np.pi / 2, 41)[1:-1, None]
    edges[1:-1] = kinetics._carried_pitch_angle(inner, ring.outer, ring.distance)
    area = momentum**3 * kinetics.cell_moments(edges)[0] * ring.distance**4
    assert np.abs(area[:, 2:] / area[:, 2:, -1:] - 1).max() < 5e-3


def test_contents_and_moments_are_those_of_the_plasma_at_the_edge():
    ring = RingCurrent(rows=300, energies=40, lowest_energy=0.02, highest_energy=300.0, **BARE)
    layers = ring.layers("proton")
    content = ring.boundary_content("proton", 0.7, 5.0)[..., 0]
    momentum_speed = layers.energy * (layers.energy + 2 * 938_272.0) / (layers.energy + 938_272.0)
    density = np.einsum("ea,a->", content, layers.density[:, -1]) * 1e-6
    across = np.einsum("ea,ea->", content, layers.across[:, -1] * momentum_speed[..., -1]) * 1e-6
    along = np.einsum("ea,ea->", content, layers.along[:, -1] * momentum_speed[..., -1]) * 1e-6
    assert density == pytest.approx(0.7, rel=0.01)
    assert across == pytest.approx(0.7 * 5.0, rel=0.02)
    assert along == pytest.approx(0.7 * 5.0, rel=0.02)


def test_kappa_distribution_has_the_temperature():
    ring = RingCurrent(kappa=4.0, energies=300, lowest_energy=1e-3, highest_energy=1e4)
    content = ring.boundary_content("proton", 1.0, 5.0)[..., 0].sum(axis=1)
    bins = ring.energy_edges
    mean = (content * np.sqrt(bins[1:] * bins[:-1])).sum() / content.sum()
    assert mean == pytest.approx(1.5 * 5.0, rel=0.01)
    with pytest.raises(InputError, match="kappa"):
        RingCurrent(kappa=1.2).boundary_content("proton", 1.0, 5.0)


# --- drift ---


def test_a_cloud_drifts_around_in_its_period():
    """Phase of the first harmonic after some hours without convection, beside the closed form and corotation."""
    ring = RingCurrent(species=("proton",), rows=24, columns=48, energies=4, pitch_angles=4, step=900.0, **BARE)
    phi = ring.mlt * np.pi / 12
    content = np.ones(shape(ring)) * (1 + 0.5 * np.cos(phi))
    state = ring.solve(hours(2), strength=0.0, start=restarted(ring, content), store=2.0, **SHEET)
    layers = ring.layers("proton")
    expected = (
        -2 * np.pi / drift_period(layers.energy, ring.distance, layers.pitch_angle, species="proton") + 7.292115e-5
    )
    wave = (state["content"].values[0] * np.exp(1j * phi)).sum(-1) / (0.5 * ring.columns / 2)
    kept = np.abs(wave) > 0.8  # the limiter wears down what goes round many times
    turned = np.angle(wave * np.exp(-1j * expected * 7200.0))
    assert kept.mean() > 0.5
    assert np.abs(turned[kept]).max() < 0.02 + 0.01 * np.abs(expected[kept] * 7200.0).max()


def test_paths_from_the_sheet_fill_what_is_open_and_leave_what_is_closed():
    """Days of steady convection: the edge of the ring current is the last closed path of each energy."""
    ring = RingCurrent(
        species=("proton",), rows=30, columns=36, energies=5, pitch_angles=5, lowest_energy=0.5, highest_energy=20.0,
        step=1800.0, **BARE,
    )  # fmt: skip
    state = ring.solve(hours(36), strength=0.5, store=36.0, **SHEET)
    layers = ring.layers("proton")
    filled = state["content"].values[0] / ring.boundary_content("proton", 1.0, 6.0)[..., None]
    for cell in (0, 3):
        energy, angle = layers.energy[cell, -1], layers.pitch_angle[-1]
        path = kinetics.pseudo_trapping(
            ring.distance[:, None], ring.mlt, energy[:, None], 0.5, angle[:, None], boundary=ring.outer
        )
        full = filled[cell, -1] > 0.5
        away = np.abs(filled[cell, -1] - 0.5) > 0.3  # cells that numerical diffusion leaves in doubt aside
        agree = full == (path.closed == 0.0)
        assert path.closed.any()
        assert (path.closed == 0.0).any()
        assert agree[away].mean() > 0.9


# --- losses ---


def test_charge_exchange_alone_is_exponential():
    ring = RingCurrent(species=("oxygen",), drag=False, magnetopause=False, **SMALL)
    content = np.ones(shape(ring))
    state = ring.solve(hours(10), strength=0.0, start=restarted(ring, content), store=10.0, **SHEET)
    layers = ring.layers("oxygen")
    lifetime = charge_exchange_lifetime(layers.energy, ring.distance, layers.pitch_angle, species="oxygen")
    expected = np.exp(-10.0 / lifetime)
    left = state["content"].values[0]
    # the smallest pitch angles come into the loss cone close to the Earth
    assert np.allclose(left[:, 1:], expected[:, 1:, :, None], rtol=1e-9)


def test_drag_takes_the_energy_of_the_formula():
    ring = RingCurrent(species=("proton",), charge_exchange=False, magnetopause=False, **SMALL)
    content = np.full(shape(ring), 1e20)
    content[:, :, 0] = 0.0  # none in the loss cone
    begin = restarted(ring, content)
    time = START + np.array([0, 600]) * np.timedelta64(1, "s")
    state = ring.solve(time, kp=1.0, strength=0.0, start=begin, store=1 / 6, **SHEET)
    from sunearth.magnetosphere.plasmasphere import carpenter_anderson_1992, electron_density

    layers = ring.layers("proton")
    plasma = electron_density(ring.distance[:, None], ring.mlt, carpenter_anderson_1992(1.0)).mean(axis=1)
    rate = kinetics.coulomb_drag(layers.energy, plasma)
    taken = (rate * layers.energy * content[0].sum(-1) * ring.flux).sum() * 600.0 * 1.602176634e-16
    lost = -float(state["budget_energy"].sel(process="drag", species="proton")[-1])
    assert lost == pytest.approx(taken, rel=0.03)


def test_drag_of_one_partner_by_the_textbook():
    """A 100 keV proton on electrons: n e^4 ln(Lambda) / (4 pi eps_0^2 m_e v) (erf x - x erf'(x) (1 + m_e/m))."""
    e, eps, m_e, m_p = 1.602176634e-19, 8.8541878128e-12, 9.1093837e-31, 1.67262192e-27
    v = float(ion_speed(100.0, "proton")) * 1e3
    x = v / np.sqrt(2 * e / m_e)
    share = 2 / np.sqrt(np.pi) * quad(lambda t: np.exp(-t * t), 0, x)[0]
    share -= (1 + m_e / m_p) * x * 2 / np.sqrt(np.pi) * np.exp(-(x**2))
    power = 1e9 * e**4 * 21.5 / (4 * np.pi * eps**2 * m_e * v) * share
    electrons = power / (1e5 * e)
    # protons, helium and oxygen are far slower than the particle and take 1 / mass each
    ions = 1e9 * e**4 * 21.5 / (4 * np.pi * eps**2 * v) * (0.77 / m_p + 0.2 / (4 * m_p) + 0.03 / (16 * m_p)) / (1e5 * e)
    assert kinetics.coulomb_drag(100.0, 1000.0) == pytest.approx(electrons + ions, rel=1e-3)


def test_drag_rows_equal_a_plain_loop():
    from sunearth.magnetosphere._ring_current_kernels import decay_layers, drag_rows

    rng = np.random.default_rng(2)
    content = rng.exponential(size=(5, 2, 3, 4))
    rate, plasma = rng.exponential(size=(5, 2, 3)), rng.exponential(size=(3, 4))
    moved, old = np.zeros((5, 2, 3)), content.copy()
    drag_rows(content, rate, plasma, 0.7, moved, 0, 3)
    weight = 0.7 * rate[..., None] * plasma
    now = np.zeros_like(old)
    for k in range(4, -1, -1):
        arriving = weight[k + 1] * now[k + 1] if k < 4 else 0.0
        now[k] = (old[k] + arriving) / (1 + weight[k])
    assert np.allclose(content, now, rtol=1e-13)
    assert np.allclose(moved, (weight * now).sum(-1), rtol=1e-13)
    assert np.allclose(old.sum() - content.sum(), moved[0].sum(), rtol=1e-12)

    flat = rng.exponential(size=(4, 3, 6))
    keep, lost, old = rng.random((4, 3)), np.zeros((4, 3)), flat.copy()
    decay_layers(flat, keep, lost, 0, 4)
    assert np.allclose(flat, old * keep[..., None])
    assert np.allclose(lost, (old - flat).sum(-1))


# --- the whole ---


@pytest.fixture(scope="module")
def storm():
    ring = RingCurrent(species=("proton", "oxygen", "helium", "electron"), electron_scattering=0.2, **SMALL)
    kp = np.where(np.arange(13) < 3, 2.0, 8.0)
    wind = {"n_p": 12.0, "speed": 550.0, "b_z": np.where(np.arange(13) < 3, 3.0, -15.0), "p_dyn": 8.0}
    return ring.solve(hours(12), kp, **wind)


def test_budgets_close(storm):
    for name in ("particles", "energy"):
        content = storm[f"content_{name}"]
        gained = storm[f"budget_{name}"].sum("process")
        moved = abs(storm[f"budget_{name}"]).max(("time", "process"))
        assert (abs(content - content[0] - gained) / moved).max() < 1e-12


def test_every_process_has_its_sign(storm):
    budget = storm["budget_particles"].isel(time=-1)
    assert (budget.sel(process="entered") > 0).all()
    for process in ("left outside", "left inside", "charge exchange", "loss cone", "drag", "magnetopause"):
        assert (budget.sel(process=process) <= 0).all(), process
    assert (budget.sel(process="magnetopause") < 0).all()  # pressure of 8 nPa: it stands inside 8 R_E
    assert (budget.sel(process="drift") == 0).all()
    assert float(budget.sel(process="charge exchange", species="electron")) == 0.0
    assert float(budget.sel(process="loss cone", species="electron")) < 0.0


def test_everything_stays_positive(storm):
    assert float(storm["content"].min()) >= 0.0
    for name in ("pressure_perp", "pressure_par", "density", "precipitation", "neutral_atoms"):
        assert float(storm[name].min()) >= 0.0, name


def test_a_storm_depresses_the_field(storm):
    dst = storm["dst_star"].values
    assert dst[-1] < -50.0
    assert dst[0] == 0.0
    current = storm["dst_star_current"].values
    assert dst[-1] < current[-1] < 0.4 * dst[-1]
    assert storm["dst_star"].attrs["units"] == "nT"
    assert storm["dst_star"].attrs["references"]


def test_ions_go_to_dusk_and_electrons_to_dawn(storm):
    share = storm["pressure_perp"].isel(time=6).sum("r")
    evening, morning = (share.mlt > 15) & (share.mlt < 21), (share.mlt > 3) & (share.mlt < 9)
    ions, electrons = share.sel(species="proton"), share.sel(species="electron")
    assert float(ions[evening].sum()) > 1.5 * float(ions[morning].sum())
    assert float(electrons[morning].sum()) > 1.2 * float(electrons[evening].sum())


def test_nothing_comes_of_nothing():
    ring = RingCurrent(**SMALL)
    state = ring.solve(hours(6), kp=9.0, density=0.0, temperature=6.0)
    assert float(abs(state["content"]).max()) == 0.0
    assert np.array_equal(state["dst_star"].values, np.zeros(7))
    assert np.isnan(state["centroid_mlt"]).all()


def test_the_strongest_convection_stays_finite():
    ring = RingCurrent(species=("proton",), **SMALL)
    wind = {"n_p": 60.0, "speed": 1200.0, "b_z": -60.0, "b_y": 30.0}
    state = ring.solve(hours(8), kp=9.0, **wind)
    assert np.isfinite(state["dst_star"]).all()
    assert np.isfinite(state["content"]).all()
    assert float(state["content"].min()) >= 0.0
    assert float(state["dst_star"][-1]) < -50.0


def test_gaps_are_held_and_flagged():
    ring = RingCurrent(species=("proton",), memory=0.0, **SMALL)
    whole = {"kp": np.full(7, 5.0), "n_p": 8.0, "speed": np.linspace(400.0, 600.0, 7), "b_z": -5.0}
    gappy = whole | {"speed": whole["speed"].copy(), "kp": whole["kp"].copy()}
    gappy["kp"][2:4] = np.nan
    gappy["speed"][4] = np.nan
    held = whole | {"speed": whole["speed"].copy()}
    held["speed"][4] = held["speed"][3]
    a, b = ring.solve(hours(6), **gappy), ring.solve(hours(6), **held)
    assert np.array_equal(a["content"], b["content"])
    assert a["driver_held"].values.tolist() == [False, False, True, True, True, False, False]
    assert not b["driver_held"].any()


class Stop(Exception):
    """Whatever ends a run early."""


def test_an_interrupted_run_resumes_to_the_same_bits(tmp_path):
    ring = RingCurrent(species=("proton", "electron"), **SMALL)
    drive = {"kp": np.linspace(3.0, 7.0, 7), **SHEET}
    whole = ring.solve(hours(6), **drive, spin_up=2.0)

    def stop(text, done, total):
        assert (text, total) == ("ring current", 6)
        if done == 3:
            raise Stop

    path = tmp_path / "ring.npz"
    with pytest.raises(Stop):
        ring.solve(hours(6), **drive, spin_up=2.0, checkpoint=path, progress=stop)
    resumed = ring.solve(hours(6), **drive, spin_up=2.0, checkpoint=path, resume=True)
    assert resumed.identical(whole)
    with pytest.raises(InputError, match="another run"):
        ring.solve(hours(6), **(drive | {"kp": 3.0}), checkpoint=path, resume=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ring.npz"]


def test_a_run_in_two_parts_is_one_run():
    ring = RingCurrent(species=("proton",), **SMALL)
    whole = ring.solve(hours(6), kp=5.0, **SHEET)
    first = ring.solve(hours(3), kp=5.0, **SHEET)
    second = ring.solve(hours(6)[3:], kp=5.0, start=first, **SHEET)
    assert np.array_equal(second["content"], whole["content"])


def test_refinement_converges():
    """Content of a smooth storm on finer grids."""
    energy = []
    for n in (1, 2, 4):
        ring = RingCurrent(
            species=("proton",), rows=8 * n, columns=12 * n, energies=4, pitch_angles=3, step=1200.0 / n, **BARE
        )
        energy.append(float(ring.solve(hours(8), strength=0.5, store=8.0, **SHEET)["content_energy"][-1, 0]))
    assert abs(energy[2] - energy[1]) < 0.6 * abs(energy[1] - energy[0])
    assert abs(energy[2] / energy[1] - 1) < 0.08


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kp": None}, "kp or strength"),
        ({"density": None}, "plasma sheet needs"),
        ({"kp": np.full(3, np.nan)}, "kp: not a single value is known"),
        ({"kp": np.ones(4)}, "shape"),
        ({"start": "full"}, "earlier run"),
        ({"store": 0.0}, "store > 0"),
        ({"spin_up": -1.0}, "spin_up >= 0"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    arguments = {"kp": 3.0, **SHEET} | change
    with pytest.raises(InputError, match=message):
        RingCurrent(**SMALL).solve(hours(2), **arguments)


def test_impossible_settings_are_refused():
    with pytest.raises(UnknownNameError, match="muon"):
        RingCurrent(species=("muon",))
    with pytest.raises(InputError, match="ring above the Earth"):
        RingCurrent(inner=0.5)
    with pytest.raises(InputError, match="4 rows"):
        RingCurrent(rows=2)
    with pytest.raises(InputError, match="ascending"):
        RingCurrent(**SMALL).solve(hours(2)[::-1], kp=3.0, **SHEET)
    ring = RingCurrent(**SMALL)
    other = RingCurrent(**(SMALL | {"rows": 14})).solve(hours(1), kp=3.0, **SHEET)
    with pytest.raises(InputError, match="shape"):
        ring.solve(hours(1), kp=3.0, start=other, **SHEET)
    other = RingCurrent(**(SMALL | {"outer": 7.5})).solve(hours(1), kp=3.0, **SHEET)
    with pytest.raises(InputError, match="other values of r "):
        ring.solve(hours(1), kp=3.0, start=other, **SHEET)
    for wrong in ({"lowest_energy": 90.0}, {"step": 0.0}):
        with pytest.raises(InputError, match="lowest_energy < highest_energy and a positive step"):
            RingCurrent(**wrong)
    for wrong in ("proton", ()):
        with pytest.raises(InputError, match="species must be names"):
            RingCurrent(species=wrong)


# --- closed and open paths ---


@pytest.mark.parametrize("mlt", [0.3, 5.0, 12.0, 17.0, 21.0])
def test_cold_particles_are_trapped_in_the_teardrop(mlt):
    edge = float(shielded_teardrop(mlt, 0.3))
    for species in ("proton", "electron"):
        inside, outside = (
            kinetics.pseudo_trapping(edge * part, mlt, 1e-6, 0.3, species=species) for part in (0.99, 1.01)
        )
        assert inside.closed == 1.0
        assert inside.nearest <= edge * 0.99 <= inside.farthest
        assert outside.closed == 0.0
        assert np.isnan(outside.nearest)


@pytest.mark.parametrize(("species", "charge"), [("proton", 1.0), ("electron", -1.0)])
def test_closed_paths_keep_their_total_energy(species, charge):
    """Nearest and farthest points lie at dawn and dusk, on one contour of the pseudo-potential."""
    r, energy, strength = 4.0, 60.0, 0.4
    path = kinetics.pseudo_trapping(r, 3.0, energy, strength, species=species)
    assert path.closed == 1.0
    moment = energy * 1e-3 / (kinetics.DIPOLE_EQUATORIAL_FIELD * 1e-5 / r**3)

    def total(distance, mlt):
        potential = volland_stern(distance, mlt, strength) + corotation_potential(distance)
        return float(pseudo_potential(potential, moment, distance, charge))

    own = total(r, 3.0)
    near, far = (6.0, 18.0) if total(path.nearest, 6.0) == pytest.approx(own, abs=3.0) else (18.0, 6.0)
    # electrons of this energy are relativistic enough to leave the contour of the slow ones a little
    tolerance = 0.05 if species == "proton" else 3.0
    assert total(path.nearest, near) == pytest.approx(own, abs=tolerance)
    assert total(path.farthest, far) == pytest.approx(own, abs=tolerance)
    assert path.farthest > 1.05 * path.nearest


def test_without_convection_every_path_is_a_circle():
    path = kinetics.pseudo_trapping(5.0, np.array([1.0, 9.0, 18.0]), 100.0, 1e-6, np.radians(50.0))
    assert (path.closed == 1.0).all()
    assert np.allclose(path.nearest, 5.0, rtol=2e-4)
    assert np.allclose(path.farthest, 5.0, rtol=2e-4)


def test_energetic_particles_are_trapped_farther_out():
    energies = np.array([100.0, 300.0])
    for species in ("proton", "electron"):
        assert (kinetics.pseudo_trapping(5.0, 12.0, energies, 0.8, species=species).closed == 1.0).all()
    assert kinetics.pseudo_trapping(5.0, 12.0, 5.0, 0.8).closed == 0.0


def test_young_composition():
    quiet, storm = kinetics.young_1982(1.0, 80.0), kinetics.young_1982(8.0, 200.0)
    for parts in (quiet, storm):
        assert sum(parts) == pytest.approx(1.0)
    assert quiet.oxygen < 0.15
    assert storm.oxygen > 0.5


def test_energy_along_a_path_is_that_of_the_invariants():
    """The quick inversion by table, against the exact one."""
    r = np.linspace(2.0, 9.0, 15)
    for degrees in (15.0, 50.0, 89.0):
        alpha = np.radians(degrees)
        there = kinetics._carried_pitch_angle(alpha, 5.0, r)
        grown = (5.0 / r) ** 3 * (np.sin(alpha) / np.sin(there)) ** 2
        assert np.allclose(kinetics._kinetic_energy(10.0, alpha, 5.0, r, "oxygen") / 10.0, grown, rtol=1e-4)

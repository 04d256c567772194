"""The inner belt: source and losses against measurement and tables, the solver against exact balances, AP8."""

import numpy as np
import pytest

from sunearth.core.errors import DataError, InputError
from sunearth.magnetosphere import inner_belt
from sunearth.magnetosphere.inner_belt import InnerBelt

# AP8 for solar minimum on the equator: omnidirectional, cm^-2 s^-1 MeV^-1 (Sawyer and Vette 1976, the distributed maps)
AP8_SHELLS = np.array([1.3, 1.4, 1.5, 1.6, 1.8, 2.0])
AP8 = {50.0: [134.8, 343.4, 425.3, 437.9, 210.2, 84.1], 100.0: [81.5, 159.7, 149.3, 107.9, 36.2, 8.8]}


def test_pieces_of_the_spectrum_join():
    for energy in (0.9, 15.0, 70.0):
        below, above = inner_belt.kole_2015(np.array([1 - 1e-9, 1 + 1e-9]) * energy, 30.0)
        assert below == pytest.approx(above, rel=1e-6)


def test_neutron_current_over_texas():
    # Lockwood et al. 1979: 1.9e-3 from 8 to 18, 1.5e-3 from 18 to 30, 9.5e-4 from 30 to 60 MeV
    for low, high, measured in ((8, 18, 1.9e-3), (18, 30, 1.5e-3), (30, 60, 9.5e-4)):
        energy = np.linspace(low, high, 200)
        current = 0.5 * inner_belt.kole_2015(energy, 42.0).mean()
        assert current == pytest.approx(measured, rel=0.45)


def test_neutrons_grow_poleward_and_fall_with_activity():
    flux = inner_belt.kole_2015(30.0, np.array([0.0, 20.0, 40.0, 60.0]))
    assert np.all(np.diff(flux) > 0)
    assert inner_belt.kole_2015(30.0, 60.0, 0.0) > inner_belt.kole_2015(30.0, 60.0, 1.0)


def test_directions_from_the_earth():
    # count directions in the plane whose line back meets the unit circle
    for shell in (1.2, 1.5, 3.0):
        angle = (np.arange(200_000) + 0.5) / 200_000 * 2 * np.pi
        hits = (np.abs(shell * np.sin(angle)) < 1) & (np.cos(angle) > 0)
        assert inner_belt.injection_share(shell) == pytest.approx(hits.mean(), abs=1e-4)


def test_braking_in_oxygen_is_that_of_tables():
    # mass stopping power of air, 40.06 and 6.44 MeV cm^2/g at 10 and 100 MeV (NIST); oxygen's is 1 to 2 % less
    electrons = 8 / (15.999 * 1.66053907e-24)
    for energy, air in ((10.0, 40.06), (100.0, 6.44)):
        gamma = 1 + energy / 938.272
        path = 2.99792458e10 * np.sqrt(1 - gamma**-2) * 365.25 * 86400
        stopping = inner_belt.proton_energy_loss(energy, 1e-30, electrons) / path
        assert stopping == pytest.approx(0.985 * air, rel=0.02)


def test_free_electrons_brake_more():
    free, bound = inner_belt.proton_energy_loss(30.0, [1.0, 1e-30], [1e-30, 1.0])
    assert 3.0 < free / bound < 5.5


def test_nuclear_cross_section_has_its_minimum_and_plateau():
    energy = np.array([30.0, 250.0, 1e4, 1e5])
    section = inner_belt.letaw_1983(energy)
    assert section[1] < section[0]
    assert section[3] == pytest.approx(section[2], rel=0.01)


def test_lifetimes_are_years_low_down_and_centuries_further_out():
    low, middle = inner_belt.proton_lifetime(50.0, [1.2, 1.5])
    assert 1 < low < 30
    assert 50 < middle < 500


def test_density_table_at_its_knots():
    for shell, bound, nuclei in inner_belt.DRIFT_AVERAGE:
        assert inner_belt.drift_averaged_electrons(shell) == pytest.approx(bound, rel=1e-9)
        assert inner_belt.drift_averaged_nuclei(shell) == pytest.approx(nuclei, rel=1e-9)


# Solver -----------------------------------------------------------------------------------------------------------


def quadrature(energy, shell):
    """Balance on one shell: the source above each energy, worn down by nuclear collisions on the way."""
    grid = np.geomspace(energy, 3000.0, 20_001)
    gamma = 1 + grid / 938.272
    speed = 2.99792458e10 * np.sqrt(1 - gamma**-2)
    free, bound, nuclei = (
        f(shell)
        for f in (
            inner_belt.plasmasphere_electrons, inner_belt.drift_averaged_electrons, inner_belt.drift_averaged_nuclei
        )
    )  # fmt: skip
    braking = inner_belt.proton_energy_loss(grid, free, bound) / (365.25 * 86400)
    rate = inner_belt.letaw_1983(grid) * nuclei * speed / braking
    worn = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(grid))])
    born = inner_belt.albedo_proton_source(grid, shell) / speed * np.exp(-worn)
    return speed[0] / braking[0] * np.trapezoid(born, grid)


def test_without_diffusion_each_shell_is_a_quadrature():
    belt = InnerBelt(diffusion=0.0, limit=100.0, steps=1500).solve([30.0, 100.0], [1.31, 1.595])
    for energy in (30.0, 100.0):
        for shell in (1.31, 1.595):
            got = float(belt["j"].sel(energy=energy, l_shell=shell))
            assert got == pytest.approx(quadrature(energy, shell), rel=0.01)


def test_steps_converge_to_second_order():
    def at(steps):
        belt = InnerBelt(steps=steps, limit=100.0)
        invariant = np.linspace(21.0, 13.0, steps + 1)
        return belt._march(invariant, np.linspace(1.1, 3.0, 41))[-1, 10:25]

    coarse, middle, fine = at(200), at(400), at(800)
    order = np.log2(np.abs(middle - coarse).max() / np.abs(fine - middle).max())
    assert 1.6 < order < 2.4


def test_belt_is_that_of_ap8_where_the_atmosphere_feeds_it():
    belt = InnerBelt().solve(list(AP8), AP8_SHELLS)
    ratio = {energy: 4 * np.pi * belt["j"].sel(energy=energy) / AP8[energy] for energy in AP8}
    assert np.all((ratio[50.0] > 0.5) & (ratio[50.0] < 2.0))
    assert np.all((ratio[100.0][:4] > 0.5) & (ratio[100.0][:4] < 2.0))
    peak = AP8_SHELLS[int(belt["j"].sel(energy=50.0).values.argmax())]
    assert 1.4 <= peak <= 1.6


def test_intensity_above_10_mev_is_of_the_published_order():
    belt = InnerBelt().solve([10.0], np.linspace(1.2, 2.4, 13))
    above = belt["j_above"].sel(energy=10.0)
    assert 1e3 < float(above.max()) < 3e4
    assert 1.4 <= float(above["l_shell"][int(above.values.argmax())]) <= 1.6


def test_diffusion_takes_protons_to_where_the_air_takes_them():
    slow, fast = (InnerBelt(diffusion=d).solve([50.0], [1.2, 1.8])["j"].values[0] for d in (0.0, 1e-7))
    assert fast[1] < 0.2 * slow[1]
    assert fast[0] > slow[0]


def test_empty_plasmasphere_and_dense_air():
    thin = InnerBelt(electrons=lambda shell: 0.01 * inner_belt.plasmasphere_electrons(shell))
    dense = InnerBelt(bound=lambda shell: 100 * inner_belt.drift_averaged_electrons(shell))
    usual = float(InnerBelt().solve([50.0], [1.5])["j"][0, 0])
    assert float(thin.solve([50.0], [1.5])["j"][0, 0]) > usual
    assert float(dense.solve([50.0], [1.5])["j"][0, 0]) < 0.1 * usual


def test_refusals():
    with pytest.raises(InputError, match="shells"):
        InnerBelt().solve([50.0], [1.0])
    with pytest.raises(InputError, match="energies"):
        InnerBelt().solve([0.1], [1.5])
    with pytest.raises(InputError, match="energies"):
        InnerBelt().solve([], [1.5])
    with pytest.raises(InputError, match="two steps"):
        InnerBelt(steps=1).solve([50.0], [1.5])


def test_ae8_ap8_where_installed():
    pytest.importorskip("aep8")
    flux = inner_belt.trapped_radiation_model([50.0, 100.0], 1.5, above=False)
    np.testing.assert_allclose(flux, [425.3, 149.3], rtol=0.01)


def test_missing_package_names_the_remedy(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "aep8", None)
    with pytest.raises(DataError, match="pip install aep8"):
        inner_belt.trapped_radiation_model(50.0, 1.5)

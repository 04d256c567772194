"""Ring current: energy, injection and decay, and Dst over time."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sunearth.core.errors import UnknownNameError
from sunearth.magnetosphere.ring_current import (
    burton_1975,
    burton_1975_injection,
    depression_of_energy,
    dessler_parker_sckopke,
    obrien_mcpherron_2000,
    obrien_mcpherron_2000_decay_time,
    obrien_mcpherron_2000_injection,
    pressure_corrected_dst,
)

# Pressures at which the magnetopause term vanishes: Dst is then Dst*.
CALM = {burton_1975: (20.0 / 15.8) ** 2, obrien_mcpherron_2000: (11.0 / 7.26) ** 2}
DRIVES = {
    burton_1975: (burton_1975_injection, lambda e: 1 / (3.6e-5 * 3600)),
    obrien_mcpherron_2000: (obrien_mcpherron_2000_injection, obrien_mcpherron_2000_decay_time),
}
each_model = pytest.mark.parametrize("model", DRIVES, ids=lambda m: m.__name__)


def minutes(n, step):
    return np.datetime64("2015-03-17", "ns") + np.arange(n) * np.timedelta64(step, "m")


@given(st.floats(-1000, -1), st.floats(1.0, 1.5))
def test_energy_and_depression_are_inverse(dst_star, factor):
    assert depression_of_energy(dessler_parker_sckopke(dst_star, factor), factor) == pytest.approx(dst_star)


def test_no_energy_in_a_positive_index_and_nan_stays():
    assert dessler_parker_sckopke(15.0) == 0.0
    assert np.isnan(dessler_parker_sckopke(np.nan))


def test_unknown_coefficients_are_named():
    with pytest.raises(UnknownNameError, match="burton_1975"):
        pressure_corrected_dst(-50.0, 2.0, coefficients="burton")


@each_model
@pytest.mark.parametrize(
    ("hours_driven", "published"), [(12, {"burton_1975": -147.9, "obrien_mcpherron_2000": -109.254})]
)
def test_twelve_hours_of_driving(model, hours_driven, published):
    """Dst* after 12 h of 5 mV/m from nothing, as minute means at its end; then a day of calm."""
    e_y = np.repeat([5.0, 0.0], [hours_driven * 60, 24 * 60])
    dst = model(minutes(e_y.size, 1), e_y, CALM[model])
    assert dst[hours_driven * 60 - 1] == pytest.approx(published[model.__name__], abs=0.2)
    after = {"burton_1975": -6.59, "obrien_mcpherron_2000": -31.197}[model.__name__]
    assert dst[-1] == pytest.approx(after, abs=0.05)


def test_six_hours_of_driving_after_obrien_and_mcpherron():
    e_y = np.repeat([5.0, 0.0], [6 * 60, 24 * 60])
    dst = obrien_mcpherron_2000(minutes(e_y.size, 1), e_y, CALM[obrien_mcpherron_2000])
    assert dst[6 * 60 - 1] == pytest.approx(-78.009, abs=0.1)
    assert dst[-1] == pytest.approx(-22.275, abs=0.03)


@each_model
def test_a_pressure_step_moves_dst_at_once(model):
    p_dyn = np.repeat([2.0, 10.0], 3)
    dst = model(minutes(6, 5), 0.0, p_dyn, 0.0)
    step = {"burton_1975": 27.62, "obrien_mcpherron_2000": 12.69}[model.__name__]
    assert dst[3] - dst[2] == pytest.approx(step, abs=0.25)


@each_model
def test_against_a_general_integrator(model):
    """Means over irregular intervals of the equation of the docstring."""
    rng = np.random.default_rng(6)
    steps = rng.uniform(0.2, 4.0, 40)
    hours = np.concatenate([[0.0], np.cumsum(steps[:-1])])
    steps[-1] = steps[-2]
    time = np.datetime64("2015-03-17", "ns") + np.round(hours * 3.6e12).astype("timedelta64[ns]")
    e_y = rng.uniform(-5, 12, 40)
    injection, decay = DRIVES[model]
    state, expected = -30.0, []
    for e, step in zip(e_y, steps, strict=True):
        q, tau = float(injection(e)), float(decay(max(e, 0.0)))
        solution = solve_ivp(lambda t, y, q=q, tau=tau: [q - y[0] / tau, y[0]], (0, step), [state, 0.0], rtol=1e-10)
        state = solution.y[0, -1]
        expected.append(solution.y[1, -1] / step)
    np.testing.assert_allclose(model(time, e_y, CALM[model], -30.0), expected, atol=1e-4)


@each_model
@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 1000), st.sampled_from([2, 5, 12]))
def test_cutting_an_hour_changes_nothing(model, seed, parts):
    e_y = np.random.default_rng(seed).uniform(-5, 15, 10)
    coarse = model(minutes(10, 60), e_y, 2.0, -20.0)
    fine = model(minutes(10 * parts, 60 // parts), np.repeat(e_y, parts), 2.0, -20.0)
    np.testing.assert_allclose(fine.reshape(10, parts).mean(axis=1), coarse, rtol=1e-9)


@each_model
def test_a_gap_decays_and_injection_resumes(model):
    e_y = np.array([8.0] * 10 + [np.nan] * 10 + [8.0] * 10)
    p_dyn = np.full(30, 2.0)
    p_dyn[4] = np.nan
    dst = model(minutes(30, 60), e_y, p_dyn)
    assert np.isnan(dst[4])
    assert np.isnan(dst[10:20]).all()
    assert not np.isnan(dst[5:10]).any()
    calm = model(minutes(30, 60), np.where(np.isnan(e_y), 0.0, e_y), 2.0)
    np.testing.assert_allclose(dst[20:], calm[20:], rtol=1e-12)
    np.testing.assert_allclose(dst[5:10], calm[5:10], rtol=1e-12)


@each_model
def test_members_and_scalars_broadcast(model):
    e_y = np.random.default_rng(7).uniform(0, 10, (4, 20))
    together = model(minutes(20, 60), e_y, 2.0, -10.0)
    for row in range(4):
        np.testing.assert_array_equal(together[row], model(minutes(20, 60), e_y[row], np.full(20, 2.0), -10.0))
    assert model(minutes(0, 60), np.empty(0), 2.0).shape == (0,)
    assert model("2015-03-17", 5.0, 2.0).shape == (1,)


@each_model
def test_northward_field_injects_nothing(model):
    e_y = np.linspace(-20, 0.4, 50)
    dst = model(minutes(50, 60), e_y, CALM[model], 0.0)
    np.testing.assert_allclose(dst, 0.0, atol=1e-9)


def test_plain_python_gives_the_same(tmp_path):
    """The kernels run uncompiled where Numba is told not to compile."""
    code = (
        "import numpy as np\n"
        "from sunearth.magnetosphere.ring_current import obrien_mcpherron_2000 as model\n"
        "time = np.datetime64('2015-03-17', 'ns') + np.arange(24) * np.timedelta64(1, 'h')\n"
        "print(repr(float(model(time, np.linspace(-3, 9, 24), 3.0)[-1])))\n"
    )
    results = []
    for disabled in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": disabled, "NUMBA_CACHE_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True, timeout=120
        )
        results.append(float(done.stdout))
    assert results[0] == pytest.approx(results[1], rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "rmse", "correlation"), [(burton_1975, 16.8, 0.798), (obrien_mcpherron_2000, 14.8, 0.858)]
)
def test_hours_of_1998_to_2002(shared_data, model, rmse, correlation):
    """Scores of an independent implementation on the same 43 824 hours."""
    pd = pytest.importorskip("pandas")
    data = pd.read_csv(
        shared_data / "solarwind" / "omni_hourly_1998_2002_filled.csv.gz", parse_dates=["time_utc"]
    ).interpolate()
    time = data.time_utc.to_numpy().astype("datetime64[ns]")
    e_y = -1e-3 * (data.Bz_nT * data.V_kms).to_numpy()
    p_dyn = 1.6726e-6 * (data.n_cm3 * data.V_kms**2).to_numpy()
    dst, observed = model(time, e_y, p_dyn, -9.0), data.Dst_nT.to_numpy()
    error = np.sqrt(np.mean((dst - observed) ** 2))
    coefficient = np.corrcoef(dst, observed)[0, 1]
    print(f"{model.__name__}: RMSE {error:.2f} nT, correlation {coefficient:.3f}")
    assert error == pytest.approx(rmse, abs=0.6)
    assert coefficient == pytest.approx(correlation, abs=0.01)

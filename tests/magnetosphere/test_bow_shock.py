"""The bow shock: nose, limits in Mach number, and the surfaces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunearth.magnetosphere.bow_shock import chao_2002, farris_russell_1994, jelinek_2012, spreiter_1966
from sunearth.magnetosphere.magnetopause import shue_1998


@pytest.mark.parametrize("gamma", [1.4, 5 / 3, 2.0])
def test_strong_shocks_reach_the_limit_of_compression(gamma):
    limit = 1.1 * (gamma - 1) / (gamma + 1)
    assert spreiter_1966(1e4, gamma) == pytest.approx(limit, rel=1e-6)
    assert farris_russell_1994(0.0, 10.0, 1e4, gamma) == pytest.approx(10 * (1 + limit), rel=1e-6)


@given(st.floats(1.01, 50.0))
def test_the_two_noses_differ_by_their_denominator(mach):
    thickness = farris_russell_1994(0.0, 1.0, mach) - 1
    assert thickness == pytest.approx(spreiter_1966(mach) * mach**2 / (mach**2 - 1), rel=1e-9)


def test_the_shock_recedes_as_the_mach_number_falls_to_one():
    assert farris_russell_1994(0.0, 10.0, 1.001) > 1000.0
    assert spreiter_1966(1.001) == pytest.approx(1.1, rel=1e-2)


@pytest.mark.parametrize("mach", [1.0, 0.5, 0.0, -3.0, np.nan])
def test_no_shock_in_slow_wind(mach):
    assert np.isnan(spreiter_1966(mach))
    assert np.isnan(farris_russell_1994(0.0, 10.0, mach))
    assert np.isnan(chao_2002(0.0, 2.0, 0.0, mach, 1.0))


def test_farris_russell_is_an_ellipse_about_the_earth():
    """Sum of the distances to both foci: the Earth and the point 2 c down the tail."""
    theta = np.linspace(0.0, np.pi, 50)
    r = farris_russell_1994(theta, 10.0, 6.0)
    major = (r[0] + r[-1]) / 2
    to_second_focus = np.hypot(r * np.cos(theta) + 2 * 0.81 * major, r * np.sin(theta))
    np.testing.assert_allclose(r + to_second_focus, 2 * major, rtol=1e-12)
    assert r.argmin() == 0


def test_jelinek_is_a_paraboloid():
    theta = np.linspace(0.0, 3.0, 40)
    r, nose = jelinek_2012(theta, 2.0), jelinek_2012(0.0, 2.0)
    x, rho = r * np.cos(theta), r * np.sin(theta)
    np.testing.assert_allclose(rho**2, 4 * nose * (nose - x) / 1.17**2, rtol=1e-10, atol=1e-10)
    assert np.isinf(jelinek_2012(np.array([np.pi]), 2.0)) or jelinek_2012(np.pi, 2.0) > 1e10


def test_chao_ends_at_its_asymptote():
    inside, outside = np.radians([165.0, 168.0])
    assert np.isfinite(chao_2002(inside, 2.0, 0.0, 6.0, 1.5))
    assert np.isnan(chao_2002(outside, 2.0, 0.0, 6.0, 1.5))


def test_chao_is_continuous_where_the_field_turns():
    both = chao_2002(1.0, 2.0, np.array([-1e-9, 1e-9]), 6.0, 1.5)
    assert both[0] == pytest.approx(both[1], rel=1e-9)


def test_three_models_agree_in_common_wind():
    """Within 1 R_E of one another at the nose and 3 R_E over the dayside."""
    theta = np.linspace(0.0, np.pi / 2, 10)
    magnetopause = shue_1998(0.0, 2.0, 0.0)
    r = np.stack(
        [
            farris_russell_1994(theta, magnetopause, 5.58),
            jelinek_2012(theta, 2.0),
            chao_2002(theta, 2.0, 0.0, 5.58, 1.5),
        ]
    )
    assert np.ptp(r[:, 0]) < 1.0
    assert np.ptp(r, axis=0).max() < 3.0


@given(st.floats(0.5, 20.0), st.floats(-15.0, 15.0), st.floats(2.0, 20.0), st.floats(0.0, 2.0))
def test_the_shock_stands_outside_the_magnetopause(p_dyn, b_z, mach, theta):
    nose = shue_1998(0.0, p_dyn, b_z)
    assert farris_russell_1994(0.0, nose, mach) > nose
    r = farris_russell_1994(np.array([theta]), nose, mach)
    assert r[0] >= farris_russell_1994(0.0, nose, mach) * (1 - 1e-12)

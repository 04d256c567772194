"""The suspended magnet: balance of torques, small-angle limits, the swing against an integrated oscillator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from sunearth.ground import variometer

FIELDS = st.floats(-5000.0, 5000.0)
ALONG = st.floats(0.0, 6e4)
TORSION = st.floats(1e-12, 1e-4)
MOMENT = st.floats(1e-3, 10.0)


@given(b=FIELDS, b_along=ALONG, torsion=TORSION, moment=MOMENT)
def test_torques_balance_and_the_inverse_leads_back(b, b_along, torsion, moment):
    angle = variometer.deflection_of_field(b, b_along, torsion, moment)
    assert abs(angle) <= np.pi / 2
    pull = moment * 1e-9 * (b * np.cos(angle) - b_along * np.sin(angle))
    scale = moment * 1e-9 * (abs(b) + b_along) + torsion
    assert pull == pytest.approx(torsion * angle, abs=1e-12 * scale + 1e-300)
    if abs(angle) < 1.5:
        again = variometer.field_of_deflection(angle, b_along, torsion, moment)
        assert again == pytest.approx(b, rel=1e-9, abs=1e-9)


def test_a_declinometer_stands_along_the_field():
    assert variometer.deflection_of_field(300.0, 11000.0, 0.0, 1.0) == pytest.approx(np.arctan2(300.0, 11000.0))


@given(b=st.floats(-1.0, 1.0), b_along=st.floats(1e3, 6e4), torsion=TORSION, moment=st.floats(0.1, 10.0))
def test_scale_value_is_the_limit_of_small_angles(b, b_along, torsion, moment):
    angle = variometer.deflection_of_field(b, b_along, torsion, moment)
    trace = variometer.trace_displacement(angle, 1.7)
    assert trace * variometer.scale_value(1.7, b_along, torsion, moment) == pytest.approx(b, rel=1e-5, abs=1e-12)


@given(displacement=st.floats(-300.0, 300.0), b_along=ALONG, torsion=TORSION, moment=MOMENT)
def test_traces_are_read_without_small_angles(displacement, b_along, torsion, moment):
    b = variometer.field_of_trace(displacement, 1.5, b_along, torsion, moment, 20000.0) - 20000.0
    angle = variometer.deflection_of_field(b, b_along, torsion, moment)
    if b_along > 1 or torsion / moment > 1e-9:
        assert variometer.trace_displacement(angle, 1.5) == pytest.approx(displacement, rel=1e-6, abs=1e-6)


def test_free_period_is_that_of_the_swing():
    b_along, torsion, moment, inertia = 11000.0, 2e-6, 0.5, 1e-6

    def swing(t, q):
        pull = -moment * b_along * 1e-9 * np.sin(q[0]) - torsion * q[0]
        return [q[1], pull / inertia]

    def middle(t, q):
        return q[0]

    middle.direction = 1
    path = integrate.solve_ivp(swing, (0, 30), [1e-3, 0.0], events=middle, rtol=1e-10, atol=1e-14)
    period = variometer.free_period(b_along, torsion, moment, inertia)
    assert np.diff(path.t_events[0]).mean() == pytest.approx(period, rel=1e-6)


@pytest.mark.parametrize(("period", "damping"), [(3.0, 0.3), (6.0, 1.0), (20.0, 0.6)])
def test_response_is_that_of_the_driven_oscillator(period, damping):
    natural = 2 * np.pi / 4.0
    driving = 2 * np.pi / period

    def swing(t, q):
        return [q[1], natural**2 * (np.sin(driving * t) - q[0]) - 2 * damping * natural * q[1]]

    times = np.linspace(40 * period, 41 * period, 400, endpoint=False)
    path = integrate.solve_ivp(swing, (0, 41 * period), [0.0, 0.0], t_eval=times, rtol=1e-9, atol=1e-12)
    amplitude = 2 * np.mean(path.y[0] * np.exp(-1j * driving * times)) * 1j
    gain, lag = variometer.swing_response(period, 4.0, damping)
    assert gain == pytest.approx(abs(amplitude), rel=1e-5)
    assert lag == pytest.approx(-np.angle(amplitude), abs=1e-5)


def test_slow_fields_are_followed_and_fast_ones_lost():
    gain, lag = variometer.swing_response(np.array([1e5, 1e-2]), 4.0)
    assert gain[0] == pytest.approx(1.0, abs=1e-6)
    assert lag[0] < 1e-3
    assert gain[1] < 1e-5
    assert lag[1] > 3.1

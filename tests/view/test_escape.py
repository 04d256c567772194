"""Pictures of what escapes: sums, ranges and fates."""

import numpy as np
import pytest

from sunearth.core.errors import InputError
from sunearth.magnetosphere.escape import escape_rate
from sunearth.magnetosphere.outflow import FATES, IonFlights
from sunearth.view import escape as view

TIME = np.datetime64("2015-03-17T00", "ns") + np.arange(24) * np.timedelta64(1, "h")


def storm():
    return escape_rate(TIME, np.repeat([2.0, 7.7], 12), 115.0, np.repeat([2.0, -15.0], 12))


@pytest.mark.parametrize("width", [9.5, 4.6])
def test_the_ways_add_up_to_the_line(width):
    rate = storm()
    figure = view.escape_in_time(TIME, rate, {"Kp": (TIME, np.repeat([2.0, 7.7], 12))}, width=width)
    top = figure.axes[0]
    together, lower, upper = (line.get_ydata() for line in top.get_lines())
    highest = top.collections[-1].get_paths()[0].vertices[:, 1].max()
    assert highest == pytest.approx(together.max(), rel=1e-9)
    assert np.all(lower < together)
    assert np.all(together < upper)
    assert figure.axes[1].get_ylabel() == "Kp"
    assert "lowest and highest published" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_series_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="one series"):
        view.escape_in_time(TIME[:5], storm())


@pytest.mark.parametrize("width", [9.5, 4.6])
def test_fates_stand_where_ions_were_launched(width):
    angle, energy = np.meshgrid([-8.0, 0.0, 8.0], [0.5, 5.0, 100.0])
    found = IonFlights(kp=1.0, convection_speed=0.1).solve("O+", colatitude=angle.ravel(), energy=energy.ravel())
    figure = view.ion_fates({"oxygen": found}, width=width)
    axes = figure.axes[0]
    drawn = np.asarray(axes.collections[0].get_array()).reshape(3, 3)
    np.testing.assert_array_equal(drawn, found["fate"].values.reshape(3, 3))
    assert drawn[0, 0] == FATES.index("returned"), "half an electronvolt does not lift oxygen"
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names[0] == "fall back"
    assert names[-1] == "gone for good"


def test_launches_that_are_no_grid_are_refused():
    found = IonFlights().solve("O+", colatitude=[1.0, 2.0, 3.0], energy=[1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="all pairs"):
        view.ion_fates({"oxygen": found})

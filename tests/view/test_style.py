import matplotlib
import pytest

from sunearth.view.style import style, unit_label, with_unit


def test_the_users_settings_come_back_even_after_an_error():
    before = dict(matplotlib.rcParams)

    class BrokenError(Exception):
        pass

    def draw_and_break():
        with style():
            assert matplotlib.rcParams["axes.grid"] is True
            raise BrokenError

    with pytest.raises(BrokenError):
        draw_and_break()
    assert dict(matplotlib.rcParams) == before


def test_the_users_settings_do_not_show():
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "red"}), style():
        assert matplotlib.rcParams["font.size"] < 10
        assert matplotlib.rcParams["axes.facecolor"] == "white"


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        ("nT", "nT"),
        ("1", ""),
        ("deg", "°"),
        ("cm^-3", "cm$^{-3}$"),
        ("km^(4/3) s^(-4/3) nT^(2/3)", "km$^{4/3}$ s$^{-4/3}$ nT$^{2/3}$"),
        ("R_E", "$R_E$"),
    ],
)
def test_units_are_written_as_print_would(unit, label):
    assert unit_label(unit) == label


def test_a_pure_number_has_no_unit():
    assert with_unit("Kp", "1") == "Kp"

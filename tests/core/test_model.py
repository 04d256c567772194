"""The declaration of a model: what it accepts, what it gives back, what it refuses."""

import pickle
import sys
from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr

from sunearth.core.errors import InputError, UnitError, UnknownNameError
from sunearth.core.model import model
from sunearth.core.registry import bibtex, find_model
from sunearth.core.units import dimensionless, km_s, nPa, nT
from sunearth.magnetosphere.magnetopause import shue_1998


class Pair(NamedTuple):
    half: nT
    square: dimensionless


@pytest.fixture
def scratch_registry(monkeypatch):
    monkeypatch.setattr(sys.modules["sunearth.core.model"], "_registry", {})


def test_record_results_are_labelled_one_by_one(scratch_registry):
    @model(cite="Nobody 1900, J. None 1, 1")
    def pair(b: nT) -> Pair:
        """Half and square.

        Returns
        -------
        half : float or array, nT
            Half of it.
        square : float or array
            Its square.
        """
        return Pair(b / 2, b * b)

    result = pair(xr.DataArray([2e-9, 4e-9], dims="time", attrs={"units": "T"}))
    assert isinstance(result, Pair)
    np.testing.assert_allclose(result.half, [1.0, 2.0])
    assert result.half.attrs == {"units": "nT", "long_name": "Half of it", "references": "Nobody 1900, J. None 1, 1"}
    assert result.square.attrs["units"] == "1"


def test_a_result_without_a_unit_is_refused():
    with pytest.raises(InputError, match="needs a unit"):

        @model(cite="x")
        def nothing(b: nT) -> float:
            """Nothing."""
            return b


def test_a_range_for_no_parameter_is_refused():
    with pytest.raises(InputError, match="not in the signature"):

        @model(cite="x", valid={"speed": (0, 1)})
        def nothing(b: nT) -> nT:
            """Nothing."""
            return b


def test_options_and_absent_quantities_pass_through(scratch_registry):
    @model(cite="x")
    def chosen(b: nT, weight: dimensionless | None = None, side: str = "north") -> nT:
        """Chosen."""
        assert isinstance(side, str)
        return b if weight is None else b * weight

    assert chosen(2.0, side="south") == 2.0
    assert chosen(xr.DataArray([2.0], dims="x"), None, "south").item() == 2.0
    assert chosen(2.0, weight=3) == 6.0


def test_python_floats_outside_the_domain_give_nan_not_an_error():
    assert np.isnan(shue_1998(0.0, -1.0, 0.0))
    assert shue_1998(0.0, 0.0, 0.0) == np.inf


def test_masked_arrays_become_nan():
    p_dyn = np.ma.masked_array([2.0, 3.0], mask=[False, True])
    assert np.isnan(shue_1998(0.0, p_dyn, 0.0)).tolist() == [False, True]


def test_pint_quantities_convert_and_come_back():
    pint = pytest.importorskip("pint")
    registry = pint.UnitRegistry()
    result = shue_1998(registry.Quantity(0, "deg"), registry.Quantity(2e-9, "Pa"), registry.Quantity(-5.0, "nT"))
    assert result.to("km").magnitude == pytest.approx(9.806238 * 6371.2, rel=1e-6)


def test_astropy_result_is_a_length():
    u = pytest.importorskip("astropy.units")
    result = shue_1998(0 * u.deg, 2 * u.nPa, -5e-5 * u.G)
    assert result.to_value(u.km) == pytest.approx(9.806238 * 6371.2, rel=1e-6)


def test_wrong_things_are_refused_in_one_line():
    p_dyn = xr.DataArray([1.0], dims="time", attrs={"units": "km/s"})
    with pytest.raises(UnitError, match=r"^shue_1998: p_dyn: cannot convert 'km/s' to 'nPa'"):
        shue_1998(0.0, p_dyn, 0.0)
    with pytest.raises(InputError, match="do not broadcast"):
        shue_1998(np.zeros(3), np.ones(4), 0.0)
    with pytest.raises(InputError, match="do not fit together"):
        shue_1998(0.0, xr.DataArray([1.0], {"t": [1]}, "t"), xr.DataArray([1.0, 2.0], {"t": [3, 4]}, "t"))
    with pytest.raises(InputError, match="pass one of its variables"):
        shue_1998(0.0, xr.Dataset(), xr.DataArray([1.0], dims="t"))
    with pytest.raises(TypeError, match="bz"):
        shue_1998(0.0, 1.0, bz=1.0)
    with pytest.raises(TypeError):
        shue_1998(0.0, 1.0, 2.0, 3.0)


def test_models_travel_between_processes():
    assert pickle.loads(pickle.dumps(shue_1998)) is shue_1998


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(UnknownNameError, match="shue_1998"):
        find_model("shue_1999")


def test_unknown_names_of_a_short_list_are_listed():
    assert str(UnknownNameError("boundary", "x", ["poleward", "diffuse"])) == (
        "unknown boundary 'x'; known are poleward, diffuse."
    )


def test_citations_become_bibtex():
    text = bibtex("O'Brien and McPherron 2000, J. Geophys. Res. 105(A4), 7707, doi:10.1029/1998JA000437")
    assert "@article{o_brien_and_mcpherron_2000," in text
    assert "volume = {105}" in text
    assert "number = {A4}" in text
    assert "pages = {7707}" in text
    assert "doi = {10.1029/1998JA000437}" in text
    assert bibtex("a textbook relation").startswith("@misc")


def test_signature_units_are_found():
    assert [str(p.unit) for p in shue_1998.spec.quantities] == ["rad", "nPa", "nT"]
    assert str(shue_1998.spec.outputs[0].unit) == "R_E"
    assert km_s is not nPa

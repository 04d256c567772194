"""Laws that every registered model obeys, whatever it computes."""

import importlib.util
import subprocess
import sys
import warnings
import zlib

import numpy as np
import pytest

from sunearth.core.model import Parameter
from sunearth.core.quantities import foreign_unit
from sunearth.core.registry import all_models, cite

MODELS = all_models()
CLOSED = {path: spec for path, spec in MODELS.items() if spec.along is None}
HAS_JAX = importlib.util.find_spec("jax") is not None

# Typical values by unit, for inputs whose valid range is not stated.
TYPICAL = {
    "nPa": (0.5, 10.0),
    "nT": (-15.0, 15.0),
    "km/s": (300.0, 800.0),
    "cm^-3": (1.0, 30.0),
    "K": (2e4, 5e5),
    "R_E": (6.0, 14.0),
    "rad": (0.0, 1.5),
    "deg": (0.0, 80.0),
    "h": (0.0, 24.0),
    "d": (1.0, 365.0),
    "1": (1.0, 8.0),
    "kV": (10.0, 200.0),
    "S": (1.0, 20.0),
    "mV/m": (-5.0, 10.0),
}


def draw(spec, parameter: Parameter, shape, rng):
    """Random values inside the valid range of a parameter."""
    low, high = spec.ranges.get(parameter.name, TYPICAL.get(parameter.unit.name, (1.0, 2.0)))
    return rng.uniform(low, high, shape)


def times(shape):
    return (np.datetime64("2015-03-17", "ns") + np.arange(shape[-1]) * np.timedelta64(1, "h")) + np.zeros(
        shape, "timedelta64[ns]"
    )


def inputs(spec, shape=(7,), only=None):
    rng = np.random.default_rng(zlib.crc32(spec.path.encode()))
    values = {}
    for parameter in spec.parameters.values():
        if parameter.is_time:
            values[parameter.name] = times(shape)
        elif parameter.unit is not None and (parameter.is_required or only is None):
            values[parameter.name] = draw(spec, parameter, shape, rng)
    return values


def outputs(spec, result):
    return (result,) if spec.record is None else tuple(result)


each_model = pytest.mark.parametrize("spec", MODELS.values(), ids=list(MODELS))
each_closed = pytest.mark.parametrize("spec", CLOSED.values(), ids=list(CLOSED))
MEASURED = {path: spec for path, spec in MODELS.items() if spec.quantities}
each_with_quantities = pytest.mark.parametrize("spec", MEASURED.values(), ids=list(MEASURED))


@each_model
def test_documented(spec):
    assert spec.summary, "a docstring starts with a sentence"
    for parameter in spec.parameters.values():
        assert parameter.description, f"{parameter.name} is not described"
    assert spec.docstring.sections.get("Returns"), "Returns is missing"
    assert ">>>" in spec.docstring.sections.get("Examples", ""), "an example is missing"
    assert cite(spec.model).startswith("@")


@each_model
def test_floating_point_out(spec):
    for result in outputs(spec, spec.model(**inputs(spec))):
        result = np.asarray(result)
        assert result.dtype.kind == "f"
        assert result.shape == (7,)
        assert np.isfinite(result).any(), "finite somewhere inside its own valid range"


@each_model
def test_leading_axes_are_independent(spec):
    values = inputs(spec, (3, 7))
    whole = outputs(spec, spec.model(**values))
    for row in range(3):
        single = outputs(spec, spec.model(**{name: v[row] for name, v in values.items()}))
        for a, b in zip(whole, single, strict=True):
            np.testing.assert_allclose(a[row], b, rtol=1e-12, atol=0)


@each_closed
def test_scalars_lists_and_arrays_agree(spec):
    values = inputs(spec, (4,))
    arrays = outputs(spec, spec.model(**values))
    lists = outputs(spec, spec.model(**{n: v.tolist() if v.dtype.kind == "f" else v for n, v in values.items()}))
    for k in range(4):
        scalars = outputs(
            spec, spec.model(**{n: float(v[k]) if v.dtype.kind == "f" else v[k] for n, v in values.items()})
        )
        for a, b, c in zip(arrays, lists, scalars, strict=True):
            np.testing.assert_allclose(c, a[k], rtol=1e-12)
            np.testing.assert_allclose(b[k], a[k], rtol=1e-12)


@each_closed
def test_inputs_broadcast(spec):
    values = inputs(spec, (5,))
    first = next(iter(values))
    widened = {n: v[:, None] if n == first else v[None, :] for n, v in values.items()}
    for result, parts in zip(
        outputs(spec, spec.model(**widened)),
        zip(*(outputs(spec, spec.model(**(values | {first: values[first][i]}))) for i in range(5)), strict=True),
        strict=True,
    ):
        expected = np.stack([np.broadcast_to(p, (5,)) for p in parts])
        np.testing.assert_allclose(np.broadcast_to(result, (5, 5)), expected, rtol=1e-12)


@each_model
def test_nan_stays_in_its_place(spec):
    values = inputs(spec, (6,))
    clean = outputs(spec, spec.model(**values))
    for parameter in spec.quantities:
        spoiled = values[parameter.name].copy()
        spoiled[2] = np.nan
        results = outputs(spec, spec.model(**(values | {parameter.name: spoiled})))
        assert any(np.isnan(r[2]) for r in results), f"NaN in {parameter.name} was swallowed"
        if spec.along is None:
            for result, reference in zip(results, clean, strict=True):
                others = [0, 1, 3, 4, 5]
                np.testing.assert_array_equal(result[others], reference[others])


@each_model
def test_integers_do_not_overflow(spec):
    values = {n: np.rint(v) if v.dtype.kind == "f" else v for n, v in inputs(spec, (4,)).items()}
    as_integers = {
        n: v.astype(np.int16) if v.dtype.kind == "f" and np.abs(v).max() < 3e4 else v for n, v in values.items()
    }
    for a, b in zip(outputs(spec, spec.model(**as_integers)), outputs(spec, spec.model(**values)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@each_model
def test_no_warnings_far_outside(spec):
    rng = np.random.default_rng(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for scale in (0.0, -1.0, 1e6):
            values = {
                n: scale * rng.uniform(0, 1, 5) if v.dtype.kind == "f" else v for n, v in inputs(spec, (5,)).items()
            }
            spec.model(**values)


@each_with_quantities
def test_astropy_quantities_convert_and_come_back(spec):
    u = pytest.importorskip("astropy.units")
    values = inputs(spec, (4,))
    plain = outputs(spec, spec.model(**values))
    with_units = {}
    for name, value in values.items():
        unit = spec.parameters[name].unit
        if unit is None:
            with_units[name] = value
        else:
            quantity = u.Quantity(value, foreign_unit(unit, u.Quantity(1.0)))
            with_units[name] = quantity.si if not unit.is_dimensionless else quantity
    for result, reference, output in zip(outputs(spec, spec.model(**with_units)), plain, spec.outputs, strict=True):
        assert isinstance(result, u.Quantity)
        np.testing.assert_allclose(
            result.to_value(foreign_unit(output.unit, result)),
            reference,
            rtol=1e-7,
            atol=1e-9 * np.nanmax(np.abs(reference)),
        )


@each_model
def test_labelled_arrays_keep_dims_and_convert_units(spec):
    xr = pytest.importorskip("xarray")
    values = inputs(spec, (6,))
    plain = outputs(spec, spec.model(**values))
    coordinate = {"time": times((6,))}
    labelled = {}
    for name, value in values.items():
        unit = spec.parameters[name].unit
        attrs = {} if unit is None else {"units": unit.name}
        labelled[name] = xr.DataArray(value, dims="time", coords=coordinate, attrs=attrs)
    for result, reference, output in zip(outputs(spec, spec.model(**labelled)), plain, spec.outputs, strict=True):
        assert result.dims == ("time",)
        assert result.attrs["units"] == output.unit.name
        assert result.attrs["references"] == spec.cite
        assert result.attrs["long_name"]
        np.testing.assert_array_equal(result["time"], coordinate["time"])
        np.testing.assert_allclose(result.values, reference, rtol=1e-12)


@each_model
def test_dask_stays_lazy(spec):
    xr = pytest.importorskip("xarray")
    pytest.importorskip("dask.array")
    values = inputs(spec, (3, 6))
    plain = outputs(spec, spec.model(**values))
    chunked = {n: xr.DataArray(v, dims=("member", "time")).chunk({"member": 1, "time": 3}) for n, v in values.items()}
    for result, reference in zip(outputs(spec, spec.model(**chunked)), plain, strict=True):
        assert result.chunks is not None, "still lazy"
        assert result.dims == ("member", "time")
        np.testing.assert_allclose(result.compute().values, reference, rtol=1e-12)


@each_model
def test_wrong_units_are_refused(spec):
    xr = pytest.importorskip("xarray")
    values = inputs(spec, (4,))
    for parameter in spec.quantities:
        wrong = xr.DataArray(values[parameter.name], dims="time", attrs={"units": "kg^7"})
        with pytest.raises(ValueError, match=rf"{parameter.name}.*kg\^7"):
            spec.model(**(values | {parameter.name: wrong}))
        for nonsense in ("text", 1j, [None], np.array(["2015"], "datetime64[D]")):
            with pytest.raises(ValueError, match=parameter.name):
                spec.model(**(values | {parameter.name: nonsense}))


@each_model
def test_stated_symmetries(spec):
    values = inputs(spec)
    reference = outputs(spec, spec.model(**values))
    for name in spec.even:
        for a, b in zip(outputs(spec, spec.model(**(values | {name: -values[name]}))), reference, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, err_msg=f"not even in {name}")


@each_model
def test_stated_monotonicity(spec):
    rng = np.random.default_rng(7)
    values = inputs(spec, (50,))
    for name, sign in spec.monotonic.items():
        low, high = spec.ranges.get(name, TYPICAL.get(spec.parameters[name].unit.name, (1.0, 2.0)))
        a, b = np.sort(rng.uniform(low, high, (2, 50)), axis=0)
        first = outputs(spec, spec.model(**(values | {name: a})))[0]
        second = outputs(spec, spec.model(**(values | {name: b})))[0]
        difference = sign * (second - first)
        assert np.nanmin(difference) >= -1e-9 * np.nanmax(np.abs(first)), f"not monotonic in {name}"


@each_model
def test_valid_masks_the_stated_ranges(spec):
    for name, (low, high) in spec.ranges.items():
        inside = spec.model.valid(**{name: np.array([low, high, low - 1e-6 * abs(low) - 1e-9, np.inf, np.nan])})
        assert inside.tolist() == [True, True, False, False, False]


@pytest.mark.skipif(not HAS_JAX, reason="JAX is not installed")
@each_closed
def test_jax_jit_grad_vmap(spec):
    import jax

    jax.config.update("jax_enable_x64", True)
    if spec.compiled:
        pytest.skip("a compiled loop, which JAX does not see into")
    values = {n: v for n, v in inputs(spec, (5,)).items() if v.dtype.kind == "f"}
    if len(values) < len(inputs(spec, (5,))):
        pytest.skip("needs times, which JAX has no type for")
    arrays = {n: jax.numpy.asarray(v) for n, v in values.items()}
    plain = outputs(spec, spec.model(**values))
    jitted = outputs(spec, jax.jit(lambda kw: spec.model(**kw))(arrays))
    mapped = outputs(spec, jax.vmap(lambda kw: spec.model(**kw))(arrays))
    for a, b, c in zip(jitted, mapped, plain, strict=True):
        np.testing.assert_allclose(a, c, rtol=1e-6)
        np.testing.assert_allclose(b, c, rtol=1e-6)
    scalars = {n: v[0] for n, v in arrays.items()}
    gradient = jax.grad(lambda kw: outputs(spec, spec.model(**kw))[0])(scalars)
    assert all(np.isfinite(g) for g in gradient.values())


def test_everything_imports_and_runs_with_sockets_blocked():
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise OSError('blocked')\n"
        "socket.socket.connect = refuse\n"
        "socket.create_connection = socket.getaddrinfo = refuse\n"
        "from sunearth import all_models, find_model\n"
        "assert len(all_models()) > 30\n"
        "assert abs(find_model('shue_1998').model(0.0, 2.0, 0.0) - 10.2519) < 1e-3\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)

"""The inner magnetosphere of a run: what is added, when, and what becomes of gaps and short runs."""

import numpy as np
import pytest

from sunearth.chain import inner_magnetosphere as module
from sunearth.chain.inner_magnetosphere import follow_inner_magnetosphere
from sunearth.chain.run import run
from sunearth.core.errors import InputError


@pytest.fixture(scope="module")
def storm():
    return run("st-patrick-2015", start="2015-03-17T00:00", end="2015-03-18T00:00")


@pytest.fixture(scope="module")
def followed(storm):
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "RING_CURRENT", {"rows": 12, "columns": 16, "energies": 6, "pitch_angles": 3, "step": 900.0})
    yield follow_inner_magnetosphere(storm, plasmasphere=True, ring_current=True, cadence="3h")
    patch.undo()


def test_states_are_kept_at_the_cadence_asked_for(storm, followed):
    kept = followed["time_inner"].values
    assert kept[0] == storm["time"].values[0]
    assert (np.diff(kept) == np.timedelta64(3, "h")).all()
    for name in ("plasmasphere_density", "plasmapause_shape", "ring_current_pressure", "ring_current_dst"):
        assert followed[name].dims[0] == "time_inner"
        assert followed[name].attrs["units"]
        assert followed[name].attrs["long_name"]
    assert set(storm.variables) <= set(followed.variables)


def test_the_storm_strips_the_plasmasphere_and_fills_the_ring(followed):
    night = followed["plasmapause_shape"].sel(plasmasphere_mlt=slice(0.0, 5.0)).median("plasmasphere_mlt")
    assert float(night[-1]) < float(night[0]) - 1.0
    assert float(followed["ring_current_dst"].min()) < -60.0
    assert float(followed["ring_current_dst"].argmin("time_inner")) > 3
    pressure = followed["ring_current_pressure"]
    assert float(pressure.max()) > 5.0 * float(pressure[0].max())
    dusk, dawn = (pressure.sel(ring_current_mlt=slice(*hours)).mean() for hours in ((15.0, 21.0), (3.0, 9.0)))
    assert float(dusk) > float(dawn)


def test_flags_follow_those_of_the_drivers(storm, followed):
    kp = storm["kp_model_valid"].sel(time=followed["time_inner"], method="nearest")
    for name in ("plasmasphere_valid", "ring_current_valid"):
        assert np.array_equal(followed[name].values, kp.values)
        assert 0 < int(followed[name].sum()) < followed[name].size


def test_the_run_asks_for_it_by_a_table():
    result = run("gannon-2024", end="2024-05-10T18:00", inner={"plasmasphere": True, "cadence": "2h"})
    assert result["plasmasphere_density"].sizes["time_inner"] == 4
    assert '"plasmasphere": true' in result.attrs["scenario"]


def test_what_cannot_be_followed_is_refused(storm):
    with pytest.raises(InputError, match="single run"):
        follow_inner_magnetosphere(storm.expand_dims(member=2))
    with pytest.raises(InputError, match="two times"):
        follow_inner_magnetosphere(storm.isel(time=slice(0, 1)))
    with pytest.raises(InputError, match="duration"):
        follow_inner_magnetosphere(storm, cadence="often")
    with pytest.raises(InputError, match="above zero"):
        follow_inner_magnetosphere(storm, cadence="0h")
    with pytest.raises(InputError, match="never knows p_dyn"):
        follow_inner_magnetosphere(storm.assign(p_dyn=storm["p_dyn"] * np.nan))

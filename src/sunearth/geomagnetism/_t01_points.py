"""The field of Tsyganenko (2002) at many points, each with a state of its own."""

from __future__ import annotations

from numba import float64, int64, njit, types

from ._t01 import prepare_t01, t01_field


@njit(
    types.void(
        float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        int64, int64,
    ),
    cache=True,
    nogil=True,
    error_model="numpy",
)  # fmt: skip
def t01_points(x, y, z, tilt, p_dyn, dst, b_y, b_z, g1, g2, field_x, field_y, field_z, start, stop):  # type: ignore[no-untyped-def]
    """Field at points with a state each; a record serves as long as the state stays the same."""
    for i in range(start, stop):
        same = i > start
        for driver in (tilt, p_dyn, dst, b_y, b_z, g1, g2):
            same = same and driver[i] == driver[i - 1]
        if not same:
            record = prepare_t01(tilt[i], p_dyn[i], dst[i], b_y[i], b_z[i], g1[i], g2[i])
        field_x[i], field_y[i], field_z[i] = t01_field(record, x[i], y[i], z[i])

"""The field of Tsyganenko and Sitnov (2005) at many points, each with a state of its own."""

from __future__ import annotations

from numba import float64, int64, njit, types

from ._ts04 import prepare_ts04, ts04_field


@njit(
    types.void(
        float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],
        float64[::1], float64[::1], float64[::1],
        int64, int64,
    ),
    cache=True,
    nogil=True,
    error_model="numpy",
)  # fmt: skip
def ts04_points(x, y, z, tilt, p_dyn, dst, b_y, b_z, w1, w2, w3, w4, w5, w6, field_x, field_y, field_z, start, stop):  # type: ignore[no-untyped-def]
    """Field at points with a state each; a record serves as long as the state stays the same."""
    for i in range(start, stop):
        same = i > start
        for driver in (tilt, p_dyn, dst, b_y, b_z, w1, w2, w3, w4, w5, w6):
            same = same and driver[i] == driver[i - 1]
        if not same:
            record = prepare_ts04(tilt[i], p_dyn[i], dst[i], b_y[i], b_z[i], w1[i], w2[i], w3[i], w4[i], w5[i], w6[i])
        field_x[i], field_y[i], field_z[i] = ts04_field(record, x[i], y[i], z[i])

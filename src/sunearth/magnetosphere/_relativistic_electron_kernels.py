"""Loop along time for the flux of relativistic electrons. Rows are independent members."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_LONGEST_STEP = 1.0  # h, longer intervals are cut


@njit(cache=True, nogil=True, error_model="numpy")
def rise_and_fall(  # type: ignore[no-untyped-def]
    hours,
    level,
    field,
    loss,
    measured,
    start,
    seed_time,
    rise_time,
    decay_time,
    field_time,
    field_effect,
    highest,
    lowest,
):
    """Mean over each interval of the logarithm of the flux, its drivers being constant meanwhile.

    The seed follows `level` and the memory of the field follows `field`, both exactly; the logarithm of the flux nears
    the seed, fast when it rises and slowly when it falls, and loses `loss` an hour. Where a driver is NaN so is the
    result, the memory of the field fades, and flux and seed stay where they are. A `measured` logarithm of the flux
    replaces, where it is not NaN, what was computed at the end of the interval.
    """
    rows, length = level.shape
    result = np.empty((rows, length))
    for row in range(rows):
        state = start[row, 0] if length > 0 else math.nan
        seed, memory, begun = 0.0, 0.0, False
        for k in range(length):
            result[row, k] = math.nan
            duration = hours[row, k]
            if not duration > 0.0:
                continue
            goal, drive, drain = level[row, k], field[row, k], loss[row, k]
            if math.isnan(goal) or math.isnan(drive) or math.isnan(drain):
                memory *= math.exp(-duration / field_time)
                if not math.isnan(measured[row, k]):
                    state = measured[row, k] + field_effect * memory
                continue
            if not begun:
                seed, begun = goal, True
            pieces = max(1, math.ceil(duration / _LONGEST_STEP - 1e-9))
            step = duration / pieces
            total = 0.0
            for _ in range(pieces):
                seed = goal + (seed - goal) * math.exp(-step / seed_time)
                memory = drive + (memory - drive) * math.exp(-step / field_time)
                target = min(seed, highest)
                constant = rise_time if target > state else decay_time
                after = target + (state - target) * math.exp(-step / constant) - drain * step
                after = max(after, lowest)
                total += 0.5 * (state + after) - field_effect * memory
                state = after
            result[row, k] = max(total / pieces, lowest)
            if not math.isnan(measured[row, k]):
                state = measured[row, k] + field_effect * memory
    return result

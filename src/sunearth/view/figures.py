"""The pictures of a run: its course in time, the boundaries in space, the oval on the map, and a model's curve.

Every function returns a matplotlib Figure that belongs to no window and to no pyplot state. `width` is in inches and
the letters keep their size, so a narrow figure is one for a narrow screen.
"""

from __future__ import annotations

from .canvas import storm_peak
from .curves import model_curve
from .cuts import boundary_cuts, extreme_hours
from .polar import polar_map
from .timeline import decimate, open_gaps, time_plot

__all__ = [
    "boundary_cuts",
    "decimate",
    "extreme_hours",
    "model_curve",
    "open_gaps",
    "polar_map",
    "storm_peak",
    "time_plot",
]

"""Pictures and reports of a run: what a forecaster looks at."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "coastline",
        "escape",
        "field_lines",
        "figures",
        "inner_magnetosphere",
        "outer_magnetosphere",
        "output",
        "report",
        "space",
        "style",
        "trapped_particles",
    ],
    submod_attrs={
        "field_lines": ["connections", "field_chart", "lines_in_space", "noon_midnight"],
        "figures": ["boundary_cuts", "model_curve", "polar_map", "time_plot"],
        "output": ["save_run"],
        "report": ["report_html"],
    },
)

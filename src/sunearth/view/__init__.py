"""Pictures and reports of a run: what a forecaster looks at."""

from __future__ import annotations

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=["coastline", "figures", "output", "report", "style"],
    submod_attrs={
        "figures": ["boundary_cuts", "model_curve", "polar_map", "time_plot"],
        "output": ["save_run"],
        "report": ["report_html"],
    },
)

"""Draws the storm that the README shows: ``python docs/draw_readme_picture.py``."""

from pathlib import Path

import sunearth
from sunearth.view.figures import time_plot

SHOWN = ("b_z", "magnetopause_standoff", "bow_shock_standoff", "cpcp", "dst", "kp_model", "oval_equatorward_mlat")
OBSERVED = ("dst_observed", "sym_h_observed", "kp_observed", "oval_poleward_mlat")

if __name__ == "__main__":
    result = sunearth.run("st-patrick-2015")
    flags = [f"{name}_valid" for name in SHOWN if f"{name}_valid" in result]
    figure = time_plot(result[[*SHOWN, *(name for name in OBSERVED if name in result), *flags]])
    figure.savefig(Path(__file__).parent / "_static" / "st_patrick_2015.png", dpi=110)

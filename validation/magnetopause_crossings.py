"""Print how far the models of magnetopause and bow shock miss the crossings by THEMIS in March 2015.

python validation/magnetopause_crossings.py [DATA_FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from sunearth.chain.score_boundaries import score_bow_shock, score_magnetopause


def main(folder: Path) -> None:
    for boundary, scores in {"magnetopause": score_magnetopause(folder), "bow shock": score_bow_shock(folder)}.items():
        print(f"{boundary}, modelled minus observed distance, R_E")
        for name, score in scores.items():
            errors = f"mean {score['mean']:+.2f}  MAE {score['mae']:.2f}  rms {score['rms']:.2f}"
            print(f"  {name:<24} n {score['n']:3d}  {errors}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")

"""A run described in a file: what goes in, which models, what comes out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sunearth.core.errors import DataError


class Tracing(BaseModel):
    """Field lines to follow, the table ``[trace]`` of a scenario.

    Examples
    --------
    >>> Tracing(model="t89", stations={"Tromso": (69.65, 18.96)}).cadence
    '1h'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Literal["t89", "t96", "t01", "ts04"] = "ts04"
    cadence: str = "1h"
    satellites: dict[str, float | str] | None = Field(default=None, description="name = longitude or a CSV file.")
    stations: dict[str, tuple[float, float]] | None = Field(default=None, description="name = [latitude, longitude].")
    l_star: bool = Field(default=True, description="Find the L* of geosynchronous orbit and of the satellites.")


class Inner(BaseModel):
    """What to follow around the Earth, the table ``[inner]`` of a scenario.

    Examples
    --------
    >>> Inner(plasmasphere=True).cadence
    '1h'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    plasmasphere: bool = Field(default=False, description="Its density in the equatorial plane; seconds.")
    ring_current: bool = Field(default=False, description="Its pressure in the equatorial plane; ten seconds a day.")
    cadence: str = Field(default="1h", description="How often a state is kept.")


class Ejection(BaseModel):
    """A coronal mass ejection to start from, the table ``[cme]`` of a scenario.

    Examples
    --------
    >>> Ejection(launch="2024-05-08T22:36", speed=1200.0).rope
    'SWN'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    launch: str = Field(description="When it passes `start`, UTC.")
    speed: float = Field(gt=0, description="km/s.")
    rope: str = Field(default="SWN", description="Class of the flux rope: what its field does is an assumption.")
    start: float = Field(default=20.0, description="R_sun.")
    impact: float = 0.0
    cloud_b: float | None = None
    sheath_b_z: float = 0.0
    wind_speed: float = 400.0


class Scenario(BaseModel):
    """Everything that a run needs, as read from a TOML file.

    Examples
    --------
    >>> Scenario(source="gannon-2024", models={"dst": "burton_1975"}).members
    0
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(default="", description="An embedded event or a file, relative to the scenario's own folder.")
    cme: Ejection | None = Field(default=None, description="A mass ejection to start from, instead of a source.")
    name: str | None = Field(default=None, description="Name of the output folder.")
    start: str | None = None
    end: str | None = None
    frame: str | None = Field(default=None, description="GSM or GSE, where the file does not say.")
    columns: dict[str, str] = Field(default_factory=dict, description="theirs = 'ours[unit]'.")
    gap_limit: str = "30min"
    propagate: bool = Field(default=False, description="Delay from L1 to the bow-shock nose.")
    indices: str | None = Field(default=None, description="A file of observed indices newer than the package's.")
    models: dict[str, str] = Field(default_factory=dict, description="stage = model.")
    trace: Tracing | None = Field(default=None, description="Field lines to follow.")
    inner: Inner | None = Field(default=None, description="Plasmasphere and ring current to follow in space.")
    members: int = Field(default=0, ge=0, le=10_000, description="Members of an ensemble over perturbed inputs.")
    seed: int = 1

    def run_arguments(self) -> dict[str, Any]:
        """Return what :func:`sunearth.run` takes."""
        fields = ("source", "models", "start", "end", "columns", "frame", "gap_limit", "propagate", "indices")
        if self.cme is not None:
            from sunearth.heliosphere.cme import synthetic_wind

            source = {"source": synthetic_wind(**self.cme.model_dump())}
        else:
            source = {}
        traced = {"trace": self.trace.model_dump()} if self.trace is not None else {}
        followed = {"inner": self.inner.model_dump()} if self.inner is not None else {}
        return {field: getattr(self, field) for field in fields} | source | traced | followed


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    path : str or Path
        A TOML file; a relative `source` that names a file is taken from the scenario's folder.

    Returns
    -------
    Scenario
        Checked.

    Raises
    ------
    DataError
        If the file is missing, is not TOML, or holds a field that a scenario does not have.
    """
    path = Path(path)
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot read the scenario: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: not a TOML file: {error}") from error
    try:
        scenario = Scenario(**fields)
    except (ValidationError, TypeError) as error:
        if not isinstance(error, ValidationError):
            raise DataError(f"{path}: {error}") from error
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        known = ", ".join(Scenario.model_fields)
        raise DataError(f"{path}: {place}: {first['msg']}; a scenario takes {known}") from error
    if bool(scenario.source) == (scenario.cme is not None):
        raise DataError(f"{path}: a scenario has either a source or a table [cme]")
    beside = path.parent / scenario.source
    if scenario.source and beside.is_file():
        scenario = scenario.model_copy(update={"source": str(beside)})
    return scenario if scenario.name else scenario.model_copy(update={"name": path.stem})

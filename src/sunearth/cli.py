"""The command line: ``sunearth run`` and the commands around it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sunearth.core.model import Spec

app = typer.Typer(
    name="sunearth",
    help="From measured solar wind to its effects on Earth.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="STAGE=MODEL", help="Choose a stage's model.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--columns", metavar="THEIRS=OURS[UNIT]", help="Other names and units in a file, e.g. Bz=b_z[nT]."),
]
Frame = Annotated[str | None, typer.Option(help="GSM or GSE, where the file does not say.")]
Start = Annotated[str | None, typer.Option(help="Keep only what comes after, UTC.")]
End = Annotated[str | None, typer.Option(help="Keep only what comes before, UTC.")]
Gap = Annotated[str, typer.Option(help="Bridge gaps up to this length.")]


@app.callback(invoke_without_command=True)
def about(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the code an error arises.")] = False,
) -> None:
    """From measured solar wind to its effects on Earth."""
    if version:
        from sunearth import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def run(
    source: Annotated[
        str, typer.Argument(metavar="EVENT|FILE|SCENARIO.toml", help="An embedded event, a data file or a scenario.")
    ] = "st-patrick-2015",
    out: Annotated[Path | None, typer.Option(help="Folder to write; runs/NAME if left out.")] = None,
    set_: Set = None,
    columns: Columns = None,
    frame: Frame = None,
    start: Start = None,
    end: End = None,
    gap: Gap = "30min",
    from_l1: Annotated[bool, typer.Option("--from-l1", help="Delay the wind from L1 to the bow-shock nose.")] = False,
    indices: Annotated[str | None, typer.Option(help="Observed indices newer than the package's table.")] = None,
    trace: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Also follow field lines in t89, t96, t01 or ts04.")
    ] = None,
    satellite: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=LONGITUDE|FILE.csv", help="A satellite to follow; two GOES if left out."),
    ] = None,
    station: Annotated[
        list[str] | None, typer.Option(metavar="NAME=LATITUDE,LONGITUDE", help="A place on the ground to follow.")
    ] = None,
    cadence: Annotated[str, typer.Option(help="How often field lines are followed.")] = "1h",
    plasmasphere: Annotated[
        bool, typer.Option("--plasmasphere", help="Also follow the plasmasphere around the Earth.")
    ] = False,
    ring_current: Annotated[
        bool, typer.Option("--ring-current", help="Also follow the ring current; ten seconds for each day.")
    ] = False,
    members: Annotated[int, typer.Option(min=0, max=10_000, help="Also run an ensemble over perturbed wind.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the ensemble.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Turn measured solar wind into its effects on Earth: data, report and summary."""
    from sunearth.chain.scenario import Scenario, read_scenario
    from sunearth.view.output import save_run

    if source.endswith(".toml"):
        scenario = read_scenario(source)
        scenario = scenario.model_copy(update={"models": scenario.models | _pairs(set_, "--set")})
    else:
        _event_or_file(source)
        scenario = Scenario(
            source=source,
            name=Path(source).name.split(".")[0],
            start=start,
            end=end,
            frame=frame,
            columns=_pairs(columns, "--columns"),
            gap_limit=gap,
            propagate=from_l1,
            indices=indices,
            models=_pairs(set_, "--set"),
            trace=_tracing(trace, satellite, station, cadence),
            inner=_inner(plasmasphere, ring_current),
            members=members,
            seed=seed,
        )
    folder = out or Path("runs") / (scenario.name or "run")
    with _progress() as progress:
        result = _run_scenario(scenario, progress)
        progress("Writing data and report", 1, 1)
        files, summary = save_run(result, folder, event=str(scenario.name))
    if as_json:
        _print_json(summary)
        return
    _print_summary(summary)
    for path in files[1:]:
        typer.echo(f"  {path}")


def _tracing(model: str | None, satellites: list[str] | None, stations: list[str] | None, cadence: str) -> Any:
    """Field lines to follow, from the options that describe them."""
    from sunearth.chain.field_lines import MODELS
    from sunearth.chain.scenario import Tracing
    from sunearth.core.errors import InputError, UnknownNameError

    if model is None:
        if satellites or stations:
            raise InputError("--satellite and --station need --trace MODEL")
        return None
    if model not in MODELS:
        raise UnknownNameError("field model", model, MODELS)
    orbits: dict[str, float | str] = {}
    for name, text in _pairs(satellites, "--satellite").items():
        try:
            orbits[name] = float(text)
        except ValueError:
            orbits[name] = text
    places = {}
    for name, text in _pairs(stations, "--station").items():
        try:
            latitude, longitude = (float(part) for part in text.split(","))
        except ValueError as error:
            raise InputError(f"--station: {name}={text} is not NAME=LATITUDE,LONGITUDE in degrees") from error
        places[name] = (latitude, longitude)
    return Tracing(model=model, cadence=cadence, satellites=orbits or None, stations=places or None)


def _inner(plasmasphere: bool, ring_current: bool) -> Any:
    """What to follow around the Earth, if anything."""
    from sunearth.chain.scenario import Inner

    return Inner(plasmasphere=plasmasphere, ring_current=ring_current) if plasmasphere or ring_current else None


def _run_scenario(scenario: Any, progress: Any) -> Any:
    import sunearth.chain.run as chain

    result = chain.run(**scenario.run_arguments(), progress=progress)
    if scenario.members:
        from sunearth.chain.ensemble import add_spread

        result = add_spread(result, scenario.members, models=scenario.models, seed=scenario.seed, progress=progress)
    return result


@app.command()
def cme(
    launch: Annotated[str, typer.Option(metavar="TIME", help="When its nose passes the height, UTC.")],
    speed: Annotated[float, typer.Option(metavar="KM/S", help="Its speed there.")],
    width: Annotated[float, typer.Option(metavar="DEG", help="Full angle of its cone.")] = 60.0,
    latitude: Annotated[float, typer.Option(metavar="DEG", help="Of its axis, north of the solar equator.")] = 0.0,
    longitude: Annotated[float, typer.Option(metavar="DEG", help="Of its axis, west of the Earth.")] = 0.0,
    height: Annotated[float, typer.Option(metavar="R_SUN", help="Where it was seen to pass.")] = 21.5,
    speed_error: Annotated[float | None, typer.Option(metavar="KM/S", help="One standard deviation.")] = None,
    wind: Annotated[float, typer.Option(metavar="KM/S", help="Speed of the ambient wind.")] = 400.0,
    out: Annotated[Path | None, typer.Option(help="Folder to write; runs/cme-TIME if left out.")] = None,
    set_: Set = None,
    as_json: AsJson = False,
) -> None:
    """Forecast when a coronal mass ejection arrives and what it may do: report, summary and data."""
    from sunearth.chain.launch import forecast_cme
    from sunearth.view.cme_report import save_cme

    with _progress() as progress:
        found = forecast_cme(
            launch, speed, width, latitude=latitude, longitude=longitude, height=height, speed_error=speed_error,
            wind_speed=wind, models=_pairs(set_, "--set"), progress=progress,
        )  # fmt: skip
        progress("Writing the report", 1, 1)
        folder = out or Path("runs") / f"cme-{str(found.launch.time)[:16].replace(':', '')}"
        files, summary = save_cme(found, folder)
    if as_json:
        _print_json(summary)
        return
    if not summary["hits_earth"]:
        typer.echo("The cone passes the Earth by: no effects are expected.")
    else:
        typer.echo(f"{'':<12}{'shock':<20}{'ejecta':<20}km/s")
        for level, row in summary["arrival"].items():
            typer.echo(f"{float(level):<12.0%}{row['shock']:<20}{row['ejecta']:<20}{row['speed_km_s']:.0f}")
        typer.echo("")
        for effect in summary["effects"].values():
            unit = "" if effect["unit"] == "1" else effect["unit"]
            values = "".join(f"{effect[key]:>9.4g}" for key in ("0.1", "0.5", "0.9"))
            typer.echo(f"{effect['meaning']:<36}{values} {unit}")
        typer.echo("  (10, 50 and 90 % of 40 runs: five arrivals, each with the eight classes of flux rope)")
    if summary["front_in_the_wind"]:
        typer.echo(f"front in the modelled wind: {summary['front_in_the_wind']}")
    typer.echo("")
    for path in files:
        typer.echo(f"  {path}")


@app.command()
def electrons(
    source: Annotated[
        str, typer.Argument(metavar="EVENT|FILE", help="An embedded event or a file of solar wind.")
    ] = "st-patrick-2015",
    flux: Annotated[
        str | None, typer.Option(metavar="FILE", help="Measured flux above 2 MeV: CSV, JSON or NetCDF.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3, help="How many days ahead.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Folder to write; runs/electrons-NAME if left out.")] = None,
    columns: Columns = None,
    flux_columns: Annotated[
        list[str] | None,
        typer.Option("--flux-columns", metavar="THEIRS=flux[UNIT]", help="Names and units in the file of fluxes."),
    ] = None,
    frame: Frame = None,
    start: Start = None,
    end: End = None,
    gap: Gap = "30min",
    from_l1: Annotated[bool, typer.Option("--from-l1", help="Delay the wind from L1 to the bow-shock nose.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast the electrons that charge satellites at geosynchronous orbit: report, summary and data."""
    from sunearth.chain.electrons import forecast_from_source
    from sunearth.view.electron_report import outlook_lines, save_electrons

    _event_or_file(source)
    with _progress() as progress:
        found = forecast_from_source(
            source, flux, days=days, start=start, end=end, columns=_pairs(columns, "--columns") or None,
            flux_columns=_pairs(flux_columns, "--flux-columns") or None, frame=frame, gap_limit=gap, propagate=from_l1,
            progress=progress,
        )  # fmt: skip
        progress("Writing the report", 1, 1)
        folder = out or Path("runs") / f"electrons-{Path(source).name.split('.')[0]}"
        files, summary = save_electrons(found, folder)
    if as_json:
        _print_json(summary)
        return
    typer.echo("\n" + "\n".join(outlook_lines(summary)))
    for lead, row in summary["scores"].items():
        typer.echo(
            f"so far, {lead} d ahead: {row['days']} days, RMSE {row['rmse']:.2f} in log10, "
            f"{100 * row['within_80']:.0f} % in the 80 % band"
        )
    for note in summary["notes"]:
        typer.echo(f"note: {note}")
    typer.echo("")
    for path in files:
        typer.echo(f"  {path}")


@app.command()
def sun(
    date: Annotated[str | None, typer.Argument(metavar="TIME", help="UTC; now if left out.")] = None,
    speed: Annotated[float, typer.Option(metavar="KM/S", help="Of the wind, for the connection.")] = 400.0,
    as_json: AsJson = False,
) -> None:
    """Print the state of the Sun for a date."""
    from sunearth.chain.sun import state_of_the_sun

    state = state_of_the_sun(date, speed)
    if as_json:
        _print_json({name: line.value for name, line in state.items()})
        return
    for line in state.values():
        typer.echo(f"{line.meaning:<52}{line.text}")


@app.command()
def events(as_json: AsJson = False) -> None:
    """List the embedded events and what is known to be poor in them."""
    import sunearth.data.events as embedded

    records = embedded.events()
    if as_json:
        _print_json([{k: _jsonable(v) for k, v in record._asdict().items()} for record in records])
        return
    for record in records:
        typer.echo(f"{record.name:<18}{record.title}")
        typer.echo(f"{'':<18}{str(record.start)[:16]} to {str(record.end)[:16]} UTC, every {record.cadence}")
        for remark in record.known_poor:
            typer.echo(f"{'':<18}! {remark}")


@app.command()
def models(
    region: Annotated[str | None, typer.Argument(help="A region, e.g. magnetosphere.")] = None, as_json: AsJson = False
) -> None:
    """List the models of the package, or of one region."""
    from sunearth.core.registry import all_models

    specs = all_models(region)
    if as_json:
        _print_json([_spec_dict(spec) for spec in specs.values()])
        return
    module = None
    for path, spec in specs.items():
        if path.rsplit(".", 1)[0] != module:
            module = path.rsplit(".", 1)[0]
            typer.echo(f"\n{module}")
        typer.echo(f"  {spec.name:<34}{spec.summary}")


@app.command()
def show(model: str, as_json: AsJson = False) -> None:
    """Show a model: its inputs and outputs with units, its source, where it holds, its documentation."""
    from sunearth.core.registry import find_model

    spec = find_model(model)
    if as_json:
        _print_json(_spec_dict(spec))
        return
    typer.echo(f"{spec.path}\n\n{spec.summary}\n")
    for parameter in spec.parameters.values():
        default = "" if parameter.is_required else f" = {parameter.default}"
        span = spec.ranges.get(parameter.name)
        holds = f"  valid {span[0]:g} to {span[1]:g}" if span else ""
        typer.echo(f"  {parameter.name + default:<24}{_unit_text(parameter):<12}{parameter.description}{holds}")
    for output in spec.outputs:
        typer.echo(f"  -> {output.name:<21}{output.unit!s:<12}{output.description}")
    typer.echo(f"\nSource: {spec.cite}")
    for name, text in spec.docstring.sections.items():
        if name not in ("Parameters", "Returns"):
            typer.echo(f"\n{name}\n{text}")


@app.command(name="eval")
def evaluate(
    model: str,
    inputs: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE...", help="5, 30deg, or a:b:n.")] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the curve over the one range given.")] = False,
    out: Annotated[Path | None, typer.Option(help="File of the curve; MODEL.png if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a model: NAME=VALUE, with a unit (30deg) or as a range FROM:TO:COUNT."""
    import numpy as np

    from sunearth.core.registry import find_model

    spec = find_model(model)
    values = {name: _value(spec, name, text) for name, text in _pairs(inputs, "inputs").items()}
    missing = [p.name for p in spec.parameters.values() if p.is_required and p.name not in values]
    if missing:
        from sunearth.core.errors import InputError

        raise InputError(f"{spec.name}: say {', '.join(f'{name}=' for name in missing)}")
    ranges = {name: value for name, value in values.items() if isinstance(value, np.ndarray) and value.ndim}
    if plot:
        _plot(spec, values, ranges, out)
        return
    grids = np.meshgrid(*ranges.values(), indexing="ij") if spec.along is None else list(ranges.values())
    columns = dict(zip(ranges, (grid.ravel() for grid in grids), strict=True))
    result = spec.model(**(values | columns))
    named = [result] if spec.record is None else list(result)
    results = {o.name: np.atleast_1d(np.asarray(r)) for o, r in zip(spec.outputs, named, strict=True)}
    ranged = {k: v for k, v in (values | columns).items() if k in spec.ranges}
    inside = np.broadcast_to(spec.model.valid(**ranged), next(iter(results.values())).shape)
    if as_json:
        units = {o.name: o.unit.name for o in spec.outputs}
        listed = {k: v.tolist() if isinstance(v, np.ndarray) else _jsonable(v) for k, v in (values | columns).items()}
        finite = {k: [_jsonable(x) for x in v.tolist()] for k, v in results.items()}
        _print_json({"model": spec.path, "inputs": listed, "outputs": finite, "units": units, "valid": inside.tolist()})
        return
    head = [f"{name} [{spec.parameters[name].unit or 'UTC'}]" for name in columns]
    head += [f"{output.name} [{output.unit}]" for output in spec.outputs]
    rows = zip(*columns.values(), *results.values(), strict=True)
    if columns:
        typer.echo("  ".join(f"{title:>16}" for title in head))
    for row, holds in zip(rows, inside, strict=True):
        cells = [f"{value:>16.6g}" if isinstance(value, float) else f"{value!s:>16.16}" for value in row]
        text = "  ".join(cells) if columns else "\n".join(f"{o} = {v:.8g}" for o, v in zip(head, row, strict=True))
        typer.echo(text + ("" if holds else "   outside the model's range"))


@app.command()
def score(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[EVENT|FILE]...", help="All events if none.")] = None,
    columns: Columns = None,
    frame: Frame = None,
    start: Start = None,
    end: End = None,
    gap: Gap = "30min",
    observations: Annotated[
        Path, typer.Option(help="Folder with spacecraft crossings of the magnetopause, scored where it exists.")
    ] = Path("../shared/data"),
    as_json: AsJson = False,
) -> None:
    """Score every Dst model, and the magnetopause models, against what was observed."""
    import sunearth.data.events as embedded
    from sunearth.chain.run import cut, load
    from sunearth.chain.score import score_dst_models
    from sunearth.data.gaps import fill_gaps

    names = sources or [record.name for record in embedded.events()]
    mapping = _pairs(columns, "--columns")
    winds = {}
    for name in names:
        _event_or_file(name)
        wind = cut(load(name, columns=mapping or None, frame=frame), start, end)
        winds[Path(name).name.split(".")[0]] = fill_gaps(wind, gap)
    scores = score_dst_models(winds)
    boundaries: dict[str, Any] = {}
    if not sources and observations.is_dir():
        from sunearth.chain.score_boundaries import score_magnetopause
        from sunearth.core.errors import DataError

        try:
            boundaries = score_magnetopause(observations)
        except DataError as error:
            typer.echo(f"sunearth: magnetopause not scored: {error}", err=True)
    if as_json:
        _print_json(
            {
                "dst": [{k: _jsonable(v) for k, v in s._asdict().items()} for s in scores],
                "magnetopause": {model: _jsonable_dict(row) for model, row in boundaries.items()},
            }
        )
        return
    _print_scores(scores)
    if boundaries:
        typer.echo("\nMagnetopause against THEMIS crossings, 16-20 March 2015 (model minus observed, R_E)")
        typer.echo(f"{'model':<28}{'n':>5}{'mean':>8}{'MAE':>8}{'rms':>8}")
        for model, row in boundaries.items():
            typer.echo(f"{model:<28}{row['n']:>5}{row['mean']:>8.2f}{row['mae']:>8.2f}{row['rms']:>8.2f}")


@app.command()
def verify(
    failed_only: Annotated[bool, typer.Option("--failed", help="List only what does not hold.")] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate every published number the package is held to, and say which hold."""
    from sunearth.core.oracles import verify as check

    verdicts = list(check())
    holding = sum(v.holds for v in verdicts)
    if as_json:
        rows = [v.oracle._asdict() | {"computed": str(v.computed), "holds": v.holds} for v in verdicts]
        _print_json({"numbers": len(verdicts), "hold": holding, "oracles": rows})
    else:
        for verdict in verdicts:
            if verdict.holds and failed_only:
                continue
            oracle = verdict.oracle
            mark = "ok  " if verdict.holds else "FAIL"
            name = oracle.function.rsplit(".", 1)[1]
            given = " ".join(f"{k}={v}" for k, v in oracle.inputs.items())
            typer.echo(f"{mark} {name:<30} {given:<50.50} {oracle.expected!s:>14.14}  {oracle.source:.60}")
        typer.echo(f"{len(verdicts)} numbers, {holding} hold")
    if holding < len(verdicts):
        raise typer.Exit(1)


def _event_or_file(source: str) -> None:
    """Refuse at once what is neither a file nor an event, with the nearest names."""
    from sunearth.core.errors import DataError, UnknownNameError
    from sunearth.data.events import events as embedded

    if Path(source).exists() or source in (names := [record.name for record in embedded()]):
        return
    if "/" in source or Path(source).suffix:
        raise DataError(f"{source}: no such file")
    raise UnknownNameError("event", source, names, "`sunearth events` lists all; a file is given by its path.")


def _pairs(texts: Iterable[str] | None, option: str) -> dict[str, str]:
    """Read NAME=VALUE pairs."""
    from sunearth.core.errors import InputError

    pairs = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise InputError(f"{option}: {text!r} is not NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _value(spec: Spec, name: str, text: str) -> Any:
    """Read an input of a model: a number, a number with a unit, a range, a time or an option."""
    import re

    import numpy as np

    from sunearth.core.errors import InputError, UnitError, UnknownNameError
    from sunearth.core.time import to_datetime64
    from sunearth.core.units import conversion_factor

    if name not in spec.parameters:
        raise UnknownNameError("input", name, spec.parameters, f"{spec.name} takes {', '.join(spec.parameters)}.")
    parameter = spec.parameters[name]
    if parameter.is_time:
        times = text.split(",")
        return to_datetime64(times if len(times) > 1 else text, f"{spec.name}: {name}")
    if parameter.unit is None:
        return text
    number = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    match = re.fullmatch(
        rf"(?P<first>{number})(?::(?P<last>{number}):(?P<count>\d+))?\s*(?P<unit>[^\d\s:][^:]*)?", text
    )
    if match is None:
        raise InputError(f"{spec.name}: {name}: cannot read {text!r}; write 5, 5{parameter.unit} or 0:10:11")
    try:
        factor = conversion_factor(match["unit"].strip(), parameter.unit) if match["unit"] else 1.0
    except UnitError as error:
        raise UnitError(f"{spec.name}: {name}: {error}") from None
    if match["last"] is None:
        return float(match["first"]) * factor
    if not 2 <= int(match["count"]) <= 100_000:
        raise InputError(f"{spec.name}: {name}: a range needs 2 to 100000 points, got {match['count']}")
    return np.linspace(float(match["first"]), float(match["last"]), int(match["count"])) * factor


def _plot(spec: Spec, values: dict[str, Any], ranges: dict[str, Any], out: Path | None) -> None:
    from sunearth.core.errors import InputError, OutputError
    from sunearth.view.figures import model_curve

    if len(ranges) != 1:
        raise InputError(f"--plot needs exactly one range such as b_z=-20:10:61, got {len(ranges)}")
    (parameter, points), path = *ranges.items(), out or Path(f"{spec.name}.png")
    others = {k: v for k, v in values.items() if k != parameter}
    figure = model_curve(spec, parameter, points, others)
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot write the curve: {error}") from error
    typer.echo(f"  {path}")


def _print_summary(summary: dict[str, Any]) -> None:
    """Print the table that a forecaster reads first."""
    from sunearth.view.report import summary_rows

    rows = summary_rows(summary)
    typer.echo(f"\n{summary['title']}")
    typer.echo(f"{summary['start']} to {summary['end']}\n")
    width = max(len(row[0]) for row in rows) + 2
    for label, value in rows:
        typer.echo(f"  {label:<{width}}{value}")
    for skill in summary["skill"]:
        if skill["rmse"] is not None:
            typer.echo(
                f"  {'Skill, ' + skill['quantity']:<{width}}{skill['model']}: rmse {skill['rmse']:.3g}, "
                f"correlation {skill['correlation'] or float('nan'):.2f}"
            )
    for note in summary["notes"]:
        typer.echo(f"  {'Note':<{width}}{note}")
    typer.echo("")


def _print_scores(scores: Iterable[Any]) -> None:
    typer.echo(
        f"{'event':<34}{'model':<26}{'n':>7}{'rmse':>8}{'<-100':>8}{'corr':>7}{'PE':>7}{'bias':>7}"
        f"{'min mod':>9}{'min obs':>9}{'lag h':>7}  against"
    )
    for s in scores:
        typer.echo(
            f"{s.event:<34.34}{s.model:<26}{s.n:>7}{s.rmse:>8.1f}{s.rmse_storm:>8.1f}{s.correlation:>7.3f}{s.prediction_efficiency:>7.2f}"
            f"{s.bias:>7.1f}{s.minimum_model:>9.0f}{s.minimum_observed:>9.0f}{s.minimum_lag_hours:>7.1f}  {s.quantity}"
        )


def _spec_dict(spec: Spec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "path": f"sunearth.{spec.path}",
        "summary": spec.summary,
        "cite": spec.cite,
        "parameters": {
            p.name: {
                "unit": _unit_text(p),
                "description": p.description,
                "default": None if p.is_required else _jsonable(p.default),
                "valid": spec.ranges.get(p.name),
            }
            for p in spec.parameters.values()
        },
        "outputs": {o.name: {"unit": o.unit.name, "description": o.description} for o in spec.outputs},
    }


def _unit_text(parameter: Any) -> str:
    if parameter.is_time:
        return "UTC"
    return str(parameter.unit) if parameter.unit is not None else "option"


def _jsonable(value: Any) -> Any:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, (str, int, bool, type(None))):
        return value
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    return (
        _jsonable(value.item()) if hasattr(value, "item") and getattr(value, "dtype", None) != "M8[ns]" else str(value)
    )


def _jsonable_dict(row: dict[str, Any]) -> dict[str, Any]:
    return {k: _jsonable(v) for k, v in row.items()}


def _print_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def _progress() -> Any:
    """Show the stages as they go by on a terminal; be silent elsewhere."""
    import contextlib

    @contextlib.contextmanager
    def shown() -> Iterator[Any]:
        if not sys.stderr.isatty():
            yield lambda *_: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda text, done, total: bar.update(task, description=text, completed=done, total=total)

    return shown()


def main() -> None:
    """Run the command line; an error is one line and exit status 2, never a traceback unless asked for."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(arguments)
    except KeyboardInterrupt:
        typer.echo("sunearth: stopped; nothing was written", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        from sunearth.core.errors import SunEarthError

        if isinstance(error, SunEarthError):
            typer.echo(f"sunearth: {error}", err=True)
            sys.exit(2)
        typer.echo(f"sunearth: internal error: {type(error).__name__}: {error}; --debug shows where", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

"""The command line: what it prints, and that bad input costs one line and leaves nothing behind."""

import gzip
import json
import subprocess
import sys
import time

import numpy as np
import pytest

HEADER = "time,b_x,b_y,b_z,speed,n_p,t_p\n"


def rows(n=30, **fixed):
    """CSV rows of plausible wind, one every 10 minutes."""
    times = np.datetime64("2015-03-17T00:00") + np.arange(n) * np.timedelta64(10, "m")
    values = {"b_x": 1.0, "b_y": 2.0, "b_z": -5.0, "speed": 450.0, "n_p": 6.0, "t_p": 1e5} | fixed
    return [",".join([f"{t}Z", *(str(values[k]) for k in ("b_x", "b_y", "b_z", "speed", "n_p", "t_p"))]) for t in times]


def csv(path, lines, header=HEADER):
    path.write_text(header + "\n".join(lines) + "\n")
    return path


def sunearth(*arguments, cwd=None, timeout=120):
    return subprocess.run(
        [sys.executable, "-m", "sunearth.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=timeout,
    )


def in_process(capsys, monkeypatch, *arguments):
    """Run the command line in this process: the same code, without starting Python each time."""
    from sunearth import cli

    monkeypatch.setattr(sys, "argv", ["sunearth", *map(str, arguments)])
    try:
        cli.main()
        status = 0
    except SystemExit as stop:
        status = stop.code or 0
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def command(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: in_process(capsys, monkeypatch, *arguments)


def refused(result, *words):
    """Exit status 2, one line on stderr that holds the words, nothing on stdout."""
    status, out, err = result
    assert status == 2, (out, err)
    assert err.startswith("sunearth: ")
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    for word in words:
        assert word in err, err
    assert out == ""


def test_run_writes_everything(tmp_path):
    path = csv(tmp_path / "wind.csv", rows(200))
    done = sunearth("run", path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "runs" / "wind"
    assert {p.name for p in folder.iterdir()} == {"result.nc", "report.html", "summary.json"}
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["magnetopause"]["unit"] == "R_E"
    assert "<html" in (folder / "report.html").read_text()[:200].lower()
    assert "Closest magnetopause" in done.stdout or "agnetopause" in done.stdout


def test_json_is_json(command):
    for arguments in (
        ("events", "--json"),
        ("models", "magnetosphere", "--json"),
        ("show", "shue_1998", "--json"),
        ("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=-10:0:3", "--json"),
        ("run", "gannon-2024", "--json"),
    ):
        status, out, err = command(*arguments)
        assert status == 0, err
        json.loads(out)


def test_eval(command):
    _, out, _ = command("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=-5")
    assert "9.8062" in out
    _, out, _ = command("eval", "shue_1998", "theta=90deg", "p_dyn=2e-9Pa", "b_z=-5nT")
    assert "15.125" in out
    _, out, _ = command("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=-30:0:3")
    assert len(out.splitlines()) == 4
    assert "outside the model's range" in out.splitlines()[1]
    assert "b_z [nT]" in out


def test_eval_plot(command, tmp_path):
    status, _, err = command("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=-20:10:31", "--plot")
    assert status == 0, err
    assert (tmp_path / "shue_1998.png").read_bytes()[:4] == b"\x89PNG"


def test_show_and_models(command):
    _, out, _ = command("show", "shue_1998")
    for word in ("R_E", "nPa", "0.5 to 60", "17691", "Examples"):
        assert word in out
    _, out, _ = command("models", "magnetosphere")
    assert "shue_1998" in out
    assert "heliosphere" not in out


def test_set_changes_the_model(command):
    _, out, _ = command("run", "march-2001", "--set", "dst=burton_1975", "--json")
    assert json.loads(out)["models"]["dst"] == "burton_1975"


def test_every_command_has_help():
    for name in ("run", "events", "models", "show", "eval", "score", "verify"):
        done = sunearth(name, "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "st-patrik-2015"), ("did you mean st-patrick-2015",)),
        (("run", "none.csv"), ("none.csv", "no such file")),
        (("run", "march-2001", "--set", "dts=burton_1975"), ("did you mean dst",)),
        (("run", "march-2001", "--set", "dst=burton"), ("burton_1975",)),
        (("run", "march-2001", "--set", "dst"), ("--set", "NAME=VALUE")),
        (("run", "march-2001", "--start", "2020-01-01"), ("the data run from",)),
        (("run", "march-2001", "--gap", "soon"), ("soon",)),
        (("run", "march-2001", "--from-l1"), ("bow shock nose", "not at L1")),
        (("show", "shue_1997x"), ("did you mean",)),
        (("models", "magnetospere"), ("magnetosphere",)),
        (("eval", "shue_1998", "theta=0"), ("p_dyn=", "b_z=")),
        (("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=abc"), ("b_z", "abc")),
        (("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=3km"), ("km",)),
        (("eval", "shue_1998", "theta=0", "p_dyn=2", "bz=3"), ("did you mean b_z",)),
        (
            ("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=0:1:2", "--plot", "--out", "/no/such/x.png"),
            ("/no/such/x.png",),
        ),
        (("eval", "shue_1998", "theta=0", "p_dyn=2", "b_z=1", "--plot"), ("one range",)),
        (("score", "nowhere.csv"), ("nowhere.csv", "no such file")),
    ],
)
def test_wrong_words_cost_one_line(command, tmp_path, arguments, words):
    refused(command(*arguments), *words)
    assert not (tmp_path / "runs").exists()


def bad_file(kind, folder):
    path = folder / "wind.csv"
    good = rows()
    match kind:
        case "empty":
            path.write_text("")
        case "folder":
            path.mkdir()
        case "header only":
            path.write_text(HEADER)
        case "truncated gzip":
            path = folder / "wind.csv.gz"
            path.write_bytes(gzip.compress((HEADER + "\n".join(good)).encode())[:-20])
        case "noise":
            path.write_bytes(np.random.default_rng(0).bytes(5000))
        case "missing column":
            csv(path, [",".join(r.split(",")[:4]) for r in good], "time,b_x,b_y,b_z\n")
        case "no time":
            csv(path, [",".join(r.split(",")[1:]) for r in good], "b_x,b_y,b_z,speed,n_p,t_p\n")
        case "text in a number":
            good[7] = good[7].replace("450.0", "fast")
            csv(path, good)
        case "bad time":
            good[7] = "yesterday," + good[7].split(",", 1)[1]
            csv(path, good)
        case "all NaN":
            csv(path, rows(b_z="nan"))
        case "zero speed":
            csv(path, rows(speed=0))
        case "negative density":
            csv(path, rows(n_p=-3))
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("empty", ("empty",)),
        ("folder", ("folder",)),
        ("header only", ("no",)),
        ("truncated gzip", ("wind.csv.gz",)),
        ("noise", ("wind.csv",)),
        ("missing column", ("speed", "--columns")),
        ("no time", ("time",)),
        ("text in a number", ("fast",)),
        ("bad time", ("yesterday",)),
        ("all NaN", ("b_z",)),
        ("zero speed", ("speed",)),
        ("negative density", ("n_p",)),
    ],
)
def test_bad_files_cost_one_line_and_leave_nothing(command, tmp_path, kind, words):
    path = bad_file(kind, tmp_path)
    refused(command("run", path), *words)
    assert not (tmp_path / "runs").exists()


def test_unknown_unit_and_frame(command, tmp_path):
    path = csv(tmp_path / "wind.csv", rows(), "time,b_x,b_y,Bz,speed,n_p,t_p\n")
    refused(command("run", path, "--columns", "Bz=b_z[furlong]"), "furlong")
    refused(command("run", path, "--columns", "Bz=b_z[nT]", "--frame", "XYZ"), "XYZ", "GSM")
    status, _, err = command("run", path, "--columns", "Bz=b_z[nT]")
    assert status == 0, err


def test_unsorted_and_duplicate_times_are_mended_and_said(command, tmp_path):
    lines = rows()
    status, out, err = command("run", csv(tmp_path / "wind.csv", [*lines[15:], *lines[:20]]))
    assert status == 0, err
    assert "sorted" in out
    assert "duplicate" in out


def test_a_gap_of_30_days_runs(command, tmp_path):
    lines = rows(300)
    late = [line.replace("2015-03-", "2015-05-") for line in lines]
    status, out, err = command("run", csv(tmp_path / "wind.csv", lines + late), "--json")
    assert status == 0, err
    assert json.loads(out)["samples"] < 10_000


def test_one_row_runs_or_says_why(command, tmp_path):
    status, out, err = command("run", csv(tmp_path / "wind.csv", rows(1)))
    assert status in (0, 2)
    assert "Traceback" not in out + err


def test_folders_that_are_not_runs_are_left_alone(command, tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.tex").write_text("x")
    refused(command("run", "march-2001", "--out", "precious"), "precious", "--out")
    assert (tmp_path / "precious" / "thesis.tex").read_text() == "x"
    (tmp_path / "file").write_text("x")
    refused(command("run", "march-2001", "--out", "file"), "not a folder")
    refused(command("run", "march-2001", "--out", "/proc/none"), "/proc/none")


def test_a_failure_while_writing_leaves_the_earlier_run(command, tmp_path, monkeypatch):
    assert command("run", "march-2001")[0] == 0
    before = (tmp_path / "runs/march-2001/summary.json").read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sunearth.view.report.report_html", full_disk)
    refused(command("run", "march-2001", "--set", "dst=burton_1975"), "No space left")
    assert (tmp_path / "runs/march-2001/summary.json").read_bytes() == before
    assert [p.name for p in (tmp_path / "runs").iterdir()] == ["march-2001"]


def test_a_run_that_is_killed_leaves_the_earlier_one_or_none(tmp_path):
    """Killed as soon as its temporary folder appears, while the files are being written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sunearth.cli", "run", "march-2001"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("runs/.march-2001-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    process.wait()
    folder = tmp_path / "runs" / "march-2001"
    assert not folder.exists() or {p.name for p in folder.iterdir()} == {"result.nc", "report.html", "summary.json"}


def test_debug_shows_the_traceback(tmp_path):
    done = sunearth("--debug", "run", "none.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_ensemble_adds_a_spread(command, tmp_path):
    import xarray as xr

    status, _, err = command("run", "march-2001", "--members", "8")
    assert status == 0, err
    with xr.open_dataset(tmp_path / "runs/march-2001/result.nc", engine="h5netcdf") as result:
        assert result["dst_spread"].dims == ("quantile", "time")
        assert "8 members" in result.attrs["ensemble"]


def test_cme_prints_arrival_and_effects_and_writes_a_report(command, tmp_path):
    status, out, err = command("cme", "--speed", 1200, "--width", 70, "--launch", "2024-05-08T22:36", "--out", "here")
    assert status == 0, err
    assert "50%" in out
    assert "minimum of Dst" in out
    assert {p.name for p in (tmp_path / "here").iterdir()} >= {"report.html", "summary.json", "result.nc"}


def test_cme_that_misses_says_so(command):
    status, out, _ = command("cme", "--speed", 900, "--launch", "2024-05-08", "--longitude", 120, "--json")
    assert status == 0
    assert json.loads(out)["hits_earth"] is False


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--speed", -5, "--launch", "2024-05-08"), "above zero"),
        (("--speed", 900, "--launch", "yesterday"), "expected times"),
        (("--speed", 900, "--launch", "2024-05-08", "--height", 0.5), "height"),
        (("--speed", 900, "--launch", "2024-05-08", "--width", 400), "width"),
    ],
)
def test_launches_that_cannot_be_are_one_line(command, arguments, word, tmp_path):
    refused(command("cme", *arguments), word)
    assert list(tmp_path.iterdir()) == []


def test_electrons_prints_the_days_to_come_and_writes_a_report(command, tmp_path):
    status, out, err = command("electrons")
    assert status == 0, err
    assert out.count("2015-03-2") >= 3
    assert "did without: measured flux" in out
    kept = tmp_path / "runs/electrons-st-patrick-2015"
    assert {p.name for p in kept.iterdir()} == {"report.html", "summary.json", "result.nc"}


def flux_file(path, n=24 * 14, header="UT,E2"):
    times = np.datetime64("2015-03-08T00:00") + np.arange(n) * np.timedelta64(1, "h")
    path.write_text(header + "\n" + "\n".join(f"{t}Z,{100 + k % 24}" for k, t in enumerate(times)) + "\n")
    return path


def test_electrons_takes_a_measured_flux(command, tmp_path):
    flux_file(tmp_path / "flux.csv")
    mapped = ("--flux-columns", "UT=time", "--flux-columns", "E2=flux[cm^-2 s^-1 sr^-1]")
    status, out, err = command(
        "electrons", "st-patrick-2015", "--flux", "flux.csv", *mapped, "--days", 2, "--out", "here", "--json"
    )
    assert status == 0, err
    found = json.loads(out)
    assert [row["day"] for row in found["days"]] == ["2015-03-21", "2015-03-22"]
    assert found["missing"] == []
    assert found["scores"]["1"]["days"] == 4
    assert (tmp_path / "here/report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("st-patrik-2015",), "st-patrick-2015"),
        (("no/such/file.csv",), "no such file"),
        (("st-patrick-2015", "--flux", "nothing.csv"), "no such file"),
        (("st-patrick-2015", "--flux", "flux.csv"), "names no column time"),
        (("st-patrick-2015", "--flux", "flux.csv", "--flux-columns", "UT=time"), "no flux above 2 MeV"),
        (("st-patrick-2015", "--flux-columns", "E2"), "not NAME=VALUE"),
        (("st-patrick-2015", "--from-l1"), "not at L1"),
        (("st-patrick-2015", "--end", "2015-03-17T12:00"), "holds no day"),
        (("st-patrick-2015", "--start", "yesterday"), "expected times"),
    ],
)
def test_electrons_refuses_in_one_line(command, arguments, word, tmp_path):
    flux_file(tmp_path / "flux.csv")
    refused(command("electrons", *arguments), word)
    assert [path.name for path in tmp_path.iterdir()] == ["flux.csv"]


def test_sun_prints_the_sun_of_a_date(command):
    status, out, _ = command("sun", "2024-05-10T17:00")
    assert status == 0
    assert "Carrington rotation" in out
    assert "2284" in out
    refused(command("sun", "yesterday"), "expected times")


def test_run_follows_field_lines(command, tmp_path):
    path = csv(tmp_path / "wind.csv", rows(60))
    status, _, err = command("run", path, "--trace", "t89", "--cadence", "6h", "--station", "Tromso=69.65,18.96")
    assert status == 0, err
    import xarray as xr

    with xr.open_dataset(tmp_path / "runs" / "wind" / "result.nc", engine="h5netcdf") as result:
        assert result.sizes["station"] == 1
        assert "geosynchronous_l_star" in result
    refused(command("run", path, "--station", "Tromso=69.65,18.96"), "--trace")
    refused(command("run", path, "--trace", "t89", "--station", "Tromso=north"), "LATITUDE")
    refused(command("run", path, "--trace", "ts05"), "ts04")

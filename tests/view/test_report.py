import base64
import html.parser
import re

import numpy as np
import pytest

from sunearth.view.report import headline, kp_in_thirds, report_html, summary_rows


class Page(html.parser.HTMLParser):
    """Reads a page and remembers what it could fetch, how its tags nest, and its text."""

    void = frozenset({"meta", "img", "source", "br", "wbr", "link", "input", "hr"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.fetched, self.words = [], [], [], []
        self.images = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in self.void:
            self.open.append(tag)
        given = dict(attributes)
        self.fetched += [given[name] for name in ("src", "srcset", "href", "data", "action") if name in given]
        if tag == "img":
            self.images.append(given)
        assert not any(name.startswith("on") for name in given)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(self.words)


@pytest.fixture(scope="module")
def page(make_run, make_summary):
    return report_html(make_run(), make_summary())


def test_the_page_is_whole_and_fetches_nothing(page):
    read = Page(page)
    assert read.open == []
    assert read.tags.count("html") == read.tags.count("title") == read.tags.count("h1") == 1
    assert read.tags.count("script") == 2  # the scene in space: its data, and what turns it
    assert "link" not in read.tags
    assert len(read.fetched) == 7
    assert all(source.startswith(("data:image/svg+xml;base64,", "data:image/png;base64,")) for source in read.fetched)
    assert "@import" not in page
    assert "url(" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_pictures_fetch_nothing_either(page):
    for source in Page(page).fetched:
        if source.startswith("data:image/png"):
            continue
        svg = base64.b64decode(source.partition(",")[2]).decode()
        assert svg.startswith("<svg")
        assert "<script" not in svg
        assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', svg))
        assert "url(http" not in svg


def test_every_picture_has_words_for_those_who_do_not_see_it(page):
    images = Page(page).images
    assert len(images) == 4
    assert all(len(image["alt"]) > 50 for image in images)
    assert page.count("<figcaption>") == 4
    assert page.count("<caption>") == page.count("<table>") == 5


def test_the_page_is_small(page):
    assert len(page.encode()) < 3_000_000


def test_equal_runs_give_equal_pages(page, make_run, make_summary):
    assert report_html(make_run(), make_summary()) == page


def test_what_comes_from_outside_is_escaped(run, summary):
    nasty = '<script>alert("1")</script><img src=x onerror=alert(1)>&'
    summary |= {"title": nasty, "event": nasty, "notes": [nasty], "models": {"dst": nasty, nasty: nasty}}
    summary["storm"]["class"] = nasty
    summary["oval"]["text"] = nasty
    summary["noaa_g"]["name"] = nasty
    summary["skill"][0]["model"] = nasty
    run.attrs |= {"source": nasty, "frame": nasty, "scenario": '{"<b>": "</td><script>"}'}
    run["dst"].attrs["assumes"] = nasty
    read = Page(report_html(run, summary))
    assert "script" not in read.tags  # no scene in a frame that is not known
    assert read.tags.count("img") == 3
    assert len(read.fetched) == 6
    assert nasty in read.text


def test_numbers_of_the_summary_are_on_the_page(page):
    text = Page(page).text.replace("\N{NO-BREAK SPACE}", " ")
    for words in ("\N{MINUS SIGN}210 nT", "\N{MINUS SIGN}236 nT", "G4 (severe)", "210 kV", "17.2 nT", "Shue et al."):
        assert words in text
    assert "0123456789abcdef" in text
    assert "plasma poor after 18 March" in text
    assert "made-up" in text


def test_what_is_incomplete_is_listed_with_its_share(run, page):
    share = 100 * float(run["b_z"].notnull().mean())
    assert f"{share:.3g}" in Page(page).text
    within = 100 * float(run["dst_valid"].mean())
    assert f"{within:.3g}" in Page(page).text


@pytest.mark.parametrize("cadence", ["1min", "1h"])
def test_other_cadences(make_run, summary, cadence):
    page = report_html(make_run(cadence), summary)
    assert len(page.encode()) < 3_000_000
    assert Page(page).open == []


def test_noise_at_one_minute_keeps_the_page_small(make_run, summary):
    run = make_run("1min")
    random = np.random.default_rng(1)
    for name, variable in run.data_vars.items():
        if variable.dims == ("time",) and variable.dtype.kind == "f":
            run[name] = variable * (1 + 0.1 * random.standard_normal(variable.size))
    assert len(report_html(run, summary).encode()) < 3_000_000


def test_a_run_without_observations(make_run, summary):
    summary |= {"skill": []}
    summary["dst"] |= {"observed_minimum": None, "observed_time": None}
    read = Page(report_html(make_run(observations=False), summary))
    assert "Nothing was observed" in read.text
    assert "not known" in read.text


def test_a_run_that_knows_nothing(run):
    empty = run.map(lambda v: v * np.nan if v.dtype.kind == "f" else v, keep_attrs=True)
    unknown = {name: {} for name in ("storm", "noaa_g", "dst", "magnetopause", "cpcp", "oval", "plasmapause", "energy")}
    read = Page(report_html(empty, {"title": "Nothing", "skill": [], "notes": [], "models": {}, **unknown}))
    assert read.open == []
    assert "not known" in read.text
    assert "nan" not in read.text.lower().split()


def test_a_summary_of_nones(run, summary):
    def hollow(value):
        if isinstance(value, dict):
            return {name: hollow(item) for name, item in value.items()}
        return [] if isinstance(value, list) else None

    read = Page(report_html(run, hollow(summary)))
    assert read.open == []
    assert "None" not in read.text


def test_the_summary_in_plain_text(summary):
    rows = dict(summary_rows(summary))
    assert rows["Lowest Dst, observed"] == "-236 nT on 17 March, 22:30 UTC"
    assert rows["Closest magnetopause"] == "6.2 R_E on 17 March, 20:00 UTC"
    assert rows["NOAA scale from modelled Kp"] == "G4 (severe), Kp 8+ on 17 March, 23:00 UTC"
    assert rows["Energy offered by the wind (epsilon)"] == "210 PJ"
    assert "Seattle" in rows["What that means"]


def test_the_headline_says_what_happened(summary):
    text = headline(summary)
    assert text.startswith("The model gives an intense geomagnetic storm")
    assert "observed: -236 nT" in text
    assert "outside it for 1.5 h" in text
    assert "53°" in text


def test_the_headline_of_a_quiet_time():
    quiet = {"storm": {"class": "quiet"}, "noaa_g": {"scale": 0, "kp": 2.0}, "magnetopause": {"closest": 9.0}}
    text = headline(quiet | {"magnetopause": {"closest": 9.0, "hours_geosynchronous_outside": 0.0}})
    assert "no geomagnetic storm" in text
    assert "below storm level" in text
    assert "inside it throughout" in text


def test_the_headline_does_not_call_the_unknown_quiet():
    assert headline({"storm": {"class": ""}}) == "How strong the storm was is not known."


@pytest.mark.parametrize(
    ("kp", "text"), [(0.0, "0o"), (1 / 3, "0+"), (2 / 3, "1-"), (4.67, "5-"), (8.9, "9o"), (9.0, "9o"), (5.3, "5+")]
)
def test_kp_is_written_in_thirds(kp, text):
    assert kp_in_thirds(kp) == text


def test_a_small_negative_number_is_not_minus_zero():
    assert dict(summary_rows({"dst": {"minimum": -0.2}}))["Lowest Dst, modelled"] == "0 nT"

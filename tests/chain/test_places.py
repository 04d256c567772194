import numpy as np
import pytest

from sunearth.chain.places import PLACES, TOLERANCE, magnetic_latitudes, oval_in_words, places_near
from sunearth.core.errors import InputError


def latitude_of(name, time="2015-03-17"):
    return magnetic_latitudes(time)[[place.name for place in PLACES].index(name)]


def test_the_table_is_one_of_distinct_places_on_earth():
    assert len({place.name for place in PLACES}) == len(PLACES) >= 120
    assert all(-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180 for place in PLACES)
    assert sum(place.latitude < 0 for place in PLACES) >= 20


@pytest.mark.parametrize(
    ("name", "expected"),
    # Corrected geomagnetic latitude as stations state it, to the nearest degree or half of one.
    [("Longyearbyen", 75.5), ("Tromsø", 66.6), ("Kiruna", 65.0), ("South Pole", -74.3), ("McMurdo", -80.0)],
)
def test_latitudes_are_those_that_stations_state(name, expected):
    assert latitude_of(name) == pytest.approx(expected, abs=0.6)


@pytest.mark.parametrize("mlat", [38.0, 45.0, 52.0, 58.5, 65.0, 75.0])
@pytest.mark.parametrize("hemisphere", ["north", "south"])
def test_places_lie_where_they_are_said_to(mlat, hemisphere):
    found = places_near(mlat, "2015-03-17T22:35Z", hemisphere)
    sign = 1 if hemisphere == "north" else -1
    assert all(abs(sign * latitude_of(place.name) - mlat) <= TOLERANCE for place in found)
    assert len(found) <= 6
    assert [p.longitude for p in found] == sorted(p.longitude for p in found)


def test_places_are_spread_around_the_globe():
    longitudes = [place.longitude for place in places_near(52.0, "2015-03-17")]
    assert len(longitudes) >= 4
    assert min(np.diff(longitudes)) >= 12
    assert max(longitudes) - min(longitudes) > 120


def test_nothing_lies_at_an_empty_latitude():
    assert places_near(15.0, "2015-03-17") == ()
    assert "no well-known place" in oval_in_words(10.0, "2015-03-17")


def test_more_can_be_asked_for():
    few, many = (places_near(54.0, "2015-03-17", count=n) for n in (2, 12))
    assert len(few) == 2
    assert len(many) > 5


def test_one_sentence_tells_overhead_from_low_in_the_sky():
    text = oval_in_words(52.0, np.datetime64("2015-03-17T22:35", "ns"))
    overhead, low = text.split("low in the northern sky")[:2]
    assert text.replace("St. John", "").count(".") == 1
    assert "Down to 52° magnetic latitude" in overhead
    assert "overhead as far south as" in overhead
    assert "Edinburgh" in overhead
    assert "Edinburgh" not in low
    assert "southern sky" in low


def test_it_is_not_said_where_an_unknown_oval_stood():
    assert oval_in_words(float("nan"), "2015-03-17") == ""


def test_a_third_hemisphere_is_refused():
    with pytest.raises(InputError, match="north"):
        places_near(60.0, "2015-03-17", "east")


def test_the_pole_moves_and_the_places_with_it():
    assert 1.5 < latitude_of("Edinburgh", "1900-06-01") - latitude_of("Edinburgh", "2025-06-01") < 3.5

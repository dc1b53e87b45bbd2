import pytest

from lab.benchmarks.intake import anatomy
from lab.data import DATA, articles


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason=f"no evaluation data in {DATA}; set DATELINE_DATA to its folder")
def test_the_labelled_scraped_pages_keep_their_bodies_and_lose_most_boilerplate() -> None:
    scores = anatomy.split(anatomy.drawn_texts(articles("realtime")))
    developed, held_out = scores["developed"], scores["held out"]
    assert (developed.pages, held_out.pages) == (193, 96)
    assert (developed.body, held_out.body) == (4797, 3080)
    assert developed.lost == []
    assert held_out.lost == []
    assert developed.recall >= 0.85
    assert held_out.recall >= 0.76

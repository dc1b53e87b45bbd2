from datetime import date

import pytest

from qa.dates.question_windows import Window, bounds, described, windows

TODAY = date(2020, 6, 17)  # a Wednesday


def found(question: str, today: date = TODAY) -> list[tuple[str, str, str]]:
    return [(window.after, window.before, window.kind) for window in windows(question, today)]


def test_a_month_without_a_year_is_the_latest_that_has_begun() -> None:
    assert found("Who resigned in June?") == [("2020-06-01", "2020-07-01", "preference")]
    assert found("Who resigned in July?") == [("2019-07-01", "2019-08-01", "preference")]
    assert found("Who resigned last June?") == [("2019-06-01", "2019-07-01", "preference")]


def test_a_day_without_a_year_is_the_latest_that_is_not_to_come() -> None:
    assert found("Who won on 17 June?") == [("2020-06-17", "2020-06-18", "preference")]
    assert found("Who won on 18 June?") == [("2019-06-18", "2019-06-19", "preference")]
    assert found("Who won on 29 February?", date(2023, 1, 1)) == [("2020-02-29", "2020-03-01", "preference")]


def test_relative_phrases_are_counted_from_the_reference_day() -> None:
    assert found("What happened last week?", date(2021, 1, 1)) == [("2020-12-21", "2020-12-28", "preference")]
    assert found("What happened yesterday?", date(2024, 3, 1)) == [("2024-02-29", "2024-03-01", "preference")]
    assert found("What happened last month?", date(2024, 1, 31)) == [("2023-12-01", "2024-01-01", "preference")]


def test_the_characters_of_the_phrase_are_given() -> None:
    question = "How many strikes were flown between 3 and 9 May 2015 near Idlib?"
    (window,) = windows(question, TODAY)
    assert question[window.start : window.end] == "3 and 9 May 2015"
    question = "As of 3 May, who led?"
    (window,) = windows(question, TODAY)
    assert question[window.start : window.end] == "As of 3 May"


def test_a_range_takes_what_it_leaves_open_from_its_other_end() -> None:
    assert found("from 3 May to 5 June 2015") == [("2015-05-03", "2015-06-06", "preference")]
    assert found("from 20 December to 3 January 2020") == [("2019-12-20", "2020-01-04", "preference")]
    assert found("between November and February") == [("2019-11-01", "2020-03-01", "preference")]


def test_words_about_publication_and_knowledge_bind() -> None:
    assert found("As of 3 May, how many had died?") == [("", "2020-05-04", "bound")]
    assert found("What do articles before May say?") == [("", "2020-05-01", "bound")]
    assert found("What was known by 3 May 2020?") == [("", "2020-05-04", "bound")]
    assert found("articles after 3 May and before 10 May") == [
        ("2020-05-04", "", "bound"),
        ("", "2020-05-10", "bound"),
    ]


def test_a_bound_on_an_event_is_a_preference_since_later_articles_tell_of_it() -> None:
    assert found("Who led France before 1958?") == [("", "1958-01-01", "preference")]
    assert found("Which ships left before 3 May?") == [("", "2020-05-03", "preference")]
    assert found("How many have died since March?") == [("2020-03-01", "", "preference")]


def test_bounds_that_leave_out_what_is_asked_about_do_not_bind() -> None:
    kinds = [kind for _, _, kind in found("Do reports before 3 May and after 10 May agree?")]
    assert kinds == ["preference", "preference"]


def test_as_of_binds_whatever_else_is_named() -> None:
    question = "As of 3 May 2015, what was expected of the 2016 election?"
    assert found(question) == [("", "2015-05-04", "bound"), ("2016-01-01", "2017-01-01", "preference")]


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote 1984?",
        "What did Theresa May say about Brexit?",
        "What did Theresa May 2017 promise?",
        "Who spoke at the March on Washington?",
        "Which cities were bombed in the Second World War?",
        "Where did the Boeing 747 land?",
        "What was done in 100 days?",
        "What did they say before the match?",
        "When does the shop open, at 19:30?",
        "Was the driver aged 19?",
        "Who sings “September 2015”?",
        "When was July 4, 1776 celebrated first?",
        "What will it release on March 6?",
        "Which law comes next month, and which tomorrow?",
        "Which decision may fall later this year?",
        "",
        "?",
    ],
)
def test_what_is_no_date_gets_no_window(question: str) -> None:
    assert found(question) == []


def test_what_is_still_to_come_gets_no_window() -> None:
    assert found("What will it cost by 2035?") == []
    assert found("As of 3 May 2031, who leads?") == []


def test_bounds_are_joined_and_the_wider_of_two_on_one_side_holds() -> None:
    asked = "How many had died as of 3 May and as of 10 June?"
    assert bounds(windows(asked, TODAY)) == ("", "2020-06-11")
    assert bounds(windows("articles after 3 May and before 10 May", TODAY)) == ("2020-05-04", "2020-05-10")
    assert bounds(windows("Who won in May?", TODAY)) == ("", "")


def test_a_window_is_described_by_its_first_and_last_day() -> None:
    assert (
        described(Window("2015-04-01", "2015-05-01", "preference", 0, 0)) == "published from 2015-04-01 to 2015-04-30"
    )
    assert described(Window("2015-04-01", "2015-04-02", "preference", 0, 0)) == "published on 2015-04-01"
    assert described(Window("", "2015-05-01", "bound", 0, 0)) == "published on or before 2015-04-30"
    assert described(Window("2015-05-01", "", "bound", 0, 0)) == "published on or after 2015-05-01"


@pytest.mark.parametrize("question", ["1" * 2000, "in " * 600, "May " * 400, "between 3 and " * 140, "2008 to " * 200])
def test_long_questions_are_read_quickly(question: str) -> None:
    import time

    started = time.process_time()
    windows(question, TODAY)
    assert time.process_time() - started < 2


def test_the_month_and_the_year_beside_a_date_are_those_of_the_calendar() -> None:
    assert found("What happened the month before May 2015?") == [("2015-04-01", "2015-05-01", "preference")]
    assert found("What happened the month after 12 December 2015?") == [("2016-01-01", "2016-02-01", "preference")]
    assert found("What happened the year after 2015?") == [("2016-01-01", "2017-01-01", "preference")]
    assert found("What happened the year before May 2015?") == [("2014-01-01", "2015-01-01", "preference")]

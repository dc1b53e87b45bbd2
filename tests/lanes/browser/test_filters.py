"""The filters, the sorting and the timeline in a real browser."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.lanes.browser.chatting import QUESTION, ask, box

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(120)]


def test_a_source_filter_limits_the_passages(page: Page) -> None:
    expect(ask(page, QUESTION).locator(".hit", has_text="Courier")).not_to_have_count(0)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Sources").click()
    page.get_by_role("option", name="Harbour Wire (2)").click()
    expect(page.get_by_role("button", name="Filters: Harbour Wire")).to_be_visible()
    answer = ask(page, "When will the dam reopen?")
    expect(answer).to_contain_text("Only Harbour Wire")
    expect(answer.locator(".hit")).to_have_count(2)
    expect(answer.locator(".hit .meta")).to_have_text(["Harbour Wire · 28 May 2015", "Harbour Wire · 3 June 2016"])


def test_passages_are_sorted_by_date_and_limited_to_a_month(page: Page) -> None:
    ask(page, QUESTION)
    titles = page.locator("#chat .hit .hit-head .source")
    by_relevance = titles.all_inner_texts()
    page.get_by_role("button", name="date", exact=True).click()
    assert titles.all_inner_texts() == [
        "<b>Record</b> crowd ![x](http://beacon.example/t.png) at festival", "Mayor of Ostra resigns",
        "Dam to reopen", "Sensors close dam", "Sensors close dam", "Sensors close dam", "Paper mill burns in Kell",
    ]  # fmt: skip
    page.get_by_role("button", name="relevance", exact=True).press(" ")
    assert titles.all_inner_texts() == by_relevance

    may = page.get_by_role("button", name="May 2015 4 passages")
    may.press("Enter")
    expect(may).to_have_attribute("aria-pressed", "true")
    visible = page.locator("#chat .hit:visible .hit-head .source")
    assert sorted(set(visible.all_inner_texts())) == ["Dam to reopen", "Sensors close dam"]
    may.click()
    assert visible.all_inner_texts() == by_relevance


def test_filters_stand_in_the_address_and_are_there_again_after_a_reload(page: Page, url: str) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="Jun 2016 1 article").click()
    expect(page.get_by_label("After")).to_have_value("2016-06")
    expect(page.get_by_label("Before")).to_have_value("2016-07")
    expect(page.get_by_role("button", name="Filters: from June 2016 on; before July 2016")).to_be_visible()
    assert page.url == f"{url}?after=2016-06&before=2016-07"
    page.goto(f"{url}?outlet=Courier&outlet=nowhere&after=2015-05&q=Why%3F")
    expect(page.get_by_role("button", name="Filters: Courier; from May 2015 on")).to_be_visible()
    expect(page.get_by_label("Question")).to_have_value("Why?")
    answer = ask(page, QUESTION)
    assert set(answer.locator(".hit .hit-head .source").all_inner_texts()) == {"Sensors close dam"}


def test_a_late_answer_about_other_filters_does_not_replace_a_newer_one(page: Page) -> None:
    late: list[Route] = []
    order: list[str] = []

    def hold(route: Route) -> None:
        order.append("asked")
        late.append(route) if not late else route.continue_()

    page.route("**/run/predict*", hold)
    page.on("response", lambda response: order.append("answered") if "/run/predict" in response.url else None)
    page.get_by_role("button", name="Filters").click()
    for month, end in (("Jun 2016", "2016-07"), ("Jul 2016", "2016-08")):
        page.get_by_role("button", name=f"{month} 1 article").click()
        expect(page.get_by_label("Before")).to_have_value(end)
    late[0].continue_()
    expect(page.get_by_role("button", name="Filters: from July 2016 on; before August 2016")).to_be_visible()
    assert order == ["asked", "answered"] * 2
    page.unroute("**/run/predict*")


# Opens the filters and types into a field in the very moment in which it is drawn.
_TYPE_AT_ONCE = """text => new Promise(done => {
  new MutationObserver((_, observer) => {
    const field = document.querySelector('#after :is(input, textarea)');
    if (!field) return;
    observer.disconnect();
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    setTimeout(done, 300);
  }).observe(document.body, { childList: true, subtree: true });
  document.querySelector('#filters button').click();
})"""


def test_what_is_typed_as_soon_as_the_filters_are_drawn_stays(page: Page) -> None:
    page.evaluate(_TYPE_AT_ONCE, "2016-01-01")
    expect(page.get_by_role("textbox", name="After")).to_have_value("2016-01-01")


def test_a_bad_date_is_explained_and_the_box_stays_usable(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("textbox", name="After").fill("2015-13-40")
    box(page).fill(QUESTION)
    complaint = "After: “2015-13-40” is not a date. Write it as year-month-day, such as 2015-05-11."
    expect(page.get_by_role("alert")).to_have_text(complaint)
    box(page).press("Enter")
    expect(page.get_by_role("alert")).to_have_text(f"The question was not asked. {complaint}")
    expect(box(page)).to_be_editable()
    expect(box(page)).to_have_value(QUESTION)
    page.get_by_role("textbox", name="After").fill("2016-01-01")
    answer = ask(page, "Who resigned?")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(answer.locator(".hit .meta").first).to_have_text("Harbour Wire · 3 June 2016")
    expect(answer).not_to_contain_text("2015")

"""Case 13: pathological HTML."""

import json

from tests.lanes.hostile.case import SENTENCE, STORY, Case, file

PARAGRAPHS = "".join(f"<p>{part}</p>" for part in STORY.split("\n\n"))
LOST = "no text recovered|empty: there is nothing"


def page(body: str, head: str = "", tail: str = "</body></html>") -> str:
    return f"<!doctype html><html><head><title>Dam closed</title>{head}</head><body>{body}{tail}"


def nested(tag: str, depth: int, inside: str = PARAGRAPHS) -> str:
    return page(f"<{tag}>" * depth + inside + f"</{tag}>" * depth)


def _case(name: str, body: str | object, text: str = SENTENCE, rejected: str = "", either: bool = False) -> Case:
    return Case(f"html: {name}", 13, file("page.html", body), text, rejected, either, ".html")  # type: ignore[arg-type]


CASES = (
    *(_case(f"nested {depth} deep", nested("div", depth)) for depth in (10, 253, 254, 255, 1000, 10_000)),
    _case("nested a million deep", lambda full: nested("div", 1_000_000 if full else 60_000)),
    _case("spans nested 5,000 deep", nested("span", 5000)),
    _case("quotations nested 3,000 deep", nested("blockquote", 3000)),
    _case("lists nested 2,000 deep", page("<ul><li>" * 2000 + PARAGRAPHS)),
    _case("tables nested 1,000 deep", page("<table><tr><td>" * 1000 + PARAGRAPHS)),
    _case("tiny paragraphs", lambda full: page(PARAGRAPHS + "<p>rain</p>" * (50_000 if full else 3000)),
          SENTENCE, "parse_", True),
    _case("inline tags", lambda full: page(f"<p>{SENTENCE} " + "<b>rain</b> " * (200_000 if full else 3000) + "</p>"),
          SENTENCE, "parse_", True),
    _case(
        "one text node of megabytes",
        lambda full: page(f"<p>{SENTENCE}" + " rain" * (4_000_000 if full else 900_000) + "</p>"),
        "Verrin",
        "article_characters|parse_|no text",
        True,
    ),
    _case("one word of megabytes", lambda full: page(PARAGRAPHS + f"<p>{'x' * (11_000_000 if full else 300_000)}</p>"),
          SENTENCE, "article_characters|parse_", True),
    _case("colspan of quadrillions", page(f'<table><tr><td colspan="9000000000000000">{PARAGRAPHS}</td></tr></table>')),
    _case("entity bomb", '<!DOCTYPE html [<!ENTITY a "rain"><!ENTITY b "' + "&a;" * 1000 + '">]>' + page(PARAGRAPHS)),
    _case("external entity", '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + page(PARAGRAPHS + "&x;")),
    _case("refreshes itself", page(PARAGRAPHS, '<meta http-equiv="refresh" content="0;url=http://127.0.0.1/">')),
    _case("comment that does not end", page(PARAGRAPHS + "<!-- and then")),
    _case("20,000 comment starts", page(PARAGRAPHS + "<!--" * 20_000), SENTENCE, "parse_|" + LOST, True),
    _case("script that does not end", page(PARAGRAPHS + "<script>while(1){}")),
    _case("style that does not end", page(PARAGRAPHS + "<style>p{")),
    _case("title that does not end", f"<html><head><title>Dam closed<body>{PARAGRAPHS}", SENTENCE, LOST, True),
    _case("text area that does not end", page(PARAGRAPHS + "<textarea>")),
    _case("plaintext", page(PARAGRAPHS + "<plaintext>")),
    _case("nothing but a script", page("<script>document.write('rain')</script>"), "", LOST),
    _case("nothing but a style", page("<style>p{content:'rain'}</style>"), "", LOST),
    _case("nothing but a frame", page('<iframe src="http://127.0.0.1/"></iframe>'), "", LOST),
    _case("nothing but pictures", page('<img src="http://127.0.0.1/x.png">' * 50), "", LOST),
    _case("nothing but tags", page("<div></div>" * 5000), "", LOST),
    _case("frame set", "<html><frameset><frame src='file:///etc/passwd'></frameset></html>", "", LOST),
    _case("NUL in tags", page(PARAGRAPHS.replace("<p>", "<\0p>"), "\0"), "dam at Verrin"),
    _case("4,000 attributes", page("<p " + " ".join(f"a{i}=1" for i in range(4000)) + f">{SENTENCE}</p>")),
    _case("attribute of megabytes", page(f'<p title="{"x" * 3_000_000}">{SENTENCE}</p>' + PARAGRAPHS)),
    _case("attribute that does not end", page(PARAGRAPHS + '<p title="and then ')),
    _case("tag that does not end", page(PARAGRAPHS + "<p class=x ")),
    _case("only '<'", "<" * 50_000, "<<<", LOST + "|parse_", True),
    _case("'<' after the story", page(PARAGRAPHS + "<p>" + "< " * 20_000)),
    _case("'<!' after the story", page(PARAGRAPHS + "<!" * 5000), SENTENCE, "parse_", True),
    _case("'<?' after the story", page(PARAGRAPHS + "<?" * 5000), SENTENCE, "parse_", True),
    _case("'&' after the story", page(PARAGRAPHS + "<p>" + "&" * 50_000)),
    _case("end tags alone", page(PARAGRAPHS + "</p></div></b>" * 20_000)),
    _case("line breaks alone", page(PARAGRAPHS + "<br>" * 50_000)),
    _case("numbers of no character", page(PARAGRAPHS + "<p>&#99999999999; &#xD800; &#0; &#x110000;</p>")),
    _case("two bodies", page(PARAGRAPHS) + page("<p>Rain fell.</p>")),
    _case("no tags at all", STORY),
    _case("charset of no encoding", page(PARAGRAPHS, '<meta charset="utf-9000">')),
    _case("charset that is another", page(PARAGRAPHS, '<meta charset="utf-16">')),
    _case("charset that runs code in some tools", page(PARAGRAPHS, '<meta charset="unicode_escape">')),
    _case("JSON-LD nested 50,000 deep", page(
        PARAGRAPHS, f'<script type="application/ld+json">{"[" * 50_000}</script>')),
    _case("JSON-LD of 50,000 nodes", page(
        PARAGRAPHS,
        '<script type="application/ld+json">' + json.dumps([{"@type": "Article", "headline": "x"}] * 20_000)
        + "</script>",
    )),
    _case("JSON-LD of wrong types", page(
        PARAGRAPHS,
        '<script type="application/ld+json">{"@type":"Article","headline":{"a":1},"author":[[["x"]]],'
        '"datePublished":7,"publisher":[null]}</script>',
    )),
    _case("dates of no calendar", page(PARAGRAPHS, '<meta property="article:published_time" content="9999-99-99">')),
    _case("10,000 meta dates", page(PARAGRAPHS, '<meta name="date" content="soon">' * 5000)),
    _case("picture with markup in it", page(PARAGRAPHS + "<svg><foreignObject><p>x</p></foreignObject></svg>")),
    _case("forms in forms", page("<form>" * 500 + PARAGRAPHS), SENTENCE, LOST, True),
    _case("links in links", page("<a href='javascript:alert(1)'>" * 2000 + PARAGRAPHS)),
    _case("elements of no standard", page("<x-story>" * 100 + PARAGRAPHS)),
    _case("all in a template", page(f"<template>{PARAGRAPHS}</template>"), SENTENCE, LOST, True),
    _case("all in noscript", page(f"<noscript>{PARAGRAPHS}</noscript>"), SENTENCE, LOST, True),
    _case("all in a comment", page(f"<!-- {PARAGRAPHS} -->"), "", LOST),
    _case("all in a footer", page(f"<footer>{PARAGRAPHS}</footer>"), SENTENCE, LOST, True),
    _case("XML declaration of another encoding", '<?xml version="1.0" encoding="utf-16"?>' + page(PARAGRAPHS)),
    _case("namespaces", page(f'<o:p xmlns:o="urn:x">{SENTENCE}</o:p>' + PARAGRAPHS)),
    _case("right to left mark-up", page(f'<p dir="rtl"><bdo>{SENTENCE}</bdo></p>' + PARAGRAPHS)),
)  # fmt: skip

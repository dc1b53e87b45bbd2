"""Replies to a greeting, and to what the archive is about: what it holds, and questions that it can answer."""

from qa.answers.found import Sources
from qa.records import Answer


def greeting(question: str, sources: Sources) -> Answer:
    """Return what the archive holds, behind a greeting."""
    return _said(question, f"Hello. {_holds(sources)}", "greeting")


def about(question: str, sources: Sources) -> Answer:
    """Return what the archive holds."""
    return _said(question, _holds(sources), "about")


def _said(question: str, text: str, kind: str) -> Answer:
    return Answer(question, question, text, "", (), (), (), 0.0, "", "none", kind)


def _holds(sources: Sources) -> str:
    """Return in a few sentences how much the archive holds, of which time, and what can be asked."""
    count, first, last = sources.size()
    if not count:
        return "This archive is empty. Add articles first."
    many = "1 article" if count == 1 else f"{count:,} articles"
    dated = f", published from {first} to {last}" if first and last and first != last else ""
    examples = " ".join(f"“{one}”" for one in sources.examples())
    asked = f" You can ask, for instance: {examples}" if examples else " Ask about anything that its articles report."
    return f"This archive holds {many}{dated}.{asked}"

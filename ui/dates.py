"""Which dates a question was understood to speak of, said to whoever asked it."""

from qa.question_dates import described
from qa.retrieval import Retriever
from ui.cli import print_notice


def say_understood(retriever: Retriever, question: str, as_of: str) -> bool:
    """Say on stderr which dates of publication a question speaks of; return whether they leave articles out."""
    windows = retriever.understood(question, as_of=as_of)
    for window in windows:
        kind = "only these" if window.kind == "bound" else "preferred"
        print_notice(f"understood: {described(window)} ({kind}), from “{question[window.start : window.end]}”")
    filtered = bool(retriever.binding(question, as_of=as_of))
    if not filtered and any(window.kind == "bound" for window in windows):
        print_notice("no article of this archive is dated, so none is left out")
    return filtered

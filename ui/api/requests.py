"""Requests of the API: their fields and limits, and the error message for a malformed one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from qa.errors import InputError
from qa.filters import DEFAULTS, Conditions
from qa.retrieval import Retriever
from qa.settings import LIMITS
from ui.data import Data, answer_data, known_article, search_data, undated_left_out

Outlet = Annotated[str, Field(max_length=LIMITS.source_characters)]
ArticleId = Annotated[str, Field(max_length=LIMITS.id_characters)]
Day = Annotated[str, Field(max_length=LIMITS.date_characters)]
_EXAMPLE: dict[str, JsonValue] = {"question": "How many air strikes did the army fly?", "k": 3}


class SearchRequest(BaseModel):
    """A search; every field but the question is optional."""

    # Strict: "5" is no number and true is not 1.  Wrong types are reported, not guessed at.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [_EXAMPLE]})

    question: str = Field(max_length=LIMITS.question_characters, description="Plain text.")
    k: int = Field(5, ge=1, le=LIMITS.hits, description="How many passages.")
    sources: list[Outlet] = Field([], max_length=LIMITS.filter_values, description="Only these outlets; none: all.")
    articles: list[ArticleId] = Field(
        [], max_length=LIMITS.filter_values, description="Only these article ids; none: all."
    )
    after: Day = Field("", description="Only articles published at or after this date (ISO 8601).")
    before: Day = Field("", description="Only articles published before this date.")
    as_of: Day = Field("", description="Only articles published on or before this date.")
    per_article: int = Field(3, ge=0, description="Hits of one article before those of others (0: no cap).")

    @property
    def conditions(self) -> Conditions:
        """The options that filter and limit the hits."""
        return cast(Conditions, self.model_dump(include=set(DEFAULTS)))

    def search(self, retriever: Retriever) -> Data:
        """Return the data that ``qa search --json`` prints."""
        hits = retriever.retrieve(self.question, self.k, **self.conditions)
        bound = bool(retriever.binding(self.question, as_of=self.as_of))
        return search_data(self.question, hits, undated_left_out(retriever, self.conditions, bound))


class Said(BaseModel):
    """An earlier turn of a conversation; ``agent`` means ``assistant``."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    role: Literal["user", "assistant", "agent"]
    text: str = Field(max_length=LIMITS.turn_characters)


class AskRequest(SearchRequest):
    """A question to answer; every field but the question is optional."""

    history: list[Said] = Field(
        [], max_length=LIMITS.turns, description="The earlier turns of the conversation, oldest first."
    )

    def ask(self, retriever: Retriever) -> Data:
        """Return the data that ``qa ask --json`` prints."""
        history = [(turn.role, turn.text) for turn in self.history]
        return answer_data(retriever.ask(self.question, history, self.k, **self.conditions))


class Endpoints:
    """Named endpoints of the page: functions for the same requests, whose arguments are checked and may be anything.

    Args:
        retriever: the opened archive.
    """

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def search(
        self, question: str, k: int = 5, sources: list[str] | None = None, after: str = "", before: str = "",
        articles: list[str] | None = None, as_of: str = "", per_article: int = 3,
    ) -> Data:  # fmt: skip
        """Find the passages that best match a question.

        Raises:
            InputError: if the question or an option cannot be used.
        """
        given = {"question": question, "k": k, "sources": sources or [], "after": after, "before": before,
                 "articles": articles or [], "as_of": as_of, "per_article": per_article}  # fmt: skip
        return _checked(SearchRequest, given).search(self._retriever)

    def ask(
        self, question: str, k: int = 5, sources: list[str] | None = None, after: str = "", before: str = "",
        articles: list[str] | None = None, as_of: str = "", per_article: int = 3,
        history: list[dict[str, str]] | None = None,
    ) -> Data:  # fmt: skip
        """Answer a question in the archive's own words, or say that it holds no answer.

        Raises:
            InputError: if the question or an option cannot be used.
        """
        given = {"question": question, "k": k, "sources": sources or [], "after": after, "before": before,
                 "articles": articles or [], "as_of": as_of, "per_article": per_article,
                 "history": history or []}  # fmt: skip
        return _checked(AskRequest, given).ask(self._retriever)

    def article(self, article_id: str) -> Data:
        """Return a whole article.

        Raises:
            InputError: if the archive does not hold it.
        """
        return asdict(known_article(self._retriever, article_id))


_R = TypeVar("_R", bound=SearchRequest)


def _checked(kind: type[_R], given: Data) -> _R:
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise InputError(complaint(error.errors())) from None


def complaint(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return the error message for a request from pydantic's errors, in one sentence that repeats no values."""
    return "; ".join(dict.fromkeys(map(_complaint, errors[:5]))) or "the request cannot be used"


def _complaint(error: Mapping[str, Any]) -> str:
    place = [part for part in error["loc"] if part != "body"]
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    kind = error["type"]
    if kind == "json_invalid":
        return f"the body is not JSON: {error['ctx']['error']} at character {error['loc'][-1]}"
    if kind == "extra_forbidden":
        return f"{name[:100]!a} is not a field of this request; leave it out"
    if kind == "missing" and name:
        return f"{name}: is missing; give it"
    if kind in {"model_type", "model_attributes_type", "dict_type"} and name:
        return f"{name}: has to be a JSON object"
    if not name:
        return "the body has to be a JSON object with a question"
    message = str(error["msg"])
    return f"{name}: {message[:1].lower()}{message[1:]}"

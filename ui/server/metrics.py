"""Prometheus metrics, in one registry for each application; no label holds data of a request."""

from collections.abc import Callable, Iterable, Iterator
from platform import python_version
from threading import active_count

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from qa._version import __version__
from ui.server import request_log
from ui.server.health import Health
from ui.server.request_log import Finished
from ui.server.visitors import visitor_of

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_COUNTS = frozenset(("together", "unread"))  # "stages" that are counts, not seconds
# Headers that proxies add: with one of them, a request from this machine's address was sent by another machine.
_PASSED_ON = frozenset((b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via"))
# Name, description, and a function that returns the value.
Gauge = tuple[str, str, Callable[[], float]]


class Metrics:
    """Metrics of one application, served at ``GET /metrics`` in Prometheus' text format.

    Args:
        health: the health check of the archive.
    """

    def __init__(self, health: Health) -> None:
        self._health = health
        self._registry = CollectorRegistry()
        self._gauges: list[Gauge] = [("dateline_threads", "Threads of this process", active_count)]
        self._requests = Counter(
            "dateline_requests", "Requests that have ended", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "dateline_request_seconds", "Seconds that requests took", ("route",), buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._questions = Histogram(
            "dateline_question_seconds", "Seconds that questions took", ("surface", "kind", "outcome"),
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._stages = Histogram(
            "dateline_stage_seconds", "Seconds that the stages of questions took", ("stage",), buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._amounts = Counter(
            "dateline_stage_amount", "What was counted in stages of questions", ("stage",), registry=self._registry
        )
        self._refusals = Counter("dateline_refusals", "Requests refused", ("reason",), registry=self._registry)
        ProcessCollector(registry=self._registry)
        self._registry.register(self)

    def finished(self, request: Finished) -> None:
        """Count a request that has ended."""
        self._requests.labels(request.route, request.method, str(request.status)).inc()
        if request.route not in {request_log.ENDLESS, request_log.STREAM}:
            self._seconds.labels(request.route).observe(request.seconds)
        if request.refusal:
            self.refused(request.refusal)

    def answered(self, surface: str, kind: str, outcome: str, seconds: float) -> None:
        """Count a question; every argument but the seconds is from a fixed list."""
        self._questions.labels(surface, kind, outcome).observe(seconds)

    def stage(self, name: str, amount: float) -> None:
        """Count a stage of a question by its seconds, or an amount counted in it; ``name`` is from a fixed list."""
        if name in _COUNTS:
            self._amounts.labels(name).inc(amount)
        else:
            self._stages.labels(name).observe(amount)

    def refused(self, reason: str) -> None:
        """Count a refusal; ``reason`` is from a fixed list."""
        self._refusals.labels(reason).inc()

    def gauges(self, more: Iterable[Gauge]) -> None:
        """Add gauges, which are read at each request for the metrics."""
        self._gauges += more

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges, which are read now; prometheus_client calls this."""
        archive = self._health.last
        looked: tuple[tuple[str, str, float], ...] = (
            ("dateline_archive_up", "Whether the archive can be read", not archive.problem),
            ("dateline_archive_articles", "Articles in the archive", archive.articles),
            ("dateline_archive_passages", "Passages in the archive", archive.passages),
            ("dateline_archive_generation", "The number of the archive's generation", archive.generation),
        )
        for name, told, found in looked:
            yield GaugeMetricFamily(name, told, found)
        for name, told, value in self._gauges:
            yield GaugeMetricFamily(name, told, value())
        yield InfoMetricFamily("dateline_build", "Versions", {"version": __version__, "python": python_version()})

    async def answer(self, request: Request) -> Response:
        """Answer one request; only this machine and admins may read the metrics."""
        visitor = visitor_of(request.scope)
        if not (visitor.admin or is_local(request.scope)):
            told = "Only this machine and admins may read these figures. Log in as an admin (HTTP Basic).\n"
            return PlainTextResponse(told, 403 if visitor.name else 401, {"Cache-Control": "no-store"})
        await self._health.state()
        figures = generate_latest(self._registry)
        return Response(figures, 200, {"Cache-Control": "no-store"}, CONTENT_TYPE_PLAIN_0_0_4)


def is_local(scope: Scope) -> bool:
    """Return whether a request comes from this machine, and not through a proxy."""
    host = (scope.get("client") or ("",))[0]
    own = host in {"127.0.0.1", "::1"}
    return own and not any(name.lower() in _PASSED_ON for name, _ in scope["headers"])

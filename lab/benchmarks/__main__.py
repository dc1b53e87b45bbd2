"""All benchmarks that need only the evaluation data, one after the other: ``make bench``.

The others take hours or make archives of their own, and are run one by one: ``peers``, ``copies``, ``question_time``,
``followups``, ``weights``, ``passage_length``, ``latency_by_size`` and ``fit_answering``; ``flakes``, which runs
browser tests; ``faults``, which is ``make faults``; and ``safety``, which is ``make safety``.
"""

from lab.benchmarks.quality import quality, question_dates
from lab.benchmarks.speed import adding_one, cold_start, embedding_speed, latency

if __name__ == "__main__":
    for benchmark in (cold_start, embedding_speed, adding_one, quality, question_dates, latency):
        print(f"\n## {benchmark.__name__}")
        benchmark.main()

"""All benchmarks, one after the other: ``make bench``."""

from benchmarks import adding_one, cold_start, embedding_speed, kills, latency, quality, question_dates

if __name__ == "__main__":
    for benchmark in (cold_start, embedding_speed, adding_one, kills, quality, question_dates, latency):
        print(f"\n## {benchmark.__name__}")
        benchmark.main()

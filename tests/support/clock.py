"""Processor time of a call, for tests that compare how it grows."""

import gc
from collections.abc import Callable
from time import process_time


def cpu_seconds(call: Callable[[], object]) -> float:
    """Return the processor seconds of a call: the better of two, without the collector, which walks all of pytest."""
    gc.collect()
    gc.disable()
    try:
        return min(_once(call), _once(call))
    finally:
        gc.enable()


def _once(call: Callable[[], object]) -> float:
    begin = process_time()
    call()
    return process_time() - begin

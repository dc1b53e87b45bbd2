"""Models from files: nothing is downloaded, and what cannot be loaded is a clear error."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import ModelError


@contextmanager
def loading(failure: str, way_out: str) -> Iterator[None]:
    """Load a model inside of this; what goes wrong becomes a ModelError.

    Args:
        failure: what cannot be done, "reader NAME: cannot be loaded".
        way_out: what to do instead.

    Raises:
        ModelError: if a file is missing, damaged or of another kind of model.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, AttributeError, ImportError, RuntimeError, SafetensorError) as error:
        cause = " ".join(str(error).split())[:200]
        raise ModelError(f"{failure} ({cause}); {way_out}") from error

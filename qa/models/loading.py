"""Models from files: nothing is downloaded, and what cannot be loaded is a clear error."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import ModelError


@contextmanager
def loading(failure: str, way_out: str) -> Iterator[None]:
    """Load a model inside of this; whatever goes wrong becomes a ModelError.

    Args:
        failure: what cannot be done, "reader NAME: cannot be loaded".
        way_out: what to do instead.

    Raises:
        ModelError: if a file is missing, damaged, hostile or of another kind of model.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    except (KeyboardInterrupt, SystemExit, ModelError):
        raise
    # A folder may hold anything, and the libraries that parse it raise whatever they come to, a panic of Rust's
    # included, which is no Exception.
    except BaseException as error:
        cause = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(f"{failure} ({cause}); {way_out}") from error

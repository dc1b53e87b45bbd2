"""Export of checked weights into the package; their training log and figures go beside the recipe."""

import shutil
from pathlib import Path

import torch
from safetensors import safe_open

from qa.models.reader import PairEncoder, load_network, padded

MOST_BYTES = 25_000_000

_QUESTION = "How many people were rescued from the flooded mine?"
_PASSAGES = (
    ("Miners freed", "Twelve miners were brought up on Sunday. The pumps had run for three days."),
    ("", "The mine had been closed for years."),
)


def export(weights: Path, to: Path) -> None:
    """Copy weights to ``to`` and check them: their size, that ``qa.models.reader`` loads them, and what they compute.

    Raises:
        ValueError: if they are too large or not float16, give values that are not finite, or others after the copy.
        ModelError: if they cannot be loaded.
    """
    size = weights.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"{weights}: {size:,} bytes are more than the {MOST_BYTES:,} that may be shipped")
    with safe_open(weights, "pt") as stored:
        wide = [key for key in stored.keys() if stored.get_tensor(key).dtype != torch.float16]  # noqa: SIM118
    if wide:
        raise ValueError(f"{weights}: {', '.join(wide[:3])} is not float16; write them with lab.training.train.state")
    expected = outputs(weights)
    if not all(bool(one.isfinite().all()) for one in expected):
        raise ValueError(f"{weights}: the network gives values that are not finite; train again, lower learning_rate")
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_suffix(".part")
    shutil.copyfile(weights, part)
    part.replace(to)
    if not all(map(torch.equal, outputs(to), expected)):
        raise ValueError(f"{to}: gives other values than {weights}; export again")


def outputs(weights: Path) -> tuple[torch.Tensor, ...]:
    """Return all that the network of a file makes of two fixed pairs, in float32."""
    network = load_network(weights)
    arrays = [torch.from_numpy(one) for one in padded(PairEncoder().encode(_QUESTION, _PASSAGES))]
    with torch.inference_mode():
        return tuple(network(*arrays))

"""``python -m lab.training``: from the evaluation data to the weights in the package."""

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lab.training.settings import Recipe, recipe
from qa.errors import QaError

HERE = Path(__file__).parent
STEPS = ("prepare", "train", "evaluate", "export")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step, or all in their order; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lab.training", description="Train the packaged reader.")
    parser.add_argument("step", nargs="?", choices=(*STEPS, "all"), default="all", help="default: all, in this order")
    parser.add_argument("--profile", default="full", help="full, small or smoke, as in config.toml; default: full")
    parser.add_argument(
        "--work",
        type=Path,
        default=HERE.parent / "work" / "training",
        help="what is made on the way; default: %(default)s",
    )
    parser.add_argument(
        "--start", type=Path, help="weights of an earlier reader to begin with; default: the embedder's"
    )
    parser.add_argument("--questions", type=int, default=0, help="how many of each set evaluate asks; default: all")
    parser.add_argument(
        "--models", type=Path, help="export to; default: qa/models/weights for full, else in the work folder"
    )
    parser.add_argument("--results", type=Path, default=HERE / "results", help="log and figures; default: %(default)s")
    given = parser.parse_args(arguments)
    if given.questions < 0:
        parser.error("--questions must be 0 or more")
    try:
        settings = recipe(given.profile)
        folder = given.work / settings.profile
        own = HERE.parents[1] / "qa" / "models" / "weights" if settings.profile == "full" else folder / "models"
        for step in STEPS if given.step == "all" else (given.step,):
            began = time.time()
            print(f"{step} ({settings.profile})", file=sys.stderr, flush=True)
            if step == "prepare":
                _prepare(settings, folder, given.work / "archives")
            elif step == "train":
                _train(settings, folder, given.start)
            elif step == "evaluate":
                _evaluate(settings, folder, given.questions)
            else:
                _export(settings, folder, given.models or own, given.results)
            print(f"{step}: {time.time() - began:.0f} s", file=sys.stderr, flush=True)
    except (QaError, OSError, RuntimeError, ValueError) as error:
        print(f"python -m lab.training: {error}", file=sys.stderr)
        return 1
    return 0


def _prepare(settings: Recipe, folder: Path, archives: Path) -> None:
    from lab.training.data import prepare

    print(f"wrote {prepare(folder, settings.data, archives)}", file=sys.stderr)


def _train(settings: Recipe, folder: Path, start: Path | None) -> None:
    from lab.training.groups import load
    from lab.training.train import train

    groups = load(_made(folder / "groups.jsonl.gz", "prepare", settings))
    train(groups, settings.train, folder / "reader.safetensors", folder / "log.jsonl", start)


def _evaluate(settings: Recipe, folder: Path, most: int) -> None:
    from lab.training.evaluate import evaluate, table

    weights = _made(folder / "reader.safetensors", "train", settings)
    measured = evaluate(weights, settings.data.held_out, most)
    found = {
        "profile": settings.profile,
        "weights_sha256": _digest(weights),
        "questions": most or "all",
        "figures": [one.to_dict() for one in measured],
    }
    (folder / "evaluation.json").write_text(json.dumps(found, indent=2) + "\n")
    print(table(measured))


def _export(settings: Recipe, folder: Path, models: Path, results: Path) -> None:
    from lab.training.export import export
    from qa.models.reader import WEIGHTS

    weights = _made(folder / "reader.safetensors", "train", settings)
    export(weights, models / WEIGHTS)
    print(f"wrote {models / WEIGHTS}, {weights.stat().st_size:,} bytes", file=sys.stderr)
    results.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "log.jsonl", results / f"{settings.profile}.log.jsonl")
    figures = folder / "evaluation.json"
    if figures.exists() and json.loads(figures.read_text())["weights_sha256"] == _digest(weights):
        shutil.copyfile(figures, results / f"{settings.profile}.evaluation.json")


def _made(file: Path, step: str, settings: Recipe) -> Path:
    if not file.exists():
        raise FileNotFoundError(
            f"{file} is not there; run python -m lab.training {step} --profile {settings.profile} first"
        )
    return file


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())

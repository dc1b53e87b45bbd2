"""The recipe's settings, read from ``config.toml``."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).with_name("config.toml")
_ALLOWED: dict[Any, tuple[type, ...]] = {int: (int,), float: (int, float), bool: (bool,)}


@dataclass(frozen=True, slots=True)
class DataSettings:
    """What the training data is made of; see ``config.toml``."""

    passage_tokens: int
    candidates: int
    reading_candidates: int
    pool: int
    articles: int
    held_out: int
    seed: int
    most: dict[str, int]


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How the network is trained; see ``config.toml``."""

    epochs: int
    skip: float
    share: float
    negatives: int
    tokens: int
    batch_tokens: int
    learning_rate: float
    warmup: float
    weight_decay: float
    clip: float
    dropout: float
    title_kept: float
    span_weight: float
    answerable_weight: float
    support_weight: float
    bfloat16: bool
    compile: bool
    log_every: int
    checkpoint_every: int
    seed: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """All settings of one profile."""

    profile: str
    data: DataSettings
    train: TrainSettings


def recipe(profile: str = "full", path: Path = CONFIG) -> Recipe:
    """Return the settings of a profile.

    Raises:
        ValueError: if the file has no such profile, or a value is missing, unknown or not of its type.
    """
    try:
        stored = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not TOML ({error})") from error
    profiles: dict[str, dict[str, Any]] = {"full": {}, **stored.pop("profiles", {})}
    if profile not in profiles:
        raise ValueError(f"{path}: no profile {profile!r}; there are {', '.join(profiles)}")
    for part, sections in (("the file", stored), (f"profile {profile!r}", profiles[profile])):
        if unknown := set(sections) - {"data", "train"}:
            raise ValueError(f"{path}: {part} has the unknown section {', '.join(sorted(unknown))}")
    data = {**stored["data"], **profiles[profile].get("data", {})}
    if unknown := set(data["most"]) - set(stored["data"]["most"]):
        raise ValueError(f"{path}: no questions of the kind {', '.join(sorted(unknown))}")
    data["most"] = {**stored["data"]["most"], **data["most"]}
    train = {**stored["train"], **profiles[profile].get("train", {})}
    return Recipe(profile, _filled(DataSettings, data, path), _filled(TrainSettings, train, path))


def _filled(kind: type, values: dict[str, Any], path: Path) -> Any:
    types = {field.name: field.type for field in fields(kind)}
    if set(types) != set(values):
        raise ValueError(f"{path}: {kind.__name__} differs in {', '.join(sorted(set(types) ^ set(values)))}")
    for name, value in values.items():
        if type(value) not in _ALLOWED.get(types[name], (dict,)):
            raise ValueError(f"{path}: {name}={value!r} is not of type {getattr(types[name], '__name__', types[name])}")
    return kind(**values)

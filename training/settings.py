"""The recipe's settings, read from ``config.toml``."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).with_name("config.toml")


@dataclass(frozen=True, slots=True)
class DataSettings:
    """What the training data is made of; see ``config.toml``."""

    passage_tokens: int
    candidates: int
    pool: int
    held_out: int
    seed: int
    most: dict[str, int]


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How the network is trained; see ``config.toml``."""

    epochs: int
    negatives: int
    question_tokens: int
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
    bfloat16: bool
    compile: bool
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
    stored = tomllib.loads(path.read_text())
    profiles = {"full": {}, **stored.get("profiles", {})}
    if profile not in profiles:
        raise ValueError(f"{path}: no profile {profile!r}; there are {', '.join(profiles)}")
    data = {**stored["data"], **profiles[profile].get("data", {})}
    data["most"] = {**stored["data"]["most"], **data["most"]}
    train = {**stored["train"], **profiles[profile].get("train", {})}
    return Recipe(profile, _filled(DataSettings, data, path), _filled(TrainSettings, train, path))


def _filled(kind: type, values: dict[str, Any], path: Path) -> Any:
    types = {field.name: field.type for field in fields(kind)}
    if set(types) != set(values):
        raise ValueError(f"{path}: {kind.__name__} differs in {', '.join(sorted(set(types) ^ set(values)))}")
    for name, value in values.items():
        allowed = {int: (int,), float: (int, float), bool: (bool,)}.get(types[name], (dict,))
        if type(value) not in allowed:
            raise ValueError(f"{path}: {name}={value!r} is not of type {types[name]}")
    return kind(**values)

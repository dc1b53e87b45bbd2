"""Training: one encoder, four losses, and a checkpoint from which an interrupted run goes on.

- ranking: softmax over a question's passages, the one with the answer is right (InfoNCE over hard negatives);
- span: cross-entropy of start and end, normalised over all passages of the question together, so that logits of
  different passages can be compared (Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension",
  ACL 2018);
- answerable: binary cross-entropy of every pair of which it is known;
- support: cross-entropy of supports, contradicts or neither, of every statement.
"""

import hashlib
import json
import math
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.nn import functional

from lab.training.groups import Group
from lab.training.settings import TrainSettings
from qa.models.network import FROZEN, Outputs, ReaderNetwork
from qa.models.reader import Pair, PairEncoder, load_network, new_network, padded

_WINDOW = 512  # groups that are drawn, and sorted by length, together


@dataclass(frozen=True, slots=True)
class Drawn:
    """A group as drawn for one epoch: its first pair holds the answer at tokens ``start`` to ``end`` (-1: unmarked)."""

    pairs: list[Pair]
    start: int
    end: int
    ranked: bool
    answerable: bool | None
    verdict: int | None = None

    @property
    def tokens(self) -> int:
        """How many tokens its longest pair has."""
        return max(len(pair.ids) for pair in self.pairs)


def draw(group: Group, encoder: PairEncoder, settings: TrainSettings, chance: random.Random) -> Drawn | None:
    """Return a group with some of its negatives, at most ``settings.negatives`` and often fewer.

    None where the answer lies beyond the last token, or where the group without negatives would teach nothing.
    """
    negatives = group.texts[1:]
    most = min(settings.negatives, len(negatives))
    alone = group.start >= 0 or group.answerable is not None or group.verdict is not None
    if not alone and not most:
        return None
    count = chance.randint(0 if alone else 1, most)
    chosen = [group.texts[0], *chance.sample(negatives, count)]
    titled = chance.random() < settings.title_kept
    pairs = encoder.encode(
        group.question, [(text.title if titled else "", text.text) for text in chosen], settings.tokens
    )
    start = end = -1
    if group.start >= 0:
        held = [
            place for place, (begin, stop) in enumerate(pairs[0].offsets) if begin < group.end and stop > group.start
        ]
        if not held or pairs[0].offsets[held[-1]][1] < group.end:
            return None
        start, end = pairs[0].first + held[0], pairs[0].first + held[-1]
    # Offsets have served; in Python's integers they take more memory than all else.
    pairs = [replace(pair, offsets=[]) for pair in pairs]
    return Drawn(pairs, start, end, group.ranked and len(pairs) > 1, group.answerable, group.verdict)


def batches(drawn: Sequence[Drawn], settings: TrainSettings, chance: random.Random) -> list[list[Drawn]]:
    """Return groups of like length together, as many as the tokens of a step allow, in random order."""
    made: list[list[Drawn]] = []
    batch: list[Drawn] = []
    for one in sorted(drawn, key=lambda one: one.tokens):
        pairs = sum(len(other.pairs) for other in batch) + len(one.pairs)
        if batch and pairs * one.tokens > settings.batch_tokens:
            made.append(batch)
            batch = []
        batch.append(one)
    if batch:
        made.append(batch)
    chance.shuffle(made)
    return made


@dataclass(frozen=True, slots=True)
class Window:
    """Some of an epoch's groups, in batches; ``begin`` and ``end`` are shares of the whole training, from 0 to 1."""

    number: int
    begin: float
    end: float
    batches: list[list[Drawn]]


def windows(groups: Sequence[Group], encoder: PairEncoder, settings: TrainSettings, first: int = 0) -> Iterator[Window]:
    """Yield the windows of all epochs from number ``first`` on; each is drawn by its own number alone.

    With a ``share`` below 1 every epoch is of the same few groups: those after the first ``skip`` of one random order.
    """
    if settings.skip or settings.share < 1:
        first_group, some = round(settings.skip * len(groups)), max(1, round(settings.share * len(groups)))
        shuffled = random.Random(settings.seed).sample(groups, len(groups))
        groups = shuffled[first_group : first_group + some]
    each = -(-len(groups) // _WINDOW)
    for number in range(first, each * settings.epochs):
        epoch, place = divmod(number, each)
        order = list(groups)
        random.Random(f"{settings.seed} {epoch}").shuffle(order)
        chance = random.Random(f"{settings.seed} {number}")
        chosen = order[place * _WINDOW : (place + 1) * _WINDOW]
        drawn = [one for group in chosen if (one := draw(group, encoder, settings, chance))]
        whole = each * settings.epochs
        yield Window(number, number / whole, (number + 1) / whole, batches(drawn, settings, chance))


def losses(outputs: Outputs, batch: Sequence[Drawn], mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return the mean ranking, span, answerable and support losses of a batch; 0 for one no group takes part in."""
    ranking, span = [], []
    truth: list[float] = []
    judged: list[int] = []
    verdicts: list[tuple[int, int]] = []
    row = 0
    for group in batch:
        rows = slice(row, row + len(group.pairs))
        if group.ranked:
            ranking.append(-functional.log_softmax(outputs.relevance[rows].float(), 0)[0])
        if group.start >= 0:
            inside = torch.zeros_like(mask[rows], dtype=torch.bool)
            for place, pair in enumerate(group.pairs):
                inside[place, pair.first : pair.last] = True
            logits = outputs.span[rows].float().masked_fill(~inside[:, :, None], -1e4).flatten(0, 1)
            targets = torch.tensor([group.start, group.end], device=logits.device)
            span.append(functional.cross_entropy(logits.T, targets))
        if group.answerable is not None:
            truth += [float(group.answerable)] + [0.0] * (len(group.pairs) - 1)
            judged += range(rows.start, rows.stop)
        if group.verdict is not None:
            verdicts.append((row, group.verdict))
        row += len(group.pairs)
    device = outputs.relevance.device
    none = torch.zeros((), device=device)
    answerable = support = none
    if judged:
        wanted = torch.tensor(truth, device=device)
        answerable = functional.binary_cross_entropy_with_logits(outputs.answerable[judged].float(), wanted)
    if verdicts:
        places, said = map(list, zip(*verdicts, strict=True))
        support = functional.cross_entropy(outputs.support[places].float(), torch.tensor(said, device=device))
    return (
        torch.stack(ranking).mean() if ranking else none, torch.stack(span).mean() if span else none,
        answerable, support,
    )  # fmt: skip


def state(network: ReaderNetwork) -> dict[str, torch.Tensor]:
    """Return what is shipped: all but the frozen embedding table, in float16."""
    return {
        key: value.to("cpu", torch.float16).contiguous()
        for key, value in network.state_dict().items()
        if key != FROZEN and value.is_floating_point()
    }


class Training:
    """A network in training: its optimizer, how far it is, and its checkpoint.

    A checkpoint is one file, ``checkpoint.safetensors``: weights and moments, and in its header where it stands.

    Args:
        settings: how it is trained.
        folder: of the checkpoint; training goes on from one that is there.
        made_of: digest of what it is trained on and how; a checkpoint with another is refused.
        start: weights of an earlier reader to begin with (a support head that they lack is zero); None: the packaged
            embedder's, with new heads.

    Raises:
        ModelError: if the weights of ``start`` are missing or do not fit.
        ValueError: if the checkpoint is of another training.
    """

    def __init__(self, settings: TrainSettings, folder: Path, made_of: str, start: Path | None = None) -> None:
        self._settings, self._made_of = settings, made_of
        self._file = folder / "checkpoint.safetensors"
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(settings.seed)
        self.network = new_network(
            # on a CPU the backward pass of eager attention is twice as fast as that of fused attention
            attn_implementation="eager" if self.device == "cpu" else "sdpa",
            hidden_dropout_prob=settings.dropout,
            attention_probs_dropout_prob=settings.dropout,
        ).to(self.device)
        if start:
            self.network.load_state_dict(load_network(start).state_dict())
        self.network.get_parameter(FROZEN).requires_grad = False
        self.network.train()
        self._trained = {name: one for name, one in self.network.named_parameters() if one.requires_grad}
        decayed = [one for one in self._trained.values() if one.ndim > 1]
        plain = [one for one in self._trained.values() if one.ndim <= 1]
        self._optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": plain, "weight_decay": 0.0}],
            lr=settings.learning_rate, fused=True,
        )  # fmt: skip
        self._forward = torch.compile(self.network, dynamic=True) if settings.compile else self.network
        self.window, self.steps, self.tokens, self.seconds = 0, 0, 0, 0.0
        if self._file.exists():
            self._resume()

    def step(self, batch: Sequence[Drawn], done: float) -> tuple[float, ...]:
        """Take one step with a batch, ``done`` being the share of the training behind it; return loss and parts."""
        settings = self._settings
        rate = min(done / settings.warmup, (1 - done) / (1 - settings.warmup)) if settings.warmup else 1 - done
        for part in self._optimizer.param_groups:
            part["lr"] = settings.learning_rate * max(rate, 1e-3)
        arrays = [
            torch.from_numpy(one).to(self.device) for one in padded([pair for one in batch for pair in one.pairs])
        ]
        with torch.autocast(self.device, torch.bfloat16, enabled=settings.bfloat16):
            outputs = self._forward(*arrays)
        ranking, span, answerable, support = losses(outputs, batch, arrays[2])
        loss = (
            ranking + settings.span_weight * span
            + settings.answerable_weight * answerable + settings.support_weight * support
        )  # fmt: skip
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), settings.clip)
        self._optimizer.step()
        self.steps += 1
        self.tokens += arrays[0].numel()
        if not math.isfinite(loss.item()):
            raise RuntimeError(f"step {self.steps}: the loss is {loss.item()}; lower learning_rate")
        return (loss.item(), ranking.item(), span.item(), answerable.item(), support.item())

    def save(self) -> None:
        """Write the checkpoint in place of the last one."""
        tensors = {f"weight {name}": one.detach().contiguous() for name, one in self._trained.items()}
        for name, one in self._trained.items():
            for key, value in self._optimizer.state.get(one, {}).items():
                tensors[f"{key} {name}"] = value.detach().contiguous()
        place = {"window": self.window, "steps": self.steps, "tokens": self.tokens, "seconds": round(self.seconds)}
        part = self._file.with_suffix(".part")
        save_file(tensors, part, {"made_of": self._made_of, "place": json.dumps(place)})
        part.replace(self._file)

    def forget(self) -> None:
        """Remove the checkpoint of a training that is done."""
        self._file.unlink(missing_ok=True)

    def _resume(self) -> None:
        with safe_open(self._file, "pt") as stored:
            header = stored.metadata() or {}
        if header.get("made_of") != self._made_of:
            raise ValueError(f"{self._file}: of other groups or settings; remove it to train from the beginning")
        tensors = load_file(self._file, device=self.device)
        with torch.no_grad():
            for name, one in self._trained.items():
                one.copy_(tensors[f"weight {name}"])
                for key in ("step", "exp_avg", "exp_avg_sq"):
                    if f"{key} {name}" in tensors:  # a head that no group has needed yet has no moments
                        self._optimizer.state[one][key] = tensors[f"{key} {name}"]
        place = json.loads(header["place"])
        self.window, self.steps, self.tokens = place["window"], place["steps"], place["tokens"]
        self.seconds = float(place["seconds"])


def train(
    groups: Sequence[Group], settings: TrainSettings, out: Path, log: Path, start: Path | None = None
) -> list[float]:
    """Train on the groups, write weights to ``out`` and a line every ``log_every`` steps to ``log``; return all losses.

    A checkpoint is written beside ``out`` every ``checkpoint_every`` windows; training goes on from one that is there.
    ``start`` are weights of an earlier reader to begin with.

    Raises:
        ModelError: if the weights of ``start`` are missing or do not fit.
        RuntimeError: if the loss is no longer a number, or there is no C++ compiler and ``compile`` asks for one.
        ValueError: if there is no group whose answer lies within ``tokens``, or the checkpoint is of another training.
    """
    if settings.compile and not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        raise RuntimeError(
            "compile = true needs a C++ compiler: install g++, or set it to false in lab/training/config.toml"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    training = Training(settings, out.parent, _digest(groups, settings), start)
    history: list[float] = []
    recent: list[tuple[float, ...]] = []
    done = 0.0
    # Lines of steps after the checkpoint go: these steps are taken again.
    logged = log.read_text().splitlines(keepends=True) if training.steps and log.exists() else []
    kept = [line for line in logged if json.loads(line)["step"] <= training.steps]
    with log.open("w") as lines:
        lines.writelines(kept)
        for window in windows(groups, PairEncoder(), settings, training.window):
            began = time.time()
            for number, batch in enumerate(window.batches):
                done = window.begin + (window.end - window.begin) * number / len(window.batches)
                recent.append(training.step(batch, done))
                history.append(recent[-1][0])
                if training.steps % settings.log_every == 0:
                    _write(lines, training, recent, done, time.time() - began)
                    recent = []
            training.window = window.number + 1
            training.seconds += time.time() - began
            if training.window % settings.checkpoint_every == 0:
                training.save()
        if not training.steps:
            raise ValueError(f"none of {len(groups)} groups has its answer within tokens={settings.tokens}")
        if recent:
            _write(lines, training, recent, 1.0, 0.0)
    part = out.with_suffix(".part")
    save_file(state(training.network), part)
    part.replace(out)
    training.forget()
    return history


def _digest(groups: Sequence[Group], settings: TrainSettings) -> str:
    """Return a digest of what decides the weights; another machine may compile, log or save otherwise."""
    decides = replace(settings, bfloat16=False, compile=False, log_every=0, checkpoint_every=0)
    made_of = hashlib.sha256(f"{decides}\n".encode())
    for group in groups:
        made_of.update(group.to_json().encode())
    return made_of.hexdigest()


def _write(lines: TextIO, training: Training, recent: Sequence[tuple[float, ...]], done: float, more: float) -> None:
    means = [round(sum(column) / len(recent), 4) for column in zip(*recent, strict=True)]
    line = dict(zip(("loss", "ranking", "span", "answerable", "support"), means, strict=True))
    line |= {"step": training.steps, "done": round(done, 4), "tokens": training.tokens}
    line |= {"seconds": round(training.seconds + more)}
    lines.write(json.dumps(line) + "\n")
    lines.flush()
    print(json.dumps(line), file=sys.stderr, flush=True)

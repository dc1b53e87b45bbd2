"""Search: candidates scored, fused, reranked, selected and cited."""

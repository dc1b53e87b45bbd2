"""A question's candidates, scored, fused, read again, selected and cited."""

"""The recipe of the packaged reader: data, training, evaluation, export."""

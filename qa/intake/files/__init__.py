"""Files before they are parsed: paths, kinds, opening, decoding."""

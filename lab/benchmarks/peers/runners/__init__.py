"""One program a peer, run by the Python of that peer's own environment; none of them imports ours."""

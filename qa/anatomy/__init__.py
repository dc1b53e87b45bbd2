"""The parts of a news page: what is story, what is header, what is boilerplate."""

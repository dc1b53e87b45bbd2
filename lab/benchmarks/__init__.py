"""Speed and quality, measured on real articles and questions; every figure in the docs comes from here."""

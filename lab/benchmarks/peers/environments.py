"""Virtual environments: one for every peer, made from its pinned requirements, and again when they change."""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from lab.benchmarks.peers.jobs import FOLDER

REQUIREMENTS = Path(__file__).parent / "requirements"
# No peer may fetch or report anything while it is measured, nor find our modules.  Every run has one thread, so that
# its processor time is what it would take on a core of its own, whatever else the machine does.
CONDITIONS = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "PYTHONWARNINGS": "ignore",
}


def python(name: str) -> Path:
    """Return the Python of an environment, made if it is not there or its requirements changed."""
    requirements = REQUIREMENTS / f"{name}.txt"
    folder = FOLDER / "venvs" / name
    ready = folder / ".ready"
    hashed = hashlib.sha256(requirements.read_bytes()).hexdigest()
    found = folder / "bin" / "python"
    if not ready.exists() or ready.read_text() != hashed:
        print(f"making the environment {name}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
        subprocess.run([*install, str(requirements)], check=True)
        ready.write_text(hashed)
    return found


def variables(ours: bool) -> dict[str, str]:
    """Return the variables that a run sees; only ours finds our modules."""
    hidden = set() if ours else {"PYTHONPATH", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in hidden} | CONDITIONS

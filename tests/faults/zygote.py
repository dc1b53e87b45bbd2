"""A process that has loaded all that `qa` imports, and runs `qa` commands in forks of itself, ready to be killed.

Lines on stdin are JSON lists of arguments; for each, a line on stdout gives the child's process id, and once it has
ended a second one its exit status.  Children write to the files named by the first two arguments.
"""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Load, then serve."""
    import sentence_transformers  # noqa: F401 - loaded once, here

    from ui.cli import main as command

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        out, err, *arguments = json.loads(line)
        child = os.fork()
        if child == 0:
            os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            sys.argv = ["qa", *arguments]
            try:
                command()
            except SystemExit as end:
                os._exit(int(end.code or 0))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()

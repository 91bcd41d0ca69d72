"""The process of the supervisor.

`manage.py run` replaces itself with this process, which does not set up Django. That saves 40 MB.
"""

import sys
from pathlib import Path

from .process import StartupError
from .run import Run


def write_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    var, bind, port = sys.argv[1:]
    try:
        Run(Path(var), bind, int(port), write_line).run_forever()
    except (StartupError, OSError) as reason:
        sys.exit(str(reason))

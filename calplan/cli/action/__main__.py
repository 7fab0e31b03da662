"""``python -I -m calplan.cli.action``: the step of the action, whose exit status decides whether the job goes on."""

import os
import sys

from calplan.cli.action.step import step

if __name__ == "__main__":
    # The runner reads both streams for commands of its own, in no certain order between them.
    sys.stderr = sys.stdout
    sys.exit(step(os.environ))

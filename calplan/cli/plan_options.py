"""Options of a plan; what answers them is imported when one is given."""

from pathlib import Path

import click

base_option = click.option(
    "--base",
    metavar="REF",
    help="Tell which changes come from this commit by the policy as it stands at REF in git, such as origin/main,"
    " instead of by the last applied run or --previous; those still tell who changed groups.",
)
snapshot_option = click.option(
    "--snapshot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Plan against this snapshot (calplan snapshot) and read nothing live; such a plan cannot be applied.",
)

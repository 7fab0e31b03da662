"""What ``action.yml`` runs on a runner of GitHub: one command of calplan, told in the ways the runner understands.

``asked`` reads what the step was given, ``words`` makes the command line of it, ``step`` runs that, ``told`` says what
came of it, ``runner`` writes into the runner's files, and ``writing`` keeps the one comment of a pull request.
"""

"""The environment variables, by who sets them; a test finds those that the code reads and that are missing here."""

from typing import Final, NamedTuple


class Variable(NamedTuple):
    """An environment variable: what it does."""

    name: str
    does: str


BY_HAND: Final = (
    Variable(
        "CALPLAN_STATE",
        "Where runs are kept: a file, or `postgresql://...`. `--state` goes before it; without both it is "
        "`.calplan/state.db`.",
    ),
    Variable("CALPLAN_LOG", "`info` or `debug` logs requests on standard error, without secrets."),
    Variable("CALPLAN_IN_AUTOMATION", "Set to anything: nobody is there to answer, so nothing is asked, and progress "
    "is said in lines of a log."),
    Variable("NO_COLOR", "Set to anything: no colours."),
    Variable("FORCE_COLOR", "Set to anything: colours, also where no terminal shows them."),
    Variable("CLICOLOR_FORCE", "As `FORCE_COLOR`, unless it is `0`."),
    Variable("CLICOLOR", "`0`: no colours, where nothing above asks for them."),
    Variable("SOURCE_DATE_EPOCH", "Seconds since 1970: the time that outputs carry, so that the same input gives the "
    "same bytes. Ages and windows go by the real clock all the same."),
)  # fmt: skip
FROM_OUTSIDE: Final = (
    Variable(
        "CALPLAN_GATES",
        "A PATH outside of the reviewed folder with the Account document and the guardrails that hold; the folder may "
        "only tighten them.",
    ),
    Variable(
        "CALPLAN_SECRET_NAMES",
        "The secrets that documents may name, with commas between: `CALPLAN_SECRET_ZOOM`, `keyring:SERVICE/USERNAME`, "
        "`vault:PATH/KEY`. Empty counts as not set; a list that lists nothing allows none.",
    ),
    Variable("CALPLAN_SECRETS_DIR", "The folder that `file:` secrets lie in; in automation none is read without it."),
    Variable("CALPLAN_ALLOW_HOSTS", "Hosts beside the vendors' own that endpoints may name: `host` or `host:port`."),
)
SECRETS: Final = (
    Variable("CALPLAN_SECRET_", "The beginning of the name of every variable that a document may name as a secret."),
    Variable("CALPLAN_SECRET_ZOOM", "What `init` and the sandbox call the secret of the Zoom application."),
    Variable("CALPLAN_SECRET_MICROSOFT", "What the sandbox calls the secret of the Microsoft application."),
    Variable("CALPLAN_SECRET_GOOGLE", "What the sandbox calls the key of the Google service account."),
    Variable("CALPLAN_SECRET_EWS", "What the sandbox calls the password of the impersonation account."),
    Variable("VAULT_ADDR", "The vault that `vault:` secrets are asked of."),
    Variable("VAULT_TOKEN", "Who asks it."),
    Variable("VAULT_CACERT", "A file of the certificates that the vault is trusted by."),
)
GIVEN: Final = (
    Variable("CI", "Set by CI systems: as `CALPLAN_IN_AUTOMATION`, and `plan` warns where nothing guards the folder."),
    Variable("TERM", "Set by terminals: `dumb` has no colours."),
    Variable("CI_JOB_URL", "Set by GitLab: the address of the job, kept with a run and its run lock."),
    Variable("GITHUB_SERVER_URL", "Set by GitHub: with the next two the address of the workflow run."),
    Variable("GITHUB_REPOSITORY", "As above; the action also comments there."),
    Variable("GITHUB_RUN_ID", "As above."),
    Variable("GITHUB_API_URL", "Set by GitHub: where the action comments."),
    Variable("GITHUB_EVENT_NAME", "Set by GitHub: what the action runs for."),
    Variable("GITHUB_EVENT_PATH", "Set by GitHub: the event, in which the action finds the pull request."),
    Variable("GITHUB_ACTOR", "Set by GitHub: on whose account the action runs."),
    Variable("GITHUB_TRIGGERING_ACTOR", "Set by GitHub: who started the run again."),
    Variable("GITHUB_OUTPUT", "Set by GitHub: the file of the action's outputs."),
    Variable("GITHUB_STEP_SUMMARY", "Set by GitHub: the file of the action's summary."),
    Variable("RUNNER_TEMP", "Set by GitHub: where the action keeps the plan and the report."),
    Variable("CALPLAN_ACTION_", "The beginning of the names by which `action.yml` hands on its inputs."),
    Variable("ACTIONS_ID_TOKEN_REQUEST_URL", "Set by GitHub where a job has `id-token: write`: for `federated`."),
    Variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "As above."),
)
SECTIONS: Final = (
    ("For whoever types", BY_HAND),
    ("What documents may do, said from outside of them", FROM_OUTSIDE),
    ("Secrets", SECRETS),
    ("What the surroundings set", GIVEN),
)

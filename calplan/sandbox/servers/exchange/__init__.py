"""Exchange Web Services over the simulated account: who may sign in, whose mailbox may be opened, what goes wrong."""

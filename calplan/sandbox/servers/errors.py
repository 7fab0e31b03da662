"""What keeps an account from being served, in words for whoever asked for it."""


class ServeError(Exception):
    """The servers were not started."""


class FaultSpecError(ServeError):
    """A specification of faults is not written as one."""


class PortTakenError(ServeError):
    """Another program listens on the port, or nobody may."""


class ForeignFileError(ServeError):
    """A file is in the way that calplan did not write, or one cannot be written."""

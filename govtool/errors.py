"""Every failure that a user can cause, as one sentence that names the thing and the remedy."""


class GovtoolError(Exception):
    """Bad input or bad usage: the command line prints it as one sentence and exits 2."""


class ParamError(GovtoolError, ValueError):
    """A parameter, field or file entry has a value that is not allowed."""


class DataError(GovtoolError, ValueError):
    """Market data is missing, broken or not what its digest says."""


class FileError(GovtoolError, OSError):
    """A file cannot be read or written."""


class EngineError(GovtoolError, RuntimeError):
    """A replay ended with a status other than done."""

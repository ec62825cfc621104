"""Software that only some benches need, loaded when a camera asks for it."""

import importlib
from types import ModuleType


def extra(module: str, remedy: str) -> ModuleType:
    """The module; OSError with the remedy, in one sentence, where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise OSError(remedy) from error

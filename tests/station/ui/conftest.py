"""The application as the product prepares it, for every test of the window."""

import pytest
from PySide6.QtWidgets import QApplication

from station.ui.application import prepared


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The one application, with bundled fonts and the tokens' palette."""
    return prepared()

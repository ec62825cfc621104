"""The catalogue as the window speaks it: texts of a view in the language chosen at the bench."""

from station.messages.catalogue import LOCALES, Catalogue
from station.screen.view import Text


class Words:
    """Every shipped language, one of them current."""

    def __init__(self, locale: str) -> None:
        self._catalogues = {name: Catalogue.load(name) for name in {*LOCALES, locale}}
        self.locale = locale

    def turn(self) -> None:
        """Go on to the next language."""
        self.locale = LOCALES[(LOCALES.index(self.locale) + 1) % len(LOCALES)]

    def say(self, text: Text) -> str:
        """A text of the view in the current language."""
        return self.of(text.id, **dict(text.arguments))

    def of(self, message_id: str, /, **arguments: object) -> str:
        """A message by id in the current language."""
        return self._catalogues[self.locale].text(message_id, **arguments)

"""What can be wrong with a pack, a picture or an inference, as one sentence for a person."""


class PackError(Exception):
    """A model pack that may not be used; the text is one sentence naming the file and why."""


class PictureError(Exception):
    """Picture bytes that may not be used; the text is one sentence saying what to do."""


class InferenceError(Exception):
    """The model ran and gave nothing that can be trusted; no finding may be drawn from it."""

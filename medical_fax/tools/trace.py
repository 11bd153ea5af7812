"""Telling where something went wrong without telling what it was about."""

import traceback


def where(error):
    """Return an exception's kind and the places it passed, innermost first.

    Its text is left out: it may quote a number or a name, and this goes to the log.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = (f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames)
    return " < ".join([type(error).__name__, *reversed(list(places))])

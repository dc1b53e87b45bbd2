"""Gradio, told to report nothing before it is loaded; every other module takes it from here."""

import os

# Gradio reads this when it is imported; anything but "True" stops its reports and its look for a newer version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# How often it counts its requests, for a page of figures that is closed here: each time would be a table a request.
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
# What it brings along for models reads this when it is imported, and would report which libraries load some.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from gradio.blocks import Block
from gradio.state_holder import SessionState

_set_item = SessionState.__setitem__


def _set_item_under_its_id(state: SessionState, key: int, value: object) -> None:
    """Keep what an update makes of a component under the id of that component.

    Gradio gives each a new id, under which a session then keeps what is shown, and all that was shown before it.
    """
    if isinstance(value, Block):
        value._id = key
    _set_item(state, key, value)


SessionState.__setitem__ = _set_item_under_its_id

__all__ = ["gr"]

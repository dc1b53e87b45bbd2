"""Import of Gradio with its telemetry switched off; every other module imports Gradio from here."""

import os

# Gradio reads this when it is imported; anything but "True" stops its reports and its check for a newer version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# How often Gradio counts its requests, for a page of figures that is closed here; each count tabulates all requests.
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
# huggingface_hub, which Gradio imports, reads this when it is imported; else it reports which libraries load models.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from gradio.blocks import Block
from gradio.state_holder import SessionState

_set_item = SessionState.__setitem__


def _set_item_under_its_id(state: SessionState, key: int, value: object) -> None:
    """Store the result of a component's update under the id of that component.

    Gradio gives each result a new id, so a session would store every value that was ever shown.
    """
    if isinstance(value, Block):
        value._id = key
    _set_item(state, key, value)


SessionState.__setitem__ = _set_item_under_its_id

__all__ = ["gr"]

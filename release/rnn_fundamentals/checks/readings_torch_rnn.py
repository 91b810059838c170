"""What the facts about models of torch_rnn.py mean. Runs in the grader's process.

Each function gets the facts that the probe of its name returned, and the arguments of that call.
Released; holds no answer.
"""

import re

import numpy as np

from autograder.probing import BadResult

MIXED = re.compile("expected device|same device")  # what PyTorch says of tensors on two devices


def state_after_calls(facts, name, *_):
    """Return the result of a model, and whether calls changed the model."""
    before, after = facts["numbers before"], facts["numbers after"]
    unchanged = before.keys() == after.keys() and all(
        np.array_equal(before[key], after[key]) for key in before
    )
    return {
        name: {**facts["facts"], "its numbers are as before": unchanged},
        "values": facts["values"],
    }


def use_of_random_numbers(facts, name, *_):
    """Return whether two models share parameters, or use the global random generator wrongly."""
    first, second = facts["draws"]
    before, after = facts["states of the generator"]
    return {
        "random numbers": {
            f"making {name} seeds the random generator": np.array_equal(first, second),
            f"running {name} draws random numbers": not np.array_equal(before, after),
            "two models share parameters": facts["shared parameters"] != 0,
        },
        "values": facts["values"],
    }


def convert_and_inspect(facts, *_):
    """Return the dtype of each parameter and whether it can be trained, and the results."""
    parameters = {name: str(p.dtype) for name, p in facts["parameters"].items()}
    trained = {f"{name} can be trained": can for name, can in facts["can be trained"].items()}
    return {"parameters": {**parameters, **trained}, "values": facts["values"]}


def cell_on_meta(facts, *_):
    """Return whether the run can be judged, and what it made. Raises BadResult for two devices.

    What cannot run on "meta" for another reason, such as a look at a value, is not judged there.
    """
    if "raised" not in facts:
        return {"can run": True, "results": facts}
    if MIXED.search(facts["raised"]):
        raise BadResult("with model and input on one device, a tensor was made on another")
    return {"can run": False, "results": {}}


def layer_on_meta(facts, *_):
    """As `cell_on_meta`."""
    return cell_on_meta(facts)


def converted_on_meta(facts, *_):
    """As `cell_on_meta`."""
    return cell_on_meta(facts)

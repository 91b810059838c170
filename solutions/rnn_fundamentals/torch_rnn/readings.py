"""What the facts about models of torch_rnn.py mean. Runs in the grader's process.

Each function gets the facts that the probe of its name returned, and the arguments of that call.
Released; holds no answer.
"""

import numpy as np


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

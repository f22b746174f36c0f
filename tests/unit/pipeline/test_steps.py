"""The list at the top of steps.py documents what happens to a picture, so it lists the calls."""

import ast
import inspect

from thumbs.pipeline import steps

# The call with which each step begins. `identify` happens before, in the process with the credentials.
BEGINS = {
    "readers.opened": "open",
    "limits.check": "limit",
    "metadata.kinds": "metadata",
    "_carried": "rights",
    "source.load": "decode",
    "colour.plain": "plain",
    "resize_multiplied": "resize",
    "orient.upright": "orient",
    "colour.to_srgb": "colour",
    "cascade": "cascade",
    "window": "crop",
    "enlarged": "enlarge",
    "padded": "pad",
    "encode.encode": "encode",
    "placeholder.of": "placeholder",
    "animation.animated": "animate",
}
# Calls that belong to the step around them.
PARTS = {"alpha.straight", "averaged", "colour.is_hdr", "colour.measured", "from_decoder", "geometry.target"} | {
    "orient.as_seen",
    "readers.decoding",
    "filled",
}


def calls(function: str) -> list[str]:
    """What a function of steps.py calls, in the order of its text."""
    (found,) = (
        node
        for node in ast.parse(inspect.getsource(steps)).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    nodes = [node for node in ast.walk(found) if isinstance(node, ast.Call)]
    return [ast.unparse(node.func) for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset))]


def test_the_list_of_steps_is_what_is_called() -> None:
    listed = [line.split()[0] for line in (steps.__doc__ or "").split("\n\n")[1].splitlines()]
    inner = [each for each in calls("cascade") if BEGINS.get(each) in {"crop", "enlarge", "pad"}]
    within = {"cascade": ["cascade", *inner], "finished": calls("finished")}
    called = [each for call in calls("convert") for each in within.get(call, [call])]

    assert listed[0] == "identify"
    assert listed[1:] == [*dict.fromkeys(BEGINS[call] for call in called if call in BEGINS)]


def test_each_call_is_a_step_or_part_of_one() -> None:
    """Otherwise a new step would be missing from the list."""
    every = calls("convert") + calls("finished") + calls("cascade")
    made = {call for call in every if call.split(".")[0] in {*vars(steps), "source", "animation"}}
    values = {"Conversion", "Rendered", "finished"}

    assert made - values == BEGINS.keys() | PARTS

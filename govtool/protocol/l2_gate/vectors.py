"""The gate under the name and inputs of conformance vectors."""

from govtool.protocol import l2_gate as chain
from govtool.protocol.answer import Answer, Inputs, flag
from govtool.protocol.fixed import units


def _sequencer_gate(inputs: Inputs) -> dict[str, bool]:
    up_since, now, grace = (units(inputs[name]) for name in ("up_since", "now", "grace"))
    return {"allowed": chain.sequencer_gate(flag(inputs, "up"), up_since, now, grace)}


FUNCTIONS: dict[str, Answer] = {"l2.sequencer_gate": _sequencer_gate}

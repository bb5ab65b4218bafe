"""The red team in evidence and documents: what it found as plain facts, and the table that is printed from them."""

from collections.abc import Mapping, Sequence
from typing import Any

from govtool.proposal.canonical import nine
from govtool.proposal.canonical import plain as exact
from govtool.proposal.words import duration, money, share
from govtool.study.redteam.attack_file import attack_block
from govtool.study.redteam.result import RedTeamed
from govtool.study.result import plain

Record = dict[str, Any]

SIDES = ("current", "candidate")


def redteam_facts(found: RedTeamed | None) -> Record | None:
    """What was found, with numbers at nine significant digits and attacks exactly, for they are replayed."""
    if found is None:
        return None
    told: Record = nine(plain(found))
    for side in SIDES:
        worst = getattr(found, side)
        if worst is not None:
            told[side]["attacks"] = exact(plain(worst.attacks))
    return told


def redteam_table(told: Mapping[str, Any] | None) -> Record | None:
    """What the document prints of it; None if there was no red team."""
    if told is None:
        return None
    sides = [_side(side, told[side], told["goal"]) for side in SIDES if told[side] is not None]
    head = {name: told[name] for name in ("event", "label", "seeds", "markets", "budget", "goal", "trials")}
    return {**head, "sides": sides}


def _side(who: str, worst: Mapping[str, Any], goal: str) -> Record:
    effect = worst["effect"]
    found = effect is not None and effect[goal] > 0
    return {
        "who": who,
        "protocol": worst["protocol"],
        "found": found,
        "what": words_of(worst["attacks"]),
        "block": attack_block(worst["attacks"]) if worst["attacks"] else "",
        "profit": effect["profit"] if effect else None,
        "damage": effect["damage"] if effect else None,
        "push_cost": effect["push_cost"] if effect else None,
        "equity": effect["equity"] if effect else None,
        "parts": [{"name": name, "usd": effect[name]} for name in PARTS] if effect else [],
        "harm": [{"name": name.replace("_", " "), "usd": usd} for name, usd in effect["harm"].items()]
        if effect
        else [],
        "coincidences": effect["coincidences"] if effect else [],
        "binds": worst["binds"],
        "made": worst["trials"],
        "refused": worst["refused"],
        "closed_by": worst["closed_by"],
        "closing": next((_changes(one) for one in worst["defences"] if one["name"] == worst["closed_by"]), ""),
        "defences": [
            {**{name: one[name] for name in ("name", "profit", "damage", "cost", "closes")}, "changes": _changes(one)}
            for one in worst["defences"]
        ],
    }


PARTS = ("brought", "returned", "held", "hedge", "keeper")


def _changes(defence: Mapping[str, Any]) -> str:
    return ", ".join(f"{path} = {value}" for path, value in defence["changes"].items())


def words_of(attacks: Sequence[Mapping[str, Any]]) -> str:
    """An attack in one line. Example: "long BTC, 10 times $1.00M in 1 wallet, from 1.75 h; pushes thin ..."."""
    return "; ".join(_WORDS[attack["kind"]](attack) for attack in attacks)


def _position(attack: Mapping[str, Any]) -> str:
    wallets = f"{attack['wallets']} wallet{'s' if attack['wallets'] > 1 else ''}"
    text = f"{attack['side']} {attack['market']}, {attack['leverage']:g} times {money(attack['equity'])} in {wallets}"
    text += f", from {attack['enters_h']:.4g} h"
    if attack["draws_h"]:
        text += f"; withdraws all it may at {attack['draws_h']:.4g} h"
    return text + ("; its own keeper buys what is liquidated" if attack["liquidates"] else "")


def _push(attack: Mapping[str, Any]) -> str:
    way = "up" if attack["by"] > 0 else "down"
    length, names = duration(attack["length_s"]), " and ".join(attack["sources"])
    how = f"{way} by {share(abs(attack['by']))} for {length} from {attack['start_h']:.4g} h"
    return f"pushes {attack['market']} at {names} {how}"


def _collusion(attack: Mapping[str, Any]) -> str:
    return f"{len(attack['keepers'])} keepers collude for {share(attack['patience'])} more"


def _down(attack: Mapping[str, Any]) -> str:
    return f"the {attack['kind']} is down for {duration(attack['length_s'])} from {attack['start_h']:.4g} h"


def _plainly(attack: Mapping[str, Any]) -> str:
    return str(attack["kind"])


_WORDS = {
    "position": _position,
    "push": _push,
    "collusion": _collusion,
    "sequencer": _down,
    "bridge": _down,
    "silence": _plainly,
    "spoof": _plainly,
    "integrity": _plainly,
}

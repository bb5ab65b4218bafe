"""The digest names what a protocol does, not what it is called."""

from govtool.protocol.digest import digest
from govtool.protocol.fields import fields, get, replaced
from govtool.protocol.read import parsed, preset, to_toml

GOVTOOL = preset("govtool")


def test_the_digest_ignores_labels_and_survives_a_file():
    renamed = GOVTOOL.model_copy(update={"name": "other", "source": "elsewhere", "date": "2020-01-01"})
    assert digest(renamed) == digest(GOVTOOL) == digest(parsed(to_toml(GOVTOOL), "x"))
    assert digest(GOVTOOL).startswith("sha256:") and len(digest(GOVTOOL)) == 71


def test_every_number_changes_the_digest():
    seen = {digest(GOVTOOL)}
    numbers = [one for one in fields(GOVTOOL) if one.kind == "int" and one.searchable]
    for one in numbers:
        value = get(GOVTOOL, one.path)
        low = ("lower_cap", "maintenance_haircut_ppm", "maintenance_factor_ppm", "min_spot_ppm", "floor_ppm")
        step = -1 if value == one.high or (one.path.endswith(low) and value) else 1
        if one.path.endswith("lower_cap") and not value:
            continue
        if one.path.endswith("maintenance_liability_ppm") and value == one.low:
            step = 0  # initial_liability_ppm is as low: nothing lies between
        seen.add(digest(replaced(GOVTOOL, {one.path: value + step})))
    skipped = sum(1 for one in numbers if one.path.endswith("lower_cap") and not get(GOVTOOL, one.path))
    skipped += sum(
        1 for one in numbers if one.path.endswith("maintenance_liability_ppm") and get(GOVTOOL, one.path) == one.low
    )
    assert len(seen) == 1 + len(numbers) - skipped

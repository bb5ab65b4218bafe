"""Published figures that ship with govtool."""

from importlib.resources import files

from govtool.world.figures import QUANTITIES, SETTINGS, public_figures, settings_figures


def test_every_figure_names_a_known_quantity_and_its_source():
    for figure in (*public_figures(), *settings_figures()):
        assert figure.quantity in QUANTITIES | SETTINGS
        assert figure.source and figure.when and figure.venue and figure.how


def test_figures_stand_in_the_order_of_quantities():
    for quantities, figures in ((QUANTITIES, public_figures()), (SETTINGS, settings_figures())):
        order = [list(quantities).index(figure.quantity) for figure in figures]
        assert order == sorted(order)


def test_no_figure_is_left_out():
    text = (files("govtool.world") / "figures.toml").read_text(encoding="utf-8")
    assert text.count("[[figures]]") == len(public_figures()) + len(settings_figures())


def test_the_brackets_of_leverage_are_a_whole():
    shares = [
        figure.value
        for figure in public_figures()
        if figure.quantity.startswith("leverage_") and "share" in figure.quantity
    ]
    assert len(shares) == 3
    assert abs(sum(shares) - 1) < 1e-9

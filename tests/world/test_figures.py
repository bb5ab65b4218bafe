"""Published figures that ship with govtool."""

from govtool.world.figures import QUANTITIES, public_figures


def test_every_figure_names_a_known_quantity_and_its_source():
    for figure in public_figures():
        assert figure.quantity in QUANTITIES
        assert figure.source and figure.when and figure.venue and figure.how


def test_figures_stand_in_the_order_of_quantities():
    order = [list(QUANTITIES).index(figure.quantity) for figure in public_figures()]
    assert order == sorted(order)


def test_the_brackets_of_leverage_are_a_whole():
    shares = [
        figure.value
        for figure in public_figures()
        if figure.quantity.startswith("leverage_") and "share" in figure.quantity
    ]
    assert len(shares) == 3
    assert abs(sum(shares) - 1) < 1e-9

"""How a Maker auction's price falls with time: in a line, in stairs, or exponentially. Prices and cuts are rays.

Source: makerdao/dss: src/abaci.sol. The rules are restated here; that code is AGPL.
"""

from govtool.protocol.fixed import RAY


def ray_product(first: int, second: int) -> int:
    """Product of two rays, rounded down."""
    return first * second // RAY


def ray_quotient(numerator: int, denominator: int) -> int:
    """Quotient of two rays, rounded down."""
    return numerator * RAY // denominator


def ray_power(base: int, exponent: int) -> int:
    """Whole power of a ray by repeated squaring, each step rounded half up, as the contract computes it."""
    half = RAY // 2
    result, square = (base if exponent % 2 else RAY), base
    remaining = exponent // 2
    while remaining:
        square = (square * square + half) // RAY
        if remaining % 2:
            result = (result * square + half) // RAY
        remaining //= 2
    return result


def linear_price(top: int, tail_s: int, elapsed_s: int) -> int:
    """Price that falls in a line from the top to zero at `tail_s`, and stays there."""
    if elapsed_s >= tail_s:
        return 0
    return ray_product(top, (tail_s - elapsed_s) * RAY // tail_s)


def stairstep_price(top: int, cut: int, step_s: int, elapsed_s: int) -> int:
    """Price that is multiplied by the cut after each step. Example: cut 0.99 a second: 0.7397 after 30 s."""
    return ray_product(top, ray_power(cut, elapsed_s // step_s))


def exponential_price(top: int, cut: int, elapsed_s: int) -> int:
    """Price that is multiplied by the cut in each second."""
    return ray_product(top, ray_power(cut, elapsed_s))

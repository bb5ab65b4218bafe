"""Account address of a Cosmos module, from first principles: no chain library, and a second opinion on the preset."""

import hashlib

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_WORDS = 6
_ADDRESS_BYTES = 20


def module_address(prefix: str, module: str) -> str:
    """Bech32 address (BIP-173) of a module account: the first 20 bytes of the sha256 of its name.

    Example: prefix "dydx", module "gov" is dydx10d07y265gmmuvt4z0w9aw880jnsr700jnmapky.
    """
    return _encode(prefix, hashlib.sha256(module.encode()).digest()[:_ADDRESS_BYTES])


def _encode(prefix: str, payload: bytes) -> str:
    words = _words(payload)
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _polymod([*spread, *words, *[0] * _CHECKSUM_WORDS]) ^ 1
    words += [(check >> 5 * (_CHECKSUM_WORDS - 1 - place)) & 31 for place in range(_CHECKSUM_WORDS)]
    return f"{prefix}1" + "".join(_ALPHABET[word] for word in words)


def _words(payload: bytes) -> list[int]:
    """The bytes as words of five bits, the last padded with zeros."""
    bits = len(payload) * 8
    padding = -bits % 5
    number = int.from_bytes(payload, "big") << padding
    return [(number >> shift) & 31 for shift in range(bits + padding - 5, -1, -5)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if (top >> place) & 1 else 0
    return check

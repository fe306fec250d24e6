"""Links: short, safe in an address, read back the same; damaged ones are refused."""

import base64
import contextlib
import re
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.errors import NetworkError
from mnist_lab.network import PRESETS, Conv2D, Dropout, Network, link_from_network, network_from_link


def test_links_are_short_safe_and_come_back_the_same(random_network: Callable[[int], Network]) -> None:
    for network in [*(preset.network for preset in PRESETS.values()), *map(random_network, range(100))]:
        link = link_from_network(network)
        assert re.fullmatch(r"[A-Za-z0-9_-]+", link)
        assert len(link) < 600
        assert network_from_link(link) == network
        assert network_from_link(f" {link}\n") == network


def test_the_largest_network_fits_into_a_link() -> None:
    layers = tuple(
        Conv2D(filters=100 + n, kernel_size=(1 + n % 7, 1 + n % 5), padding="same", activation="softplus")
        if n % 2
        else Dropout(rate=n / 97)
        for n in range(64)
    )
    network = Network(name="🦊" * 80, layers=layers)
    assert network_from_link(link_from_network(network)) == network
    assert len(link_from_network(network)) < 3000


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("", "cut off"),
        ("%3Cscript%3E", "damaged"),
        ("é", "damaged"),
        ("AAAA", "damaged"),
        ("A" * 20_001, "at most 20,000 characters"),
        (base64.urlsafe_b64encode(zlib.compress(b"[]")).decode(), "must be an object"),
        (base64.urlsafe_b64encode(zlib.compress(b" " * 10_000_000)).decode(), "holds too much"),
    ],
)
def test_damaged_links_are_refused(link: str, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        network_from_link(link)


@given(st.integers(0, 150), st.text(max_size=3))
def test_a_link_that_was_tampered_with_never_raises_anything_else(place: int, text: str) -> None:
    link = link_from_network(PRESETS["tiny"].network)
    with contextlib.suppress(NetworkError):
        assert isinstance(network_from_link(link[:place] + text + link[place + 1 :]), Network)

"""Links: short, safe in an address, read back the same; damaged ones are refused."""

import base64
import contextlib
import json
import re
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.errors import NetworkError
from mnist_lab.network import PRESETS, Conv2D, Dropout, Network, link_from_network, network_from_link, read_link, url


def test_links_are_short_safe_and_come_back_the_same(random_network: Callable[[int], Network]) -> None:
    for network in [*(preset.network for preset in PRESETS.values()), *map(random_network, range(100))]:
        link = link_from_network(network)
        assert re.fullmatch(r"2[.][A-Za-z0-9_-]+", link)
        assert len(link) < 500
        assert network_from_link(link) == network
        assert network_from_link(f" {link}\n") == network


@pytest.mark.parametrize(
    ("preset", "link"),
    [
        (
            "tiny",
            "eNqdzLEKwkAQhOF3mfqaRBC51mAnWNiJxaKrLJ57kGwOQ8i7u6SQgFa28zPfiMJtJ1kRqwClJyPiKDogINHgDfE04iF69bDNWurG002SzW0T"
            "QBeTQjYbaDn1mMLnsafXIeckevffYv-WqvWf1C6RGetyalg7drxXMadX9U_6PL0BP9NTWw",
        ),
        (
            "fast",
            "eNq9j88KgzAMh98l51zspofe9gePewGRETRjxVqhzQpTfPfVDTZhd4_Jly-_ZILIPpjBgc4QHPUMGkoKAgiWnomBribojGsTOA0uqnNCN2PlzbIC"
            "oWPv2F6DGZNc5ZjXCEG8aXmRFap6xu-KI0lzvwy-J2tGkiV5RQ-NmPjpItCv0ODZPtaT_6fs1CYxxX6D70pLIpzken4BV76MJg",
        ),
    ],
)
def test_a_link_of_version_1_still_opens_and_has_no_recipe(preset: str, link: str) -> None:
    assert read_link(link) == (PRESETS[preset].network, None)


@pytest.mark.parametrize(
    "link",
    [
        "2.ePnbcxLRwyaGFqdmJtgi3ghnIsGZEBGpwQ2SZDETArlRRKdwpYs1oPCmue_g2SO2FgBx_qyJ",
        "2.ePnbcxLRwyZmgi2iDYxxpgpcKc8UEf1--SWpSfn52QpGWOMfix9MDbBHDVlRgSXmDTDMN9ExIWQ-ZpSa4rIdW_mCSFawCMHpPnNTkp1ijNdAEw"
        "z_GuoYUuZfTEuMTKliiTm2fBxbCwCGtt2V",
    ],
)
def test_a_link_of_version_2_that_somebody_has_kept_still_opens(link: str) -> None:
    network, recipe = read_link(link)
    assert recipe
    assert network in [preset.network for preset in PRESETS.values()]


def test_the_recipe_comes_back_as_it_was() -> None:
    network = PRESETS["fast"].network
    for recipe in ({}, {"epochs": 1}, {"epochs": 3, "schedule": "one-cycle", "learning_rate": 0.02}):
        assert read_link(link_from_network(network, recipe)) == (network, recipe)
    assert len(link_from_network(network, {"epochs": 1, "schedule": "one-cycle"})) < 100


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
        ("3.AAAA", "up to version 2: update MNIST Lab"),
        ("0.AAAA", "damaged|cut off"),
        ("2.AAAA", "damaged"),
        (link_from_network(Network())[:-6], "damaged|cut off"),
        (base64.urlsafe_b64encode(zlib.compress(b"[]")).decode(), "must be an object"),
        (base64.urlsafe_b64encode(zlib.compress(b" " * 10_000_000)).decode(), "holds too much"),
    ],
)
def test_damaged_links_are_refused(link: str, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        network_from_link(link)


def test_a_recipe_that_is_no_object_is_refused() -> None:
    data = json.dumps({"recipe": [1], "layers": []}).encode()
    compressor = zlib.compressobj(9, zdict=url._DICTIONARY)
    text = base64.urlsafe_b64encode(compressor.compress(data) + compressor.flush()).decode()
    with pytest.raises(NetworkError, match="must be a JSON object"):
        read_link(f"2.{text}")


@given(st.integers(0, 150), st.text(max_size=3))
def test_a_link_that_was_tampered_with_never_raises_anything_else(place: int, text: str) -> None:
    link = link_from_network(PRESETS["tiny"].network)
    with contextlib.suppress(NetworkError):
        assert isinstance(network_from_link(link[:place] + text + link[place + 1 :]), Network)

import pytest

from dashboard import theme

COLOURS = {*theme.AGENT_COLOURS, *theme.VERDICT_COLOURS.values(), theme.MUTED, theme.DEMAND, theme.STOCK}


def test_contrast_of_black_and_white_is_21() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colour", sorted(COLOURS))
@pytest.mark.parametrize("ground", [theme.LIGHT_GROUND, theme.DARK_GROUND])
def test_every_colour_of_a_mark_is_seen_on_both_grounds(colour: str, ground: str) -> None:
    assert theme.contrast(colour, ground) >= 3


def test_the_ninth_agent_takes_the_first_colour_again() -> None:
    colours = theme.agent_colours([str(number) for number in range(9)])
    assert colours["8"] == colours["0"]

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.assignments import assignments
from tracker.core.distributions import Beta, Lognormal, Normal, Triangular, Uniform
from tracker.core.scenarios import InputError, read


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("compliance=0.5", "compliance", 0.5),
        (" compliance = .5 ", "compliance", 0.5),
        ("compliance=50%", "compliance", 0.5),
        ("stock_tokens=300T", "stock_tokens", 3e14),
        ("stock_tokens=300 T", "stock_tokens", 3e14),
        ("stock_tokens=3e14 tokens", "stock_tokens", 3e14),
        ("licensed_growth=-1T/y", "licensed_growth", -1e12),
        ("compute_now=25.5 log10 FLOP", "compute_now", 25.5),
        ("settling_rate=0.2 1/y", "settling_rate", 0.2),
        ("horizon=2060", "horizon", 2060.0),
        ("access=off", "access", "off"),
        ("demand=historical", "demand", "historical"),
        ("long_run_share=none", "long_run_share", None),
        ("quality=lognormal(0.1,0.4)", "quality", Lognormal(0.1, 0.4, 0.95)),
        ("quality=lognormal(high=0.4,0.1)", "quality", Lognormal(0.1, 0.4, 0.95)),
        ("dataset_tokens=lognormal(3T,13T,90%)", "dataset_tokens", Lognormal(3e12, 13e12, 0.9)),
        ("quality=lognormal( 10%, 40%, 90% )", "quality", Lognormal(0.1, 0.4, 0.9)),
        ("stock_tokens=lognormal(130T,2100T,value=510T)", "stock_tokens", Lognormal(130e12, 2100e12, 0.95, 510e12)),
        ("compute_growth=normal(0.4,0.9,level=0.8)", "compute_growth", Normal(0.4, 0.9, 0.8)),
        ("retroactivity=uniform(0,1)", "retroactivity", Uniform(0.0, 1.0)),
        ("retroactivity=uniform(high=1,low=0)", "retroactivity", Uniform(0.0, 1.0)),
        ("synthetic_share=triangular(0,0.3,0.5)", "synthetic_share", Triangular(0.0, 0.3, 0.5)),
        ("compliance=beta(8,2)", "compliance", Beta(8.0, 2.0)),
        ('quality={dist="lognormal",low=0.1,high=0.4,level=0.95}', "quality", Lognormal(0.1, 0.4, 0.95)),
        ('quality={value=0.2, unit="share", source="me", date=2026-01-01}', "quality", 0.2),
    ],
)
def test_how_an_input_is_typed(text, field, value):
    assert getattr(read(assignments([text])), field) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quality", "'quality': write it as key=value: compliance=0.5,"),
        ("=3", "'=3': write it as key=value"),
        ("quality=", "'quality=': write it as key=value"),
        ("quality=0,2", "quality: '0,2' is no number and no distribution"),
        ("quality=1__0", "quality: '1__0' is no number"),
        ("quality=true", "quality: 'true' is no number"),
        ("quality=nan", "quality: value nan is no number"),
        ("quality=1e999", "quality: value inf is no number"),
        ("quality=20", "quality: 20 is outside 1e-09 to 1 (share)"),
        ("quality=20 T", "quality: wrong unit 'T', convert it to share"),
        ("epochs=20%", "epochs: wrong unit '%', convert it to x"),
        ("compliance=beta(8%,2)", "compliance: wrong unit '%', convert it to a plain number"),
        ("quality=lognormal(0.4,0.1)", "quality: swapped bounds: low 0.4 is above high 0.1; exchange them"),
        ("quality=lognormal(0.1,0.4,95)", "quality: level must lie between 0 and 1"),
        ("quality=uniform(0.1)", "quality: high is missing, a uniform needs: low, high"),
        ("quality=uniform(0.1,0.2,0.3)", "quality: too many numbers, a uniform is written uniform(low, high)"),
        ("quality=lognormal(0.1,0.4,sd=2)", "quality: unknown key 'sd', a lognormal has:"),
        ("quality=gamma(1,2)", "quality: unknown distribution 'gamma', use one of: lognormal,"),
        ("quality={low=0.1", "quality: '{low=0.1' is no TOML inline table, write it as {dist="),
        ("quality={low=0.1}", "quality: has no dist: a value alone, or dist = one of"),
        ('quality={value=20,unit="%"}', "quality: wrong unit '%', convert it to share"),
        ('quality={dist=["uniform"]}', "quality: unknown dist ['uniform'], use one of:"),
        ("quality={value=1" + "0" * 400 + "}", "quality: value is a number without end"),
        ("quality={}\nepochs=3", "quality: '{}\\nepochs=3' is no TOML inline table"),
        ("quality=none", "quality: None is no number and no distribution"),
        ("qualty=0.2", "qualty: unknown input (did you mean quality?), use one of: access,"),
        ("access=maybe", "access: 'maybe' is none of off, robots, terms, edge, union"),
        ("horizon=uniform(2030,2040)", "horizon: Uniform(low=2030.0, high=2040.0) is no number"),
    ],
)
def test_one_line_names_the_input_and_the_mend(text, message):
    with pytest.raises(InputError) as caught:
        read(assignments([text]))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_the_last_one_counts():
    assert assignments(["quality=0.9", "epochs=2", "quality=0.2"]) == {"quality": 0.2, "epochs": 2.0}


@pytest.mark.parametrize(
    "text", ["1" * 100_000 + "!", "[" * 100_000, "{a=" + "[" * 100_000, "u(" * 50_000, "x" * 100_000]
)
def test_what_is_long_is_refused_at_once_and_shortly(text):
    began = time.process_time()
    with pytest.raises(InputError) as caught:
        assignments([f"quality={text}"])
    assert time.process_time() - began < 1
    assert len(str(caught.value)) < 300


@given(
    st.sampled_from(["quality", "compliance", "retroactivity"]),
    st.floats(0.001, 0.4),
    st.floats(0.5, 0.999),
    st.floats(0.05, 0.99),
    st.sampled_from(["lognormal", "normal", "uniform"]),
)
def test_the_short_form_says_what_the_table_says(field, low, high, level, form):
    level_of = {} if form == "uniform" else {"level": level}
    numbers = ",".join(repr(number) for number in (low, high, *level_of.values()))
    table = {"dist": form, "low": low, "high": high, **level_of}
    inline = "{" + ",".join(f"{key}={json.dumps(value)}" for key, value in table.items()) + "}"
    expected = read({field: table})
    assert read(assignments([f"{field}={form}({numbers})"])) == expected
    assert read(assignments([f"{field}={inline}"])) == expected


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_line(text):
    for name in ("quality", "demand", "nothing"):
        said = ""
        try:
            read(assignments([f"{name}={text}"]))
        except InputError as reason:
            said = str(reason)
        assert len(said.splitlines()) <= 1

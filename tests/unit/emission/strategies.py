"""Values as a manifest may hold them, with the strings that YAML readers stumble over."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from compiler.linking.promotion import RESULTS, Promotion

TRICKY = (
    *("", " ", "  ", "\n", "\n\n", "\t", "~", "=", "<<", "-", "--", "---", "...", "?", ":", "!", "!!str", "&a", "*a"),
    *("%", "@", "`", "|", ">", ",", "[", "]", "{", "}", "{}", "[]", "#", "# a", "a #b", "a: b", "a:", ":a", "- a", "? a"),
    *("y", "n", "Y", "N", "yes", "no", "on", "off", "On", "OFF", "true", "True", "false", "null", "Null", "NULL", "None"),
    *("1", "0", "-1", "+1", "007", "0774", "08", "0o14", "0x1F", "0b11", "1_000", "1_0.5", "1.", ".5", "1.5", "-.5", "+.5"),
    *("1e3", "1E3", "12e03", "1e-5", "-1e3", "0e0", "1.5e3", ".inf", "-.inf", "+.inf", ".nan", ".NaN", "inf", "nan"),
    *("1:30", "12:30", "12:30:45", "190:20:30", "2024-01-01", "2024-01-01T00:00:00Z", "2024-1-1", "0.0.0.0", "10.0.0.5"),
    *("100Ti", "10m", "1.5Gi", "24h", "5m0s", "1E", "1Ei", "0m", "_", "_cluster", "a_b", "\\", '"', "'", "'a'", '"a"', "a\\n"),
    *("$(A)", "${A}", "$$", "a b", " a", "a ", "a\n", "a\n\n", "\na", "a\nb", " a\nb", "a\n b", "a \nb", "a\n\n\nb\n\n\n"),
    *("a\tb", "a\n\tb", "\ta\nb", "a\t\nb", "a\r\nb", "a\r", "# a\nb", "a\n# b", "- a\n- b\n", "a: b\nc: d\n", "---\na\n"),
    *("a\n---\nb\n", "%a\nb", "a\x00b", "\x07", "\x1b[31m", "\x7f", "\x85", "a\x85b", "\xa0", "\xad", "a\u2028b", "\u2029"),
    *("\ufeff", "a\ufeff", "\u200b", "\u202eabc", "\u200d", "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\U0001f600", "\U0010ffff"),
    *("é\nü\n", "数据\n集\n", "模型", "--flag=a:b", "--flag=", "./a", "../a", "/a b", ".hidden", "~/a", "a@b", "a=b", "http://a:80/b"),
    *("x" * 200, "x" * 1100, "é" * 1100, ("x" * 1100 + "\n") * 2, "key with blanks " * 80),
)  # fmt: skip

_lines = st.lists(
    st.one_of(st.sampled_from(["", " ", "a", "  b", "c ", "# d", "- e", "f: g", "\th", "é"]), st.text(max_size=8)),
    min_size=2,
    max_size=8,
)

strings = st.one_of(
    st.sampled_from(TRICKY),
    st.text(max_size=20),
    st.from_regex(r"[-+.0-9eExobTZ:_]{1,8}", fullmatch=True),
    st.from_regex(r"[-.a-zA-Z0-9/:=,@+_ #]{1,12}", fullmatch=True),
    _lines.map("\n".join),
).filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text))

scalars = st.one_of(strings, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))

values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=20,
)

bodies = st.dictionaries(strings, values, max_size=5)

names = st.from_regex(r"[a-z]([-a-z0-9]{0,12}[a-z0-9])?", fullmatch=True)


@st.composite
def promotions(draw: st.DrawFn, names: st.SearchStrategy[str]) -> Promotion:
    """Any run of any fine-tuning."""
    digests = st.text("2456789bcdfghkmt", min_size=10, max_size=10)
    result = draw(st.sampled_from(RESULTS))
    base = (draw(digests),) if result == "adapter" else ()
    return Promotion(draw(names), draw(digests), result, *base)

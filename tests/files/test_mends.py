"""Every proposal to write a number otherwise is read, and has the value that was meant."""

import json
import random
import re
from typing import Annotated

import pytest
from pydantic import TypeAdapter

import taskmodel as tm
from taskmodel.catalog import load_catalog
from taskmodel.catalog.model import Catalog
from taskmodel.errors import MAX_DEFECTS, CatalogError
from taskmodel.files import units
from taskmodel.files.mends import number_mend, quantity_mend
from taskmodel.files.quantity import Measure, Quantity
from taskmodel.files.suggestions import did_you_mean
from taskmodel.files.yaml import read_document, read_value

SHARE = Measure(units.ONE, ge=0, le=1)
RATIO = Measure(units.ONE, gt=0)
HOURS = Measure(units.WORKING_TIME, gt=0)
WAIT = Measure(units.WALL_CLOCK, ge=0)
PEOPLE = Measure(units.PERSON, ge=0)
FLOP = Measure(units.FLOP_PER_YEAR, gt=0)
YEAR = Measure(units.DATE)
MONEY = Measure(units.DOLLAR, ge=0)
RATE = Measure(units.PER_YEAR, ge=0)
GROWTH = Measure(units.GROWTH, gt=0)
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def texts_of_a_share(value):
    yield f"{value}".replace(".", ",")
    yield f'"{value}"'
    yield f"~{value}"
    yield f"about {value}"
    yield f"\u00a0{value}"
    yield f"{value * 100:.6g}%"
    yield f"{value * 100:.6g} %"
    yield f"{value * 100:.6g} percent"
    yield f"{value * 100:.6g}".replace(".", ",") + " per cent"
    yield f"{round(value * 1000)}/1000"


def texts_of_a_count(value):
    yield f"{value:,}"
    yield f"{value:,}".replace(",", " ")
    yield f"{value:,}".replace(",", "\u202f")
    yield f"{value:,}".replace(",", "_")
    yield f"{value:,}".replace(",", "'")
    yield f"{value:,}".replace(",", "’")
    yield f"{value} people"
    yield f"{value} persons"
    yield f"{value / 1000!r}k"
    yield f"{value / 1000!r} thousand"
    yield f"＋{value}".replace("＋", "")


def texts_of_compute(mantissa, power):
    yield f"{mantissa}x10^{power}"
    yield f"{mantissa} x 10^{power}"
    yield f"{mantissa}*10**{power}"
    yield f"{mantissa} × 10^{power}"
    yield f"{mantissa} · 10" + str(power).translate(SUPERSCRIPT)
    yield f"{mantissa}e{power}".replace(".", ",")
    yield f"{mantissa}e{power} FLOP/year"
    yield f"{mantissa}e{power} FLOPs per year"


def texts_of_hours(minutes):
    yield f"{minutes // 60}:{minutes % 60:02d}"
    yield f"{minutes} min"
    yield f"{minutes} minutes"
    yield f"{minutes / 60!r} hours"
    yield f"{minutes / 60!r} h"
    yield f"{minutes / 60!r}hrs"


def texts_of_a_factor(value):
    yield f"{value}x"
    yield f"{value}×".replace(".", ",")
    yield f"~{value} x"
    yield f"{value} times"
    yield f"{value}-fold"


def texts_of_a_rate(value):
    yield f"{value} 1/year"
    yield f"{value} / yr"
    yield f"{value} per year"
    yield f"{value * 100:.6g} %/year"
    yield f"{value * 100:.6g} percent a year".replace(".", ",")


def texts_of_an_interval(low, high, unit):
    yield f"{low}-{high} {unit}"
    yield f"{low} {unit} to {high} {unit}"
    yield f"{(low + high) / 2} {unit} ({low}–{high} {unit})"
    yield f"{(low + high) / 2} ± {(high - low) / 2} {unit}"


def mistakes():
    """Yield text, measure, and the value, low and high that it means, in the declared unit."""
    draw = random.Random(5)
    for _ in range(40):
        share = draw.randint(1, 999) / 1000
        yield from ((text, SHARE, (share, None, None)) for text in texts_of_a_share(share))
        count = draw.randint(1001, 9_999_999)
        yield from ((text, PEOPLE, (count, None, None)) for text in texts_of_a_count(count))
        mantissa, power = draw.randint(11, 99) / 10, draw.randint(20, 36)
        meant = (float(f"{mantissa}e{power}"), None, None)
        yield from ((text, FLOP, meant) for text in texts_of_compute(mantissa, power))
        yield f"10^{power}", FLOP, (10.0**power, None, None)
        minutes = draw.randint(1, 3000)
        yield from ((text, HOURS, (minutes / 60, None, None)) for text in texts_of_hours(minutes))
        weeks = draw.randint(1, 60)
        yield f"{weeks} weeks", WAIT, (168 * weeks, None, None)
        yield f"{weeks} days", WAIT, (24 * weeks, None, None)
        low, high = weeks, weeks + draw.randint(1, 60)
        for text in (f"{low}-{high}", f"{low} – {high}", f"{low} to {high}", f"{low}..{high}"):
            yield text, PEOPLE, ((low + high) / 2, low, high)
        spread = draw.randint(1, 9) / 10
        yield f"{weeks} ± {spread}", RATIO, (weeks, weeks - spread, weeks + spread)
        yield f"{weeks} +/- {spread}", RATIO, (weeks, weeks - spread, weeks + spread)
        yield f"{weeks} ({low}-{high})", RATIO, (weeks, low, high)
        yield f"{weeks} [{low}, {high}]", RATIO, (weeks, low, high)
        cents = draw.randint(100_001, 99_999_999)
        yield f"{cents / 100:,.2f}", MONEY, (cents / 100, None, None)
        german = f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))
        yield german, MONEY, (cents / 100, None, None)
        yield f"$ {cents}", MONEY, (cents, None, None)
        yield f"{weeks} million", MONEY, (weeks * 10**6, None, None)
        yield f"{weeks}bn dollars", MONEY, (weeks * 10**9, None, None)
        factor = draw.randint(11, 99) / 10
        yield from ((text, RATIO, (factor, None, None)) for text in texts_of_a_factor(factor))
        yield from ((text, GROWTH, (factor, None, None)) for text in texts_of_a_factor(factor))
        yield f"{factor}x a year", GROWTH, (factor, None, None)
        yield from ((text, RATE, (share, None, None)) for text in texts_of_a_rate(share))
        for measure, unit, size in (
            (WAIT, "weeks", 168),
            (HOURS, "min", 1 / 60),
            (Measure(units.ONE, ge=0), "%", 0.01),
            (RATIO, "x", 1),
            (MONEY, "million", 10**6),
            (MONEY, "bn $", 10**9),
            (FLOP, "x 10^28", 1e28),
        ):
            ends = ((low + high) / 2 * size, low * size, high * size)
            for text in texts_of_an_interval(low, high, unit):
                yield text, measure, ends
    yield "2026-07-02", YEAR, (2026.49863, None, None)


def proposals(hint):
    """Return the texts that a hint proposes."""
    assert hint.startswith("; write ")
    return hint.removeprefix("; write ").split(", with your central")[0].split(" or ")


def numbers(text, measure):
    quantity = TypeAdapter(Annotated[Quantity, measure]).validate_python(read_value(text))
    assert quantity.unit in ("", measure.unit.symbol)
    return quantity.value, quantity.low, quantity.high


def same(values, meant):
    return all(
        number is expected if expected is None else number == pytest.approx(expected, rel=1e-6)
        for number, expected in zip(values, meant, strict=True)
    )


def test_a_thousand_mistakes_have_a_mend_that_means_what_was_meant():
    cases = list(mistakes())
    assert len(cases) > 1500
    for text, measure, meant in cases:
        read = [numbers(proposal, measure) for proposal in proposals(quantity_mend(text, measure))]
        assert len(read) <= 2 and any(same(values, meant) for values in read), (text, read)


def test_within_a_mapping_the_mend_is_one_number():
    for text, measure, (value, low, _) in mistakes():
        if low is None:
            read = [read_value(item) for item in proposals(number_mend(text, measure))]
            assert any(number == pytest.approx(value, rel=1e-6) for number in read), (text, read)


@pytest.mark.parametrize(
    ("text", "measure", "unit", "number"),
    [
        ("2 weeks", WAIT, "week", 2),
        ("2 weeks", WAIT, "day", 14),
        ("336 h", WAIT, "week", 2),
        ("2,5", WAIT, "week", 2.5),  # without a unit: in that of the mapping
        ("10%", SHARE, "%", 10),
        ("0,1", SHARE, "%", 0.1),
        ("16:30", HOURS, "min", 990),
    ],
)
def test_within_a_mapping_the_number_is_in_its_unit(text, measure, unit, number):
    assert [read_value(item) for item in proposals(number_mend(text, measure, unit))] == [number]


@pytest.mark.parametrize(
    ("text", "measure", "proposed"),
    [
        ("0,485", SHARE, ["0.485"]),
        ("10%", SHARE, ['{value: 10, unit: "%"}']),
        ("1,500", RATIO, ["1500", "1.5"]),  # a separator or a decimal comma
        ("1,500", SHARE, []),  # neither is a share
        ("0,485", Measure(units.ONE, gt=0, le=0.4), []),
        ("16:30", RATIO, []),  # a time, where no time is needed
        ("2026-01-05", HOURS, []),
        ("2026-02-30", YEAR, []),
        ("5 weeks", HOURS, []),  # a week of work is 40 hours to some
        ("1/0", RATIO, []),
        ("high", RATIO, []),
        ("5-1", RATIO, []),
        ("1e999999", RATIO, []),
        ("10^99999", RATIO, []),
        ("", RATIO, []),
    ],
)
def test_what_cannot_be_told_has_no_mend(text, measure, proposed):
    hint = quantity_mend(text, measure)
    assert (proposals(hint) if "write" in hint else []) == proposed


@pytest.mark.parametrize(
    ("symbol", "measure", "factor"),
    [
        ("hours", HOURS, 1),
        ("Minutes", HOURS, 1 / 60),
        ("days", WAIT, 24),
        ("weeks", WAIT, 168),
        ("people", PEOPLE, 1),
        ("percent", SHARE, 0.01),
        ("%", SHARE, 0.01),
        ("per cent", SHARE, 0.01),
        ("FLOPs per year", FLOP, 1),
        ("EFLOPs/year", FLOP, 1e18),
        ("people per year", Measure(units.PERSONS_PER_YEAR), 1),
        ("per year", Measure(units.PER_YEAR), 1),
        ("% per year", Measure(units.PER_YEAR), 0.01),
        ("months", Measure(units.CALENDAR), 1 / 12),
        ("hours per week", Measure(units.HOURS_PER_WEEK), 1),
        ("USD", MONEY, 1),
    ],
)
def test_units_may_be_spelled_out(symbol, measure, factor):
    record = TypeAdapter(Annotated[Quantity, measure])
    quantity = record.validate_python({"value": 0.5, "unit": symbol})
    assert quantity.unit == measure.unit.symbol
    assert quantity.value == pytest.approx(0.5 * factor, rel=1e-15)


@pytest.mark.parametrize("symbol", ["FLOPS", "FLOP/s", "Hs", "hour-s", "", "days/", "d"])
def test_other_words_stay_units_of_another_kind(symbol):
    assert HOURS.unit.factor(symbol) is None and FLOP.unit.factor(symbol) is None


def defects_of(text):
    with pytest.raises(CatalogError) as caught:
        Catalog.parse(text, "text")
    return caught.value.defects


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("x: 0485", 4, "the number 0485 begins with 0; write 485, or 0.485 if a decimal point"),
        ("x: -00.5", 4, "the number -00.5 begins with 0; write -0.5"),
        ("x: {value: 0,485}", 14, "a comma ends an entry here; write 0.485"),
        ("x: {unit: %}", 11, "put the text in quotes"),
        ("x:\u00a00.1", 3, "U+00A0 (no-break space) stands where a blank is needed"),
        (r'x: "a\e[31m"', 4, "an escape gives the character U+001B"),
        (r'"a\e[31m": 1', 1, "an escape gives the character U+001B"),
        (r'x: "\ud83d"', 4, "an escape gives the character U+D83D"),
    ],
)
def test_marks_that_change_a_number_or_a_text_are_located(line, column, message):
    text = f"title: A catalog\n{line}\nquestion: what?\n"
    first = next(defect for defect in defects_of(text) if message in defect.message)
    assert (first.line, first.column) == (2, column)


@pytest.mark.parametrize(
    ("number", "meant"),
    [
        ("40,000", (40000, 40)),
        ("1,200", (1200, 1.2)),
        ("40,000,000", (40_000_000,)),
        ("0,485", (0.485,)),
        ("-12,5", (-12.5,)),
        ("8,4e28", (8.4e28,)),
        ("1,200.5", (1200.5,)),
        ("1.200,5", (1200.5,)),
        ("40, 50", ()),
        ("1,2,3", ()),
        ("0x10,5", ()),
        ("4.5,6", ()),
    ],
)
@pytest.mark.parametrize("form", ["{{value: {}, unit: person}}", "{{value: {}}}"])
def test_a_comma_in_braces_has_a_mend_that_means_what_was_meant(form, number, meant):
    with pytest.raises(CatalogError) as caught:
        read_value(form.format(number))
    _, comma, mend = caught.value.defects[0].message.partition("a comma ends an entry here; write ")
    texts = mend.split(" or ") if comma else []
    assert tuple(read_value(form.format(text))["value"] for text in texts) == meant


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a:\t0.10\t# note\nb: 1\n", {"a": 0.1, "b": 1}),
        ("a: two words\t \t# note\n", {"a": "two words"}),
        ("a\t:\t'x'\t\n\t\n\t# note\n", {"a": "x"}),
        ("a:\t{b:\t1,\tc: [1,\t2]\t}\t# note\n", {"a": {"b": 1, "c": [1, 2]}}),
        ("a:\t# note\n  b: 1\n", {"a": {"b": 1}}),
        ("a:\n-\tx\n-\ty\n", {"a": ["x", "y"]}),
        ("a:\t|\n  x\ty\n", {"a": "x\ty\n"}),
    ],
)
def test_tabs_that_are_no_indentation_are_blanks(text, data):
    assert read_document(text, "text").data == data


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("a:\n\tb: 1\n", (2, 1), "a tab; YAML is indented with spaces"),
        ("a:\n  \tb: 1\n", (2, 3), "a tab; YAML is indented with spaces"),
        ("a:\n-\tb: 1\n", (2, 4), "a tab; YAML is indented with spaces"),
        ("a: x \ty\n", (1, 6), "a tab within a text; put the text in quotes, or type a blank"),
    ],
)
def test_other_tabs_are_refused_where_they_stand(text, position, message):
    with pytest.raises(CatalogError) as caught:
        read_document(text, "text")
    (defect,) = caught.value.defects
    assert (defect.line, defect.column, defect.message) == (*position, f"not YAML: {message}")


@pytest.mark.parametrize("text", ["99999999999999999999", "-9007199254740993", "0x1fffffffffffff1"])
def test_whole_numbers_are_as_they_stand(text):
    assert read_value(text) == int(text, 0)


@pytest.mark.parametrize("unit", [1, 2.5, True, None, ["h"], {"h": 1}])
def test_a_unit_that_is_no_text_is_told_those_that_there_are(unit):
    catalog = load_catalog("t_agi_ladder")
    values = {"supervision.headcount": {"value": 40, "unit": unit}}
    with pytest.raises(CatalogError) as caught:
        catalog.replace(values)
    (message,) = [d.message for d in caught.value.defects if d.path.endswith("unit")]
    assert message.endswith("; text is needed; use person, or leave the unit out")
    values["supervision.headcount"] = {"value": 40, "unit": "person"}
    assert catalog.replace(values).supervision.headcount.value == 40


def test_a_word_of_a_quantity_has_no_range():
    with pytest.raises(CatalogError, match="note: found the number 3; text is needed; put it in q"):
        load_catalog("t_agi_ladder").replace({"supervision.headcount": {"value": 40, "note": 3}})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("title", "text"),
        ("tasks.*.title", "text"),
        ("supervision", "a block of values"),
        ("production.normalise_shares", "true or false"),
    ],
)
def test_a_path_that_is_varied_is_that_of_a_number(path, kind):
    catalog = load_catalog("t_agi_ladder")
    message = f"set: {path}: is {kind}, not a number; give the path of a number, such as"
    with pytest.raises(CatalogError, match=re.escape(message)):
        tm.sweep(catalog, 1e28, over=path, values=[1, 2])
    assert catalog.changed_to("supervision.headcount", 3.0) == {"supervision.headcount": 3.0}


def test_a_directive_within_braces_is_a_defect_where_it_stands():
    (defect,) = defects_of("title: x\nx: {value: 1,\n%YAML 1.1\n}\n")
    assert (defect.line, defect.column) == (3, 1) and "'key: value' is expected" in defect.message


def test_pairs_of_escapes_are_one_character():
    assert read_value(r'"\ud83e\udd16 \u9078"') == "\U0001f916 選"


def test_messages_show_control_characters_as_escapes():
    shown = "\n".join(map(str, defects_of('title: x\n"\\e]0;\\a": 1\n\u202eabc: 1\n')))
    assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown
    assert r"\u202eabc" in shown


@pytest.mark.parametrize("end", ["\n", "\t", "\u0085", "\u2028", "\u2029", "\r"])
def test_a_defect_is_one_line_whatever_its_pieces_have(end):
    key = f"a{end}v.yaml: fine"
    text = f"title: x\n{json.dumps(key)}: 1\n"
    with pytest.raises(CatalogError) as caught:
        Catalog.parse(text, "text", f"my{end}file.yaml")
    shown = str(caught.value)
    assert len(shown.splitlines()) == len(caught.value.defects) and "\t" not in shown
    assert f"{ascii(f'my{end}file')[1:-1]}.yaml:2:1: {ascii(key)[1:-1]}: unknown key" in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "a\x1b[31mb\x00c"},
        {"title": "\ud800"},
        {"tasks.a\x1bb": {"title": "x"}},
        {"sources.x": {"title": "x", "no\x1bte": "y"}},
        {"sources.x": {"title": ["x", "\x1b"]}},
    ],
)
def test_values_that_are_set_have_the_characters_of_files(changes):
    (path,) = changes
    with pytest.raises(CatalogError) as caught:
        load_catalog("t_agi_ladder").replace(changes)
    assert all("cannot be printed and is not allowed" in d.message for d in caught.value.defects)
    assert caught.value.defects[0].path.startswith(path)
    assert load_catalog("t_agi_ladder").replace({"title": "a\tb\nc"}).title == "a\tb\nc"


def test_messages_end_after_a_thousand_defects():
    text = "title: x\n" + "".join(f"unknown_key_{number}: 1\n" for number in range(3000))
    shown = defects_of(text)
    assert len(shown) <= MAX_DEFECTS + 1
    assert any("2,008 further defects" in defect.message for defect in shown), shown[:3]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2 d", "; 'd' is not a unit of working time; use h"),
        ("2 working days", "; 'working days' is not a unit of working time; use h"),
        ("3 min +- 1", ""),
        ("NA", ""),
    ],
)
def test_a_unit_of_another_kind_is_named_where_nothing_can_be_proposed(text, reason):
    assert quantity_mend(text, HOURS).startswith(reason)
    assert bool(quantity_mend(text, HOURS)) == bool(reason)


@pytest.mark.parametrize(("word", "power"), [("k", 3), ("million", 6), ("bn", 9), ("trillion", 12)])
def test_a_number_with_a_magnitude_is_the_float_of_its_digits(word, power):
    hours = Measure(units.WORKING_TIME, gt=0)
    for hundredths in range(1, 1000):
        mantissa = f"{hundredths // 100}.{hundredths % 100:02d}"
        mend = quantity_mend(f"{mantissa} {word}", hours)
        assert float(mend.removeprefix("; write ")) == float(f"{mantissa}e{power}")


def test_a_power_of_an_interval_is_that_of_both_ends_unless_it_would_fall():
    assert quantity_mend("1-2e28", FLOP).startswith("; write {value: 1.5e+28, low: 1e+28, high")
    assert quantity_mend("500-1k", PEOPLE).startswith("; write {value: 750, low: 500, high: 1000}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0,025, 0.975", "the number 025 begins with 0: a comma ends an entry here; write 0.025"),
        ("0.5, 0,0975", "the number 0975 begins with 0: a comma ends an entry here; write 0.0975"),
        ("1, 025", "the number 025 begins with 0; write 25, or 0.25 if a decimal point was lost"),
    ],
)
def test_a_decimal_comma_in_brackets_is_told_as_one(text, message):
    document = read_document(f"levels: [{text}]", "x.yaml")
    assert [defect.message for defect in document.defects] == [message]


@pytest.mark.parametrize("value", [[0.3], ["0,3"], ["30 %"]])
def test_the_mend_of_a_list_with_one_number_is_the_number(value):
    catalog = load_catalog("t_agi_ladder")
    path = "supervision.max_review_share"
    with pytest.raises(CatalogError) as caught:
        catalog.replace({f"{path}.value": value})
    mend = caught.value.defects[0].message.split("; write ")[1]
    assert read_value(mend) == 0.3
    with pytest.raises(CatalogError, match=r"a number is needed[^;]*$"):
        catalog.replace({f"{path}.value": [0.3, 0.4]})


@pytest.mark.parametrize(
    "word", ["HEADCOUNT", "Headcount", "HeadCount", "head-count", "head count"]
)
def test_names_in_other_letters_are_near(word):
    assert did_you_mean(word, ["headcount", "hours"]) == "; did you mean 'headcount'?"
    assert did_you_mean("REVIEW RATIO", ["review_ratio"]) == "; did you mean 'review_ratio'?"


@pytest.mark.parametrize(
    ("text", "year"), [("2026-01", 2026), ("2026/07/02", 2026.49863), ("2026-7", 2026.49589)]
)
def test_a_month_is_proposed_as_its_first_day_and_a_day_in_any_form(text, year):
    assert numbers(proposals(quantity_mend(text, YEAR))[0], YEAR)[0] == pytest.approx(year)
    assert not quantity_mend("2026-13", YEAR)
    assert quantity_mend("1200-15", HOURS) == ""


@pytest.mark.parametrize(
    "text",
    ["5-2e28", "3 to 2e28", "5..2e28", "5e28±2", "0x10", "5x10", "3x5", "1e-400", "10^-400"],
)
def test_no_mend_is_proposed_where_none_is_likely(text):
    assert (
        quantity_mend(text, RATIO) == quantity_mend(text, FLOP) == quantity_mend(text, PEOPLE) == ""
    )
    assert number_mend(text, RATIO) == ""


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("100-1k", "low: 100, high: 1000"),
        ("500-2e3", "low: 500, high: 2000"),
        ("1-5e28", "value: 3e+28, low: 1e+28"),
        ("5±2e28", "low: 3e+28, high: 7e+28"),
    ],
)
def test_a_magnitude_of_the_second_end_alone_is_shared_where_that_is_an_interval(text, ends):
    assert ends in quantity_mend(text, PEOPLE)

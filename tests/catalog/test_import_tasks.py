"""Tables of tasks become catalogs; what is wrong with a table is reported at its place."""

import csv
import io

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.catalog import Task, parse_catalog
from taskmodel.catalog._import_tasks import imported_tasks
from taskmodel.catalog.task_table import REQUIRED
from taskmodel.files.dotted import fields

ALL = {"horizon": "8 h", "review_ratio": "0.2 h/h", "coverage_floor": "10 %"}
QUANTITIES = [name for name, slot in fields(Task).items() if slot.kind == "quantity"]
WORDS = ("title", "description", "phase")


def table_of(catalog, separator=","):
    """Write the tasks of a catalog as a table in the plain layout."""
    ends = [f"{name}_{end}" for name in QUANTITIES for end in ("low", "high")]
    others = ["verifiability", "automation_level", "delegable", "by_people"]
    text = io.StringIO()
    names = ["id", *WORDS, "after", *QUANTITIES, *ends, *others]
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(names)
    for key, task in catalog.tasks.items():
        row = {"id": key, "after": "|".join(task.after)}
        row |= {name: getattr(task, name) for name in (*WORDS, "automation_level")}
        row |= {name: str(getattr(task, name)).lower() for name in ("delegable", "by_people")}
        row["verifiability"] = "" if task.verifiability is None else task.verifiability.score
        for name in QUANTITIES:
            quantity = getattr(task, name)
            row |= {name: "" if quantity is None else repr(quantity.value)}
            if quantity is not None and quantity.low is not None:
                row |= {f"{name}_low": repr(quantity.low), f"{name}_high": repr(quantity.high)}
        writer.writerow(["" if row.get(name) is None else row.get(name, "") for name in names])
    return text.getvalue()


def real_numbers(task):
    """Everything of a task that the model uses."""
    quantities = {name: getattr(task, name) for name in QUANTITIES}
    return {
        **{name: q and (q.value, q.low, q.high, q.unit) for name, q in quantities.items()},
        **{name: getattr(task, name) for name in (*WORDS, "after", "delegable", "by_people")},
        "level": task.automation_level,
        "score": task.verifiability and task.verifiability.score,
    }


@pytest.fixture
def write(tmp_path):
    def write_table(text, name="tasks.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write_table


@pytest.mark.parametrize("name", ["ml_capability_rnd", "alignment_research"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_catalog_written_as_a_table_comes_back(write, name, separator):
    catalog = tm.load_catalog(name)
    back = tm.import_tasks(write(table_of(catalog, separator)), frame=name)
    assert {key: real_numbers(task) for key, task in back.tasks.items()} == {
        key: real_numbers(task) for key, task in catalog.tasks.items()
    }
    assert back.without_source() == ()
    computes = [8.4e28, 1e31, 1e34]
    flat = {"production.elasticity": 0.5}  # nests differ by their root alone
    mine, its = (tm.sweep(item.replace(flat), computes) for item in (back, catalog))
    for variable in ("throughput_speedup", "latency_speedup", "oversight_cost"):
        np.testing.assert_allclose(mine[variable], its[variable], rtol=1e-9)


def test_the_text_is_the_catalog(write):
    catalog = tm.import_tasks(write(table_of(tm.load_catalog("ml_capability_rnd"))))
    again = parse_catalog(catalog.yaml_text)
    assert again.tasks == catalog.tasks and again.compute == catalog.compute
    assert catalog.uncertainty is not None and "capability_line" in catalog.uncertainty.groups


def test_units_stand_in_the_header_in_a_column_or_behind_the_number(write):
    text = (
        "Title,Share,Horizon [min],review ratio,review_ratio unit,gate-latency (day),"
        "COVERAGE_FLOOR\n"
        "A,25 %,30,6,min/h,2,10 %\nB,0.75,90,12,min/h,,0.2\n"
    )
    a, b = tm.import_tasks(write(text)).tasks.values()
    assert (a.share.value, a.horizon.value, a.coverage_floor.value) == (0.25, 0.5, 0.1)
    assert (a.review_ratio.value, a.gate_latency.value, b.gate_latency) == (0.1, 48, None)
    assert (b.horizon.value, b.review_ratio.value) == (1.5, 0.2)


def test_tables_are_read_as_spreadsheets_write_them(write):
    text = '\ufefftask;weight;"task_hours";review_ratio;after;notes\r\n'
    text += '"Write; then ""test""";1,5;8;0,1;;x\r\n\r\n"Read\nit";0,5;2;0,2;write_then_test;y\r\n'
    catalog = tm.import_tasks(write(text), normalise=True, values={"coverage_floor": 0.1})
    first, second = catalog.tasks.values()
    assert list(catalog.tasks) == ["write_then_test", "read_it"]
    assert (first.title, first.share.value, second.share.value) == (
        'Write; then "test"',
        0.75,
        0.25,
    )
    assert second.after == ("write_then_test",) and second.review_ratio.value == 0.2


def test_weights_are_divided_by_their_sum_where_that_is_asked_for(write):
    table = write("title,share,share_low,share_high\nA,0.3333,0.1,0.5\nB,0.6666,,\n")
    with pytest.raises(tm.CatalogError, match="1:7.*shares sum to 0.9999.*--normalise"):
        tm.import_tasks(table, values=ALL)
    a, b = (
        task.share for task in tm.import_tasks(table, normalise=True, values=ALL).tasks.values()
    )
    assert (a.value, b.value) == (3333 / 9999, 6666 / 9999)
    assert (a.low, a.high) == (pytest.approx(0.1 / 0.9999), pytest.approx(0.5 / 0.9999))
    assert (
        "divided by their sum, 0.9999"
        in tm.import_tasks(table, normalise=True, values=ALL).yaml_text
    )


@pytest.mark.parametrize("title", ["Total", "TOTALS:", "Sum", "Grand total", "Summe"])
@pytest.mark.parametrize("normalise", [False, True])
@pytest.mark.parametrize("row", ["1.0,12", "0.99,", ","])
def test_a_line_of_totals_is_no_task(write, title, normalise, row):
    tasks = "title,share,horizon\nA,0.7,3\nB,0.3,9\n"
    values = {name: value for name, value in ALL.items() if name != "horizon"}
    with pytest.raises(tm.CatalogError) as caught:
        tm.import_tasks(write(f"{tasks}{title},{row}\n"), normalise=normalise, values=values)
    (defect,) = caught.value.defects
    assert defect.line == 4 and defect.message.startswith(f"{title!r} is a total, not a task; rem")
    assert len(tm.import_tasks(write(tasks), normalise=normalise, values=values).tasks) == 2


def test_a_share_that_is_the_sum_of_the_others_is_named(write):
    table = write("title,weight\nA,70\nB,30\nAll of it,100\n")
    message = (
        "1:7.*the share at line 4 is the sum of the others: remove a line of totals, or divide"
    )
    with pytest.raises(tm.CatalogError, match=message):
        tm.import_tasks(table, values=ALL)
    # two halves, and a half of which nothing else is a part, are no sign of a total
    for rows in ("A,1\nB,1\n", "A,2\nB,1\nC,1.5\n"):
        with pytest.raises(tm.CatalogError) as caught:
            tm.import_tasks(write(f"title,weight\n{rows}"), values=ALL)
        assert "line" not in caught.value.defects[0].message


def test_values_for_all_tasks_are_judgement_and_fill_what_is_empty(write):
    table = write("title,share,horizon\nA,0.5,3\nB,0.5,\n")
    a, b = tm.import_tasks(table, values=ALL).tasks.values()
    assert (a.horizon.value, a.horizon.source, b.horizon.value) == (3, (), 8)
    assert b.horizon.source == ("judgement",) and "the table does not have it" in b.horizon.note
    assert a.review_ratio.source == ("judgement",)


DEFECTS = {
    "number": ("A,1,long,0.1,0.1,\n", "2:5: tasks.a.horizon: found 'long'; a number is needed"),
    "range": ("A,1,8,0.1,1.5,\n", "2:11: tasks.a.coverage_floor: found 1.5; at least 0 and at"),
    "unit": ("A,1,8,3 kg,0.1,\n", "2:7: tasks.a.review_ratio: found '3 kg'"),
    "decimal comma": ('A,1,"0,5",0.1,0.1,\n', "2:6: tasks.a.horizon: found '0,5'.*write 0.5"),
    "zero in front": ("A,1,0485,0.1,0.1,\n", "2:5: tasks.a.horizon: .*0485 begins with 0"),
    "order": ("A,1,8,0.1,0.1,B\n", "2:15: tasks.a.after: there is no task 'B'"),
    "itself": ("A,1,8,0.1,0.1,a\n", "2:15: tasks.a.after: 'a' comes after itself"),
    "twice": ("A,1,8,0.1,0.1,\na,0,8,0.1,0.1,\n", "3:1: the id 'a' stands at line 2 too"),
    "cells": ("A,1,8,0.1\n", "2:1: found 4 cells; the first line names 6"),
    "empty": ("A,1,,0.1,0.1,\nB,0,8,0.1,0.1,\n", "2:1: the task a has no horizon"),
    "untitled": (",1,8,0.1,0.1,\n", "2:1: the task has no title; fill the cell, or remove"),
    "no tasks": ("", "1:1: has no tasks"),
    "all zero": ("A,0,8,0.1,0.1,\n", "1:7: all shares are 0"),
    "negative": ("A,-1,8,0.1,0.1,\n", "2:3: tasks.a.share: found -1"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_reported_at_its_cell(write, name):
    rows, message = DEFECTS[name]
    table = write("title,share,horizon,review_ratio,coverage_floor,after\n" + rows)
    with pytest.raises(tm.CatalogError, match=f"(?s)tasks.csv:{message}") as caught:
        tm.import_tasks(table)
    assert len(caught.value.defects) == 1


HEADERS = {
    "title,share": [f"there is no {name}" for name in REQUIRED if name != "share"],
    "share": ["a column title, or id, is needed"],
    "title,weight,share": ["'share' and 'weight' are one field of tasks", *["there is no"] * 3],
    "title,share,horizonn": [*["there is no"] * 3],
}


@pytest.mark.parametrize("header", HEADERS)
def test_all_that_a_header_lacks_is_reported_at_once(write, header):
    row = ",".join("1" for _ in header.split(","))
    with pytest.raises(tm.CatalogError) as caught:
        tm.import_tasks(write(f"{header}\n{row}\n"))
    messages = [defect.message for defect in caught.value.defects]
    assert len(messages) == len(HEADERS[header])
    assert all(any(part in message for message in messages) for part in HEADERS[header])
    assert ("did you mean 'horizonn'" in " ".join(messages)) == ("horizonn" in header)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"horizn": 1}, "did you mean 'horizon'"),
        ({"share": 1}, "no field of a task that can be the same for all"),
        ({"coverage_floor": 2}, "coverage_floor: found 2; at least 0 and at most 1"),
        ({"title": "x"}, "no field"),
        ({"horizon": "08 h"}, "begins with 0"),
        ({"description": "a\x1b[31mb"}, "description: character U\\+001B cannot be printed"),
    ],
)
def test_wrong_values_for_all_tasks_are_reported_once(write, values, message):
    table = write("title,share\nA,0.5\nB,0.5\n")
    with pytest.raises(tm.CatalogError, match=message) as caught:
        tm.import_tasks(table, values={**ALL, **values})
    assert len(caught.value.defects) == 1 and caught.value.defects[0].file == "values"


@pytest.mark.parametrize("cell", ["-", "null", "~", "NULL", "[]"])
def test_signs_of_a_missing_number_are_told_as_they_stand(write, cell):
    """YAML reads them as a list and as nothing, which has no place in the table."""
    path = write(f"title,share,horizon,review_ratio,coverage_floor\nA,1,8,{cell},0.1\n")
    with pytest.raises(tm.CatalogError) as caught:
        tm.import_tasks(path)
    (defect,) = caught.value.defects
    assert (defect.file, defect.line, defect.path) == (str(path), 2, "tasks.a.review_ratio")
    assert defect.message.startswith(f"found {cell!r}; a number is needed")


def test_an_interval_is_proposed_in_columns_which_any_separator_leaves_whole(write):
    header = "title,share,horizon,review_ratio,coverage_floor"
    with pytest.raises(tm.CatalogError, match="write 0.2, and 0.1 and 0.3 in columns review_ratio"):
        tm.import_tasks(write(f"{header}\nA,1,8,0.1-0.3,0.1\n"))
    with pytest.raises(tm.CatalogError, match="write 20 %, and 10 and 30 in columns review_ratio"):
        tm.import_tasks(write(f"{header}\nA,1,8,10-30 %,0.1\n"))
    mended = write(f"{header},review_ratio_low,review_ratio_high\nA,1,8,20 %,0.1,10,30\n")
    ratio = tm.import_tasks(mended).tasks["a"].review_ratio
    assert (ratio.value, ratio.low, ratio.high) == (0.2, 0.1, 0.3)
    mended = write(f"{header},review_ratio_low,review_ratio_high\nA,1,8,0.2,0.1,0.1,0.3\n")
    ratio = tm.import_tasks(mended).tasks["a"].review_ratio
    assert (ratio.value, ratio.low, ratio.high) == (0.2, 0.1, 0.3)


@pytest.mark.parametrize("line", ["A,0.5,8,0.1,0.1", "B,0.5,8,0.1,0.1,0.2", ",0.5,8,0.1,0.1"])
def test_shares_are_not_summed_where_a_line_is_refused(write, line):
    """The column sums to 1; without the line that is refused it would not."""
    header = "title,share,horizon,review_ratio,coverage_floor"
    with pytest.raises(tm.CatalogError) as caught:
        tm.import_tasks(write(f"{header}\nA,0.5,8,0.1,0.1\n{line}\n"))
    (defect,) = caught.value.defects
    assert defect.line == 3


def test_a_day_of_work_behind_a_number_is_refused_with_the_reason(write):
    path = write("title,share,horizon,review_ratio,coverage_floor\nA,1,2 days,0.1,0.1\n")
    with pytest.raises(tm.CatalogError, match="a day of work is 8 h to some and 24 h to others"):
        tm.import_tasks(path)


def test_a_value_that_the_table_has_already_is_reported(write):
    table = write("title,share,horizon\nA,1,8\n")
    with pytest.raises(tm.CatalogError, match="horizon: the table has it for every task"):
        tm.import_tasks(table, values=ALL)


def test_a_unit_in_two_places_has_to_be_one(write):
    table = write("title,share,horizon [min]\nA,1,3 h\n")
    with pytest.raises(tm.CatalogError, match="2:5: tasks.a.horizon: has the units h and min"):
        tm.import_tasks(table, values={name: ALL[name] for name in list(ALL)[1:]})


def test_tasks_of_several_pools_name_theirs(write):
    frame = tm.load_catalog("t_agi_ladder")
    pools = {f"tasks.{name}.pool": "researchers" for name in frame.tasks}
    frame = frame.replace({**pools, "pools.engineers": {"headcount": 10, "hours_per_year": 1800}})
    with pytest.raises(tm.CatalogError, match="2:1: tasks.a: 'pool' is missing"):
        tm.import_tasks(write("title,share\nA,1\n"), frame=frame, values=ALL)
    catalog = tm.import_tasks(write("title,share,pool\nA,1,engineers\n"), frame=frame, values=ALL)
    assert catalog.tasks["a"].pool == "engineers" and catalog.without_source() == (
        "pools.engineers.headcount",
        "pools.engineers.hours_per_year",
    )


def test_workbooks_and_other_files_are_refused(write):
    with pytest.raises(tm.CatalogError, match="is a workbook; save the sheet as CSV"):
        tm.import_tasks(write(b"PK\x03\x04", "tasks.xlsx"))
    with pytest.raises(tm.CatalogError, match="is not UTF-8"):
        tm.import_tasks(write(b"title\xff\n"))
    with pytest.raises(tm.CatalogError, match="cannot be read"):
        tm.import_tasks("nowhere.csv")
    with pytest.raises(tm.InputError, match="of O\\*NET's layout"):
        tm.import_tasks(write("title\nA\n"), occupation="15-1221.00")


HEADER = "title,weight,horizon,review_ratio,coverage_floor,phase,after"


@pytest.mark.parametrize("sign", ["NA", "n/a", "#N/A", "NaN", "-", "none"])
@pytest.mark.parametrize(
    ("column", "hint"),
    [
        ("phase", "where there is no value"),
        ("after", "where no task comes before"),
        ("gate_latency", "where there is no value"),
    ],
)
def test_a_sign_of_no_value_is_refused_and_an_empty_cell_is_its_mend(write, sign, column, hint):
    rows = {"title": "A", "share": "1", "horizon": "8", "review_ratio": "0.1"}
    rows |= {"coverage_floor": "0.1", column: sign}
    with pytest.raises(tm.CatalogError) as caught:
        tm.import_tasks(write(f"{','.join(rows)}\n{','.join(rows.values())}\n"))
    (defect,) = caught.value.defects
    assert defect.message == f"found {sign!r}; leave the cell empty {hint}"
    assert (defect.line, defect.path) == (2, f"tasks.a.{column}")
    rows[column] = ""
    tm.import_tasks(write(f"{','.join(rows)}\n{','.join(rows.values())}\n"))


def test_a_task_may_have_the_name_of_a_sign(write):
    table = write(f"{HEADER}\nNA,1,8,0.1,0.1,,\nB,1,8,0.1,0.1,,NA\n")
    assert tm.import_tasks(table, normalise=True).tasks["b"].after == ("na",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("B,7,8,0.1", "found 4 cells; the first line names 7 columns"),
        ("A,7,8,0.1,0.1,,", "the id 'a' stands at line 2 too"),
        ("B,-7,8,0.1,0.1,,", "found -7; at least 0"),
        ("B,x,8,0.1,0.1,,", "found 'x'; a number is needed"),
    ],
)
def test_weights_are_not_held_against_shares_where_another_line_is_refused(write, line, message):
    with pytest.raises(tm.CatalogError) as caught:
        tm.import_tasks(write(f"{HEADER}\nA,2,8,0.1,0.1,,\n{line}\n"), normalise=True)
    (defect,) = caught.value.defects
    assert defect.line == 3 and defect.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER.replace(",", "|") + "\n", "and commas, semicolons or tabs between the columns"),
        (f"Our tasks,,,,,,\n,,,,,,\n{HEADER}\n", "line 3 has one: remove the lines above it"),
        (f"{HEADER}\n1,A,1,8,0.1,0.1,,\n2,B,1,8,0.1,0.1,,\n", "in R row.names = FALSE"),
        (f"{HEADER}\n".encode("utf-16"), "is not UTF-8 but UTF-16 or UTF-32"),
        (b"PK\x03\x04\x14\0", "is a workbook; save the sheet as CSV"),
    ],
)
def test_exports_that_are_no_such_table_are_told_what_to_change(write, text, message):
    with pytest.raises(tm.CatalogError) as caught:
        tm.import_tasks(write(text))
    (defect,) = caught.value.defects
    assert message in defect.message


def test_tasks_that_merged_cells_leave_without_a_phase_are_named(write):
    table = write(f"{HEADER}\nA,1,8,0.1,0.1,Make,\nB,1,8,0.1,0.1,,\n,,,,,,\n")
    result = imported_tasks(table, None, None, None, None, (), True, None, "")
    assert result.table.notes == ["in no phase, beside all phases: b; fill cells that were merged"]


# O*NET

RATINGS = "O*NET-SOC Code\tTask ID\tScale ID\tCategory\tData Value\tN\tRecommend Suppress\n"
STATEMENTS = "O*NET-SOC Code\tTask ID\tTask\tTask Type\n"
CODE = "15-1221.00"


def ratings(*tasks, code=CODE):
    """Lines of Task Ratings, from id, importance, relevance and percentages of frequencies."""
    lines = []
    for key, importance, relevance, frequencies in tasks:
        scales = [("IM", "n/a", importance), ("RT", "n/a", relevance)]
        scales += [("FT", number, share) for number, share in enumerate(frequencies, 1)]
        lines += [f"{code}\t{key}\t{s}\t{c}\t{v:.2f}\t20\tN\n" for s, c, v in scales]
    return "".join(lines)


TWO = (
    (14623, 4.5, 90, (0, 0, 0, 50, 50, 0, 0)),
    (14624, 3.0, 100, (100, 0, 0, 0, 0, 0, 0)),
)
TEXTS = STATEMENTS + (
    f"{CODE}\t14623\tAnalyze problems to develop solutions.\tCore\n"
    f"{CODE}\t14624\tAssign or schedule tasks.\tn/a\n"
    f"{CODE}\t14999\tDo what nobody rated.\tn/a\n"
)


def test_weights_of_onet_are_products_of_its_ratings(write):
    other = ratings((1, 1, 1, (100, 0, 0, 0, 0, 0, 0)), code="11-1011.00")
    table = write(RATINGS + ratings(*TWO) + other, "Task Ratings.txt")
    texts = write(TEXTS, "Task Statements.txt")
    options = {"occupation": CODE, "statements": texts, "values": ALL}
    catalog = tm.import_tasks(table, **options)
    weights = np.array([4.5 * 0.9 * 4.5, 3.0 * 1 * 1])
    shares = [task.share.value for task in catalog.tasks.values()]
    np.testing.assert_allclose(shares, weights / weights.sum(), rtol=1e-15)
    assert list(catalog.tasks) == [
        "analyze_problems_to_develop_solutions",
        "assign_or_schedule_tasks",
    ]
    first, second = catalog.tasks.values()
    assert first.title == "Analyze problems to develop solutions"
    assert first.description == "O*NET task 14623 (Core): Analyze problems to develop solutions."
    assert second.description == "O*NET task 14624: Assign or schedule tasks."
    assert "index work and not hours" in catalog.basis["share"].note
    assert catalog.without_source() == ()
    by_importance = tm.import_tasks(table, weights=["importance"], **options)
    shares = [task.share.value for task in by_importance.tasks.values()]
    assert shares == pytest.approx([4.5 / 7.5, 3 / 7.5], rel=1e-15)


def test_workbooks_of_onet_have_texts_and_titles_in_one_table(write):
    text = "O*NET-SOC Code,Title,Task ID,Task,Scale ID,Category,Data Value\n"
    text += f'{CODE},Computer Scientists,7,"Think, and write.",IM,,4\n'
    catalog = tm.import_tasks(write(text), weights=["importance"], values=ALL)
    assert catalog.title == f"Computer Scientists (O*NET {CODE})"
    assert catalog.tasks["think_and_write"].share.value == 1


ONET_DEFECTS = {
    "rating": (ratings((1, 6, 90, (100, 0, 0, 0, 0, 0, 0))), "2:21: found '6.00' for IM"),
    "category": (
        f"{CODE}\t1\tFT\t8\t100\t20\tN\n",
        "2:17: found the category '8'",
    ),
    "sum": (
        ratings((1, 3, 90, (50, 0, 0, 0, 0, 0, 0))),
        "2:12: task 1 has frequencies that sum to 50 %, not 100; leave frequency out: weights "
        "importance,relevance",
    ),
    "twice": (ratings(*[(1, 3, 90, (100, 0, 0, 0, 0, 0, 0))] * 2), "11:.*: task 1 has IM twice"),
    "text": (ratings((2, 3, 90, (100, 0, 0, 0, 0, 0, 0))), "2:12: task 2 has ratings and no text"),
}


@pytest.mark.parametrize("name", ONET_DEFECTS)
def test_defects_of_ratings_are_reported_at_their_cells(write, name):
    rows, message = ONET_DEFECTS[name]
    texts = write(f"{STATEMENTS}{CODE}\t1\tThink.\tCore\n", "statements.txt")
    with pytest.raises(tm.CatalogError, match=message):
        tm.import_tasks(write(RATINGS + rows, "ratings.txt"), statements=texts, values=ALL)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "1:1: has 2 occupations .* choose one by its code"),
        ({"occupation": "15-1221"}, "did you mean '15-1221.00'"),
        ({"occupation": CODE}, "has no column Task: .*--statements"),
        (
            {"occupation": CODE, "weights": ["age"]},
            "weights names some of .*found 'age'",
        ),
        ({"layout": "csv"}, "layout must be one of onet, plain; found 'csv'"),
    ],
)
def test_occupations_and_texts_are_asked_for(write, options, message):
    other = ratings((1, 1, 1, (100, 0, 0, 0, 0, 0, 0)), code="11-1011.00")
    table = write(RATINGS + ratings(*TWO) + other, "ratings.txt")
    with pytest.raises(tm.InputError, match=message):
        tm.import_tasks(table, values=ALL, **options)


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("Write\ncode", ["write_code"]),
        ("Write code; Read, think; do", ["write_code", "read_think_do"]),
        ("Read, think; do | Write\ncode", ["read_think_do", "write_code"]),
        ("read_think_do, write_code", ["read_think_do", "write_code"]),
    ],
)
def test_a_title_with_separators_in_it_can_come_before(write, cell, ids):
    rows = '"Write\ncode",1,8,.1,.1,\n"Read, think; do",1,8,.1,.1,\n' + f'R,1,8,.1,.1,"{cell}"\n'
    table = write("title,share,horizon,review_ratio,coverage_floor,after\n" + rows)
    assert list(tm.import_tasks(table, normalise=True).tasks["r"].after) == ids

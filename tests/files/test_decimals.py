"""Numbers in sheets that may be a thousand times as large are refused, and the mends are right."""

import re

import pytest

import taskmodel as tm
from taskmodel.files.table import read_table

HEADER = ("title", "share", "horizon [h]", "review_ratio", "coverage_floor")


def sheet_of(folder, separator, *rows, header=HEADER, name="sheet.csv"):
    lines = [[f'"{cell}"' if separator in cell else cell for cell in row] for row in rows]
    path = folder / name
    path.write_text("\n".join(separator.join(line) for line in [header, *lines]) + "\n")
    return path


def horizons(path):
    return [task.horizon.value for task in tm.import_tasks(path).tasks.values()]


def proposals(defect):
    return re.fullmatch(r".*; write (.*)", defect.message)[1].split(" or ")


def test_a_point_is_not_decimal_where_other_cells_have_a_decimal_comma(tmp_path):
    second = ("Test it", "0,3", "4", "0,2", "0,1")
    with pytest.raises(tm.CatalogError) as caught:
        horizons(sheet_of(tmp_path, ";", ("Write", "0,7", "1.200", "0,1", "0,05"), second))
    (defect,) = caught.value.defects
    assert (defect.line, defect.column, defect.path) == (2, 11, "tasks.write.horizon")
    assert "found '1.200', in a table with a decimal comma ('0,7' at line 2)" in defect.message
    texts = proposals(defect)
    assert texts == ["1200", "1,2"]
    for text, value in zip(texts, (1200, 1.2), strict=True):
        first = ("Write", "0,7", text, "0,1", "0,05")
        assert horizons(sheet_of(tmp_path, ";", first, second)) == [value, 4]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0,123", 0.123),
        ("1,234", 1.234),
        ("1234,567", 1234.567),
        ("1,5e2", 150),
        ("90,5 min", None),
    ],
)
def test_a_comma_is_decimal_where_other_cells_tell_so(tmp_path, cell, value):
    header = ("title", "share", "horizon", "review_ratio", "coverage_floor")
    row = ("A", "1", cell, "0,1", "0,05")
    assert horizons(sheet_of(tmp_path, ";", row, header=header)) == [value or 90.5 / 60]


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        ("1.200,5", "1200.5"),
        ("1.200.000", "1200000"),
        ("1,200,000", "1200000"),
        ("1,200.5", "1200.5"),
        ("1'200", "1200"),
        ("1 200", "1200"),
    ],
)
def test_messages_show_the_cell_as_it_stands_and_its_mend(tmp_path, cell, mend):
    row = ("A", "1", cell, "0,1", "0,05")
    with pytest.raises(tm.CatalogError) as caught:
        horizons(sheet_of(tmp_path, ";", row))
    (defect,) = caught.value.defects
    assert f"found {cell!r}" in defect.message and proposals(defect) == [mend]
    assert horizons(sheet_of(tmp_path, ";", ("A", "1", mend, "0,1", "0,05"))) == [float(mend)]
    table = sheet_of(tmp_path, ";", ("2024", cell), ("2026", "2"), header=("date", "value"))
    with pytest.raises(tm.CatalogError) as caught:
        read_table(table)
    (defect,) = caught.value.defects
    assert f"found {cell!r}" in defect.message and proposals(defect) == [mend]


@pytest.mark.parametrize("separator", ["\t", ","])
def test_a_decimal_comma_puts_a_point_in_doubt_whatever_separates_cells(tmp_path, separator):
    row = ("A", "0,7", "1.200", "0.1", "0.05")
    with pytest.raises(tm.CatalogError) as caught:
        horizons(sheet_of(tmp_path, separator, row))
    texts = [proposals(defect) for defect in caught.value.defects]
    assert texts == [["0.7"], ["1200", "1.2"]]
    assert horizons(sheet_of(tmp_path, separator, ("A", "1", "1.200", "0.1", "0.05"))) == [1.2]


@pytest.mark.parametrize("cells", [("1.234", "2.345"), ("1,234", "2,345")])
@pytest.mark.parametrize("choice", [0, 1])
def test_tables_of_paths_whose_numbers_may_be_thousands_are_refused(tmp_path, cells, choice):
    rows = list(zip(("2024", "2026"), cells, strict=True))
    with pytest.raises(tm.CatalogError) as caught:
        read_table(sheet_of(tmp_path, ";", *rows, header=("date", "value")))
    (defect,) = caught.value.defects
    assert "(and 1 line below like it)" in defect.message
    first = defect.message.partition(" (and")[0].partition("; write ")[2].split(" or ")
    assert first == ["1234", "1.2340"]
    second = ["2345", "2.3450"]
    mended = [("2024", first[choice]), ("2026", second[choice])]
    rows = read_table(sheet_of(tmp_path, ";", *mended, header=("date", "value")))
    assert rows == ((2024, (1234, 1.234)[choice]), (2026, (2345, 2.345)[choice]))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_point_that_other_numbers_prove_is_decimal(tmp_path, separator):
    rows = (("2024", "1.234"), ("2026.5", "2.345"))
    table = sheet_of(tmp_path, separator, *rows, header=("date", "value"))
    assert read_table(table) == ((2024, 1.234), (2026.5, 2.345))


def test_what_no_quantity_can_be_is_no_doubt_and_no_proposal(tmp_path):
    row = ("A", "1", "8", "0", "1.000")
    assert horizons(sheet_of(tmp_path, ";", row)) == [8]  # a floor of 1000 there is not
    with pytest.raises(tm.CatalogError) as caught:
        horizons(sheet_of(tmp_path, ";", ("A", "1", "8", "0,5", "1.000")))
    assert [proposals(defect) for defect in caught.value.defects] == [["1"]]


def test_columns_of_text_prove_nothing(tmp_path):
    row = ("1,5", "1", "1.200", "0.1", "0.05")
    assert horizons(sheet_of(tmp_path, ",", row)) == [1.2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4,5", "found '4,5' for IM; a number from 1 to 5 is needed; write 4.5"),
        ("4_0", "found '4_0' for IM; a number from 1 to 5 is needed"),
        ("nan", "found 'nan' for IM"),
    ],
)
def test_ratings_of_onet_are_plain_numbers(tmp_path, text, message):
    header = ("O*NET-SOC Code", "Task ID", "Task", "Scale ID", "Category", "Data Value")
    row = ("15-1221.00", "1", "Think.", "IM", "n/a", text)
    with pytest.raises(tm.CatalogError, match=re.escape(message)):
        tm.import_tasks(sheet_of(tmp_path, "\t", row, header=header), weights=["importance"])

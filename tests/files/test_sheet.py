"""Sheets as spreadsheets write them: a line that names the separator, and other encodings."""

import pytest

from taskmodel.errors import CatalogError
from taskmodel.files.sheet import read_sheet
from taskmodel.files.table import read_table


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_before_the_first_may_name_the_separator(tmp_path, line, end):
    path = tmp_path / "sheet.csv"
    path.write_bytes(end.join([line, "a,b,c;d", "1;2", "3"]).encode())
    sheet = read_sheet(path)
    assert sheet.names == ("a,b,c", "d") and sheet.header.line == 2
    assert [(row.cells, row.line, row.position(1)) for row in sheet.rows] == [
        (("1", "2"), 3, (3, 3))
    ]
    assert [defect.line for defect in sheet.defects] == [4]
    path.write_bytes(end.join([line, "date;value", "2024;1,5", "2026;2,25"]).encode())
    assert read_table(path) == ((2024, 1.5), (2026, 2.25))


def test_a_separator_that_is_not_read_is_refused(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("sep=|\na|b\n1|2\n")
    with pytest.raises(
        CatalogError, match=r"csv:1:1: found the separator '\|'; commas, semicolons"
    ):
        read_sheet(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_other_encodings_are_named(tmp_path, encoding):
    path = tmp_path / "sheet.csv"
    path.write_bytes("date,value\n2024,1\n2026,2\n".encode(encoding))
    with pytest.raises(CatalogError, match="UTF-16 or UTF-32, or no text; save the file as UTF-8"):
        read_sheet(path)

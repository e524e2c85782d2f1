"""A report on a catalog: one HTML file that needs nothing else, with the answer in words.

`gathering` holds what a report is made of, `words` says what the numbers answer, `figures` and
`tables` show them, `page` puts the file together. Markup is built by `markup`, which escapes all
text: catalogs come from anywhere.
"""

from taskmodel.report.gathering import Material, date_of_worth, reasons
from taskmodel.report.page import report_page
from taskmodel.report.words import lever_rows, lever_sentences, sentences

__all__ = [
    "Material",
    "date_of_worth",
    "lever_rows",
    "lever_sentences",
    "reasons",
    "report_page",
    "sentences",
]

"""Files: strict YAML and tables, quantities with units, and defects with their positions.

The package knows no particular kind of file. From the bottom:

- `suggestions`: phrases that list or suggest names;
- `atomic`: files that are written completely or not at all;
- `bundled`: names and paths of bundled files;
- `units`: declared units and exact conversions;
- `quantity`: types of values, such as quantities with unit, range and source;
- `yaml`: YAML 1.2 with the position of every value;
- `sheet`: cells of CSV files with their positions; `table`: dates and values in them;
- `messages`: validation against a record, in plain sentences;
- `dotted`: dotted paths such as ``supervision.headcount``;
- `findings`: defects by the keys of their values;
- `document`: records read from a file, and changes of them;
- `parameters`: files of parameters under names of their own.
"""

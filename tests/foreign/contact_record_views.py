"""Runs the Athena views on DuckDB and prints their rows as JSON: contact_record_views.py FOLDER RECORDS"""

import json
import pathlib
import sys

import duckdb

PLAIN = {"string": "VARCHAR", "int": "INTEGER", "bigint": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN"}


def parts(text):
    """Splits at the commas outside of angle brackets."""
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth += {"<": 1, ">": -1}.get(char, 0)
        if char == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def duckdb_type(hive):
    """DuckDB's name of a type of Hive."""
    if hive in PLAIN:
        return PLAIN[hive]
    outer, inner = hive.split("<", 1)
    inner = inner[:-1]
    if outer == "array":
        return duckdb_type(inner) + "[]"
    if outer == "map":
        return "MAP(" + ", ".join(duckdb_type(part) for part in parts(inner)) + ")"
    assert outer == "struct", hive
    fields = (part.split(":", 1) for part in parts(inner))
    return "STRUCT(" + ", ".join(f'"{name}" {duckdb_type(hive)}' for name, hive in fields) + ")"


def fitted(value, hive):
    """The value as the JSON SerDe reads it: names in any case, fields without a column left out."""
    if value is None or hive in PLAIN or hive.startswith("map<"):
        return value
    inner = hive.split("<", 1)[1][:-1]
    if hive.startswith("array<"):
        return [fitted(item, inner) for item in value]
    lower = {name.lower(): item for name, item in value.items()}
    return {name: fitted(lower.get(name), kind) for name, kind in (part.split(":", 1) for part in parts(inner))}


def main(folder, records):
    folder = pathlib.Path(folder)
    table = json.loads((folder / "contact_records.columns.json").read_text())
    columns = {column["name"]: column["type"] for column in table["columns"]}
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute("CREATE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)")
    whole = "struct<" + ",".join(f"{name}:{kind}" for name, kind in columns.items()) + ">"
    lines = pathlib.Path(str(records) + ".fitted")
    with lines.open("w") as out:
        for line in pathlib.Path(records).open():
            row = fitted(json.loads(line), whole)
            row["year"], row["month"], row["day"] = row["initiationtimestamp"][:10].split("-")
            out.write(json.dumps(row) + "\n")
    types = columns | {key["name"]: key["type"] for key in table["partition_keys"]}
    columns = ", ".join(f"'{name}': '{duckdb_type(kind)}'" for name, kind in types.items())
    database.execute(
        f"CREATE TABLE contact_records AS SELECT * FROM read_json('{lines}', format = 'newline_delimited', columns = {{{columns}}})"
    )
    # The one that the others read comes first.
    names = sorted(path.stem for path in (folder / "views").glob("*.sql"))
    names.sort(key=lambda name: name != "current_contact_records")
    for name in names:
        database.execute((folder / "views" / f"{name}.sql").read_text())
    result = {"contact_records": database.execute("SELECT count(*) FROM contact_records").fetchone()[0]}
    for name in names:
        cursor = database.execute(f"SELECT * FROM {name} ORDER BY 1, 2")
        header = [column[0] for column in cursor.description]
        result[name] = [dict(zip(header, row)) for row in cursor.fetchall()]
    print(json.dumps(result, default=str))


main(*sys.argv[1:])

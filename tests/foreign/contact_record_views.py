"""Runs the Athena views on DuckDB and prints their rows as JSON: contact_record_views.py FOLDER RECORDS TIME_ZONE [SQL]

With the name of a file of SQL as the fourth argument, runs that instead and prints the rows of the tables it makes.
"""

import json
import pathlib
import re
import sys
import tempfile

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


# Functions of Trino that DuckDB has under other names.
MACROS = [
    "from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)",
    "at_timezone(instant, zone) AS timezone(zone, instant)",
    "json_format(value) AS CAST(value AS VARCHAR)",
    "sequence(first, last) AS list_transform(generate_series(first, last, INTERVAL 1 DAY), lambda day: CAST(day AS DATE))",
]


def main(folder, records, time_zone, statements=None):
    folder = pathlib.Path(folder)
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for macro in MACROS:
        database.execute(f"CREATE MACRO {macro}")
    load(database, json.loads((folder / "contact_records.columns.json").read_text()), records)
    if statements:
        print(json.dumps(compacted(database, pathlib.Path(statements).read_text()), default=str))
        return
    database.execute(f"CREATE VIEW center_time_zone AS SELECT '{time_zone}' AS time_zone")
    # The one that the others read comes first.
    names = sorted(path.stem for path in (folder / "views").glob("*.sql"))
    names.sort(key=lambda name: name != "current_contact_records")
    for name in names:
        database.execute((folder / "views" / f"{name}.sql").read_text())
    result = {"contact_records": database.execute("SELECT count(*) FROM contact_records").fetchone()[0]}
    for name in names:
        result[name] = rows(database, f"SELECT * FROM {name} ORDER BY 1, 2")
    print(json.dumps(result, default=str))


def load(database, table, records):
    """Makes the table, partitions included, of a file of records."""
    columns = {column["name"]: column["type"] for column in table["columns"]}
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


def rows(database, sql):
    cursor = database.execute(sql)
    header = [column[0] for column in cursor.description]
    return [dict(zip(header, row)) for row in cursor.fetchall()]


def compacted(database, text):
    """Runs statements of Athena, writes the table to Parquet files by their partition, and reads them back."""
    for statement in text.split(";"):
        # DuckDB has no properties of tables.
        properties = re.search(r"CREATE TABLE \w+\nWITH \((.*?)\n\) AS\n", statement, re.DOTALL)
        if properties:
            table = statement.split("CREATE TABLE ")[1].split("\n")[0]
            partition = re.search(r"partitioned_by = ARRAY\['(\w+)'\]", properties[1])[1]
            statement = statement.replace(f"\nWITH ({properties[1]}\n) AS\n", " AS\n")
        if statement.strip():
            database.execute(statement)
    last = database.execute(f"SELECT * FROM {table} LIMIT 0").description[-1][0]
    assert last == partition, "Athena takes the partition from the end"
    with tempfile.TemporaryDirectory() as folder:
        database.execute(f"COPY {table} TO '{folder}' (FORMAT PARQUET, PARTITION_BY ({partition}), OVERWRITE_OR_IGNORE)")
        files = f"read_parquet('{folder}/*/*.parquet', hive_partitioning = true, hive_types_autocast = false)"
        return rows(database, f"SELECT contactid, lastupdatetimestamp, {partition} FROM {files} ORDER BY 1")


main(*sys.argv[1:])

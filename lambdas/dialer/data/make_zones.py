"""Writes zones.tsv: which time zones phone numbers may be in, by what they begin with.

    python3 -m venv venv && venv/bin/pip install phonenumbers==9.0.43
    venv/bin/python make_zones.py > zones.tsv

The facts are those of Google's libphonenumber, as the package `phonenumbers` carries them; both have the Apache License 2.0.
What is wrong in them is not corrected here but in zones.corrections.tsv, where each line says why.
"""

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

VERSION = "9.0.43"


def main():
    if phonenumbers.__version__ != VERSION:
        raise SystemExit(f"phonenumbers {VERSION} is wanted, this is {phonenumbers.__version__}")
    print(f"# By what numbers begin with, the time zones they may be in. Made by make_zones.py from phonenumbers {VERSION},")
    print("# which carries the data of Google's libphonenumber (https://github.com/google/libphonenumber), both under the Apache")
    print("# License 2.0. Entries that say what a shorter one says are left out.")
    for prefix, zones in sorted(TIMEZONE_DATA.items()):
        shorter = (TIMEZONE_DATA.get(prefix[:length]) for length in range(len(prefix) - 1, 0, -1))
        if next((found for found in shorter if found), None) != zones:
            print(prefix, ",".join(zones), sep="\t")


main()

"""Make the table of area codes from the data of `phonenumbers` that is installed.

`make area-codes`, when a new version of `phonenumbers` brings new codes.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "medical_fax"))

from tools import area_codes  # noqa: E402  (without the addon, which needs Odoo)


def main():
    rows = area_codes.make_table()
    lines = [
        f"{json.dumps(code)}: {json.dumps(row, ensure_ascii=False)}"
        for code, row in rows.items()
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    area_codes.TABLE.write_text(text, encoding="utf-8")
    print(f"{len(rows)} area codes in {area_codes.TABLE.name}")


if __name__ == "__main__":
    main()

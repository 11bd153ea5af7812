"""Trouble of the time before is known: nobody is told of it a second time."""


def migrate(cr, version):
    if not version:
        return
    cr.execute(
        "UPDATE fax_message SET told_at = now() AT TIME ZONE 'UTC'"
        " WHERE state IN ('failed', 'partial', 'uncertain')"
    )
    # There was one way to put a failure away.
    cr.execute(
        "UPDATE fax_message SET acknowledged_how = 'called'"
        " WHERE acknowledged_on IS NOT NULL"
    )

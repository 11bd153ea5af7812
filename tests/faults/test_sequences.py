"""Numbers of faxes: each is drawn once, whoever else draws one."""

from . import rig


def test_the_first_number_of_a_year(odoo, copy):
    """Drawn by two at once: one makes the year, and the other begins again."""
    with rig.Server(odoo, copy()) as server:
        for code in ("fax.message", "fax.document"):
            server.sql(
                "DELETE FROM ir_sequence_date_range WHERE sequence_id IN"
                " (SELECT id FROM ir_sequence WHERE code = %s)",
                code,
            )
            jobs = [server.begin("draw", code=code, pause=2.0) for _each in range(2)]
            first, second = sorted(job.result() for job in jobs)
            assert (first[-5:], second[-5:]) == ("00001", "00002")

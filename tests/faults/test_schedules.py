"""A few of the schedules that `make test-faults` plays a thousand of."""

from . import schedules

SEED, COUNT = 0, 50


def test_schedules(odoo, template):
    wrong = schedules.play_all(odoo, template, SEED, COUNT)
    assert not wrong, "\n".join(f"seed {seed}: {text}" for seed, text in wrong.items())

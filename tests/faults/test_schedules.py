"""A few of the schedules that `make test-faults` plays a thousand of."""


def test_schedules(played):
    wrong = played.result()
    assert not wrong, "\n".join(f"seed {seed}: {text}" for seed, text in wrong.items())

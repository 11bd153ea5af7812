"""Fax providers to test against: real HTTP servers, as strict as the real ones.

    `base`       a server with routes, a log of what it took, and faults on demand
    `faults`     what can be made to go wrong
    `control`    the same from another process, over a second port
    `callbacks`  calling back: on time, twice, out of order, forged
    `documo`     Documo (mFax); its books are in `documo_books`
    `interfax`   InterFAX, with its card and its uploads
    `hfaxd`      HylaFAX; not HTTP, but faults, counts and control are the same

In a test's own process:

    with DocumoSimulator() as simulator:
        simulator.faults.add(Fault("answer_lost"))
        ...
        assert len(simulator.acceptances) == 1

Beside real servers: `python -m simulators.documo` prints one line of JSON with its
`url` and its `control` address; see `control`. They listen on this machine only.

A simulator refuses what its provider is not known to take (fields, paths, filters),
and counts: `acceptances` holds each fax that it took, `doubles` those it should
never have been given, since an earlier one of the same pages to the same number
was delivered or still under way.
"""

"""Guards of single providers, taken out: what is known of a lost answer, and how."""

from mutation import MODELS, PROVIDERS, Mutation

AT = "tests/faults/test_providers.py::"
TOKENS = AT + "test_two_workers_need_a_token_at_once"

AT_PROVIDERS = (
    Mutation(
        2,
        "the lock of eFax's token keeps nobody out",
        (
            (
                MODELS + "fax_token.py",
                'SQL("SELECT pg_advisory_xact_lock(%s)", number)',
                'SQL("SELECT %s", number)',
            ),
        ),
        (TOKENS,),
    ),
    Mutation(
        2,
        "a token that somebody else replaced meanwhile is replaced again",
        (
            (
                PROVIDERS + "efax_tokens.py",
                "        kept, now = self._kept(), self._clock()\n"
                "        if self._is_good(kept, refused):",
                "        kept, now = self._kept(), self._clock()\n        if False:",
            ),
        ),
        (TOKENS,),
    ),
    Mutation(
        2,
        "what eFax's list does not show was not taken",
        (
            (
                PROVIDERS + "efax.py",
                'silent = not (whole and self.setting("sent_list_tells_all"))',
                "silent = False",
            ),
        ),
        (AT + "test_taken[efax_late-answer_lost]",),
    ),
    Mutation(
        2,
        "InterFAX is not searched for the reference",
        (
            (
                PROVIDERS + "interfax.py",
                'rows = self.all_rows("/outbound/search", {"reference": reference})',
                "rows = []",
            ),
        ),
        (
            AT + "test_taken[interfax-answer_lost]",
            AT + "test_killed[interfax-kill_taken]",
        ),
    ),
    Mutation(
        2,
        "a resend at InterFAX is not looked for by its likeness",
        (
            (
                PROVIDERS + "interfax.py",
                "if found == [] and fingerprint.resent:",
                "if False:",
            ),
        ),
        (AT + "test_a_resend_whose_answer_is_lost[interfax-answer_lost]",),
    ),
    Mutation(
        2,
        "what waits at InterFAX for credit counts as failed",
        (
            (
                PROVIDERS + "interfax_codes.py",
                "-22: (S.WAITING, K.QUOTA_EXCEEDED),",
                "-22: (S.FAILED, K.BUSY),",
            ),
        ),
        (AT + "test_it_waits_for_credit_at_the_provider",),
    ),
    Mutation(
        2,
        "HylaFAX's jobs are not looked through for our reference",
        (
            (
                PROVIDERS + "hylafax_read.py",
                "for job in listed if job.reference == reference}",
                "for job in listed if False}",
            ),
        ),
        (
            AT + "test_taken[hylafax-answer_lost]",
            AT + "test_killed[hylafax-kill_taken]",
        ),
    ),
    Mutation(
        2,
        "a job whose handing over failed counts as not submitted",
        (
            (
                PROVIDERS + "hylafax_codes.py",
                "NOT_SUBMITTED = (500, 504)",
                "NOT_SUBMITTED = (450, 460, 500, 504)",
            ),
        ),
        (AT + "test_taken[hylafax-server_error_after]",),
    ),
    Mutation(
        2,
        "HylaFAX's answer that never came counts as not sent",
        ((PROVIDERS + "hylafax_wire.py", "self.left = True", "self.left = False"),),
        (AT + "test_taken[hylafax-answer_lost]",),
    ),
    Mutation(
        2,
        "what cannot be looked up is sent again",
        (
            (
                MODELS + "fax_attempt_look.py",
                'self._give_up(self._for_sender().env._("This provider cannot look it'
                ' up."))',
                "self._end(kind)",
            ),
        ),
        (AT + "test_taken[efax_developer-answer_lost]",),
    ),
)

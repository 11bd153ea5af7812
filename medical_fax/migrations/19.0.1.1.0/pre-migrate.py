"""Tries get a state in place of `is_open`, and the number that they dialled.

Done before the ORM adds the columns, because the default of a new state would make
every old try one that is being called.
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute("ALTER TABLE fax_attempt ADD COLUMN state varchar, ADD dialled varchar")
    # A call that was under way is one whose worker is gone; of several to one number
    # only the first can be told from the others by looking it up.
    cr.execute(
        """
        UPDATE fax_attempt AS attempt
           SET dialled = coalesce(message.number, ''),
               state = CASE
                   WHEN NOT coalesce(attempt.is_open, FALSE) THEN 'over'
                   WHEN message.state = 'submitted' THEN 'accepted'
                   WHEN message.state = 'submitting' AND in_line.place = 1
                   THEN 'calling'
                   WHEN message.state IN ('submitting', 'uncertain') THEN 'uncertain'
                   ELSE 'over'
               END
          FROM fax_message AS message, (
              SELECT attempt.id, row_number() OVER (
                  PARTITION BY attempt.account_id, message.number, message.state
                  ORDER BY attempt.id
              ) AS place
              FROM fax_attempt AS attempt
              JOIN fax_message AS message ON message.id = attempt.message_id
              WHERE attempt.is_open
              UNION ALL
              SELECT id, 0 FROM fax_attempt WHERE NOT coalesce(is_open, FALSE)
          ) AS in_line
         WHERE message.id = attempt.message_id AND in_line.id = attempt.id
        """
    )
    cr.execute(
        """
        UPDATE fax_message SET state = 'uncertain', failure_kind = 'unknown'
         WHERE state = 'submitting' AND id IN (
             SELECT message_id FROM fax_attempt WHERE state = 'uncertain'
         )
        """
    )
    # Its index goes with it; the new one of that name says the same of the state.
    cr.execute("ALTER TABLE fax_attempt DROP COLUMN is_open")

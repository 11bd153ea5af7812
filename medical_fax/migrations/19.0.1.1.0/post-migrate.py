"""What was under way goes on: it is asked about at once, and released as before."""


def migrate(cr, version):
    if not version:
        return
    cr.execute(
        "UPDATE fax_attempt SET next_look_at = now() AT TIME ZONE 'UTC'"
        " WHERE state = 'accepted'"
    )
    cr.execute(
        """
        UPDATE fax_message AS message
           SET hold_kind = CASE WHEN account.state = 'disconnected'
                                THEN 'account' ELSE 'trouble' END,
               held_at = message.write_date
          FROM fax_account AS account
         WHERE account.id = message.account_id AND message.state = 'held'
        """
    )

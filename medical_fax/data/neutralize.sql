-- A copy for testing must not fax: its accounts are disconnected and forget their
-- secrets, what waits is cancelled, and nobody is asked about what was under way.
UPDATE fax_account
   SET state = 'disconnected', home = NULL, credentials = NULL,
       credentials_digest = NULL, callback_token = NULL, callback_password = NULL
 WHERE code != 'loopback';
UPDATE fax_message
   SET state = 'cancelled'
 WHERE direction = 'out' AND state IN ('draft', 'queued', 'held')
   AND account_id IN (SELECT id FROM fax_account WHERE code != 'loopback');
UPDATE fax_message
   SET state = 'uncertain', failure_kind = 'unknown'
 WHERE direction = 'out' AND state = 'submitting'
   AND account_id IN (SELECT id FROM fax_account WHERE code != 'loopback');
UPDATE fax_attempt
   SET state = 'uncertain', place = 0, next_look_at = NULL
 WHERE state IN ('calling', 'resolving')
   AND account_id IN (SELECT id FROM fax_account WHERE code != 'loopback');
UPDATE fax_number_order
   SET state = 'failed', next_look_at = NULL
 WHERE state IN ('intent', 'calling', 'unknown')
   AND account_id IN (SELECT id FROM fax_account WHERE code != 'loopback');
DELETE FROM fax_hint;
DELETE FROM fax_unfetched;
DELETE FROM fax_token;

-- A copy for testing must charge nobody: refills are off and forget where they were
-- switched on, what waits is not bought, and saved cards are archived.
UPDATE medical_credit_refill
   SET is_on = false, home = NULL;
UPDATE medical_credit_refill_purchase
   SET state = 'cancelled', next_at = NULL
 WHERE state IN ('intent', 'declined');
UPDATE medical_credit_refill_purchase
   SET state = 'unknown', next_at = NULL, lease_until = NULL
 WHERE state IN ('calling', 'unknown');
UPDATE payment_token
   SET active = false;

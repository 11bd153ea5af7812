"""Jobs of `forks.Preloaded` on subscriptions: what their invoices must survive."""

import os
import signal
import time
from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from inside import _environment, as_request, run_cron

from odoo import fields
from odoo.service.model import retrying

PAGES = 501  # a month, of which 500 are included


@as_request
def subscribe(env, months):
    """A wallet that has used pages for so many months, which nobody invoiced.

    :return: ids of the wallet and of its contract
    """
    company = env["res.company"].create({"name": "Operator"})
    env["account.chart.template"].try_loading(
        "generic_coa", company=company, install_demo=False
    )
    plan = env.ref("medical_fax_billing.plan_documo")
    plan.currency_id.active = True
    wallet = env["medical.credit.wallet"].create(
        {
            "name": "Practice",
            "company_id": company.id,
            "practice_company_id": company.id,
            "partner_id": env["res.partner"].create({"name": "Practice"}).id,
            "tariff_id": plan.tariff_id.id,
        }
    )
    start = plan._today() - relativedelta(months=months) - timedelta(days=1)
    with patch.object(env.registry["contract.contract"], "_bill"):
        contract = wallet._subscribe(plan, start)
    for month in range(months):
        middle = plan._midnight(start + relativedelta(months=month, days=10))
        used = wallet.with_context(credit_used_at=middle)
        used._reserve(PAGES, service="fax_page")._capture(PAGES)
    return {"wallet": wallet.id, "contract": contract.id}


def bill(registry, over, action, pause=0, kill=False):
    """Run the action that makes the invoices, with time for others to come between an
    invoice and its marks, or dying there."""
    line_class = registry["contract.line"]
    mark = line_class._mark_billed

    def marked(self, line):
        self.env.flush_all()
        if kill:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(pause)
        return mark(self, line)

    with patch.object(line_class, "_mark_billed", marked):
        if action == "subscriptions":
            run_cron(registry, "medical_fax_billing.ir_cron_credit_subscriptions")
        else:
            _bill_by_contracts(registry)


def _bill_by_contracts(registry):
    """As the contracts' own action, but whether or not another process is at it."""
    with _environment(registry) as env:
        day = fields.Date.today()
        contracts = env["contract.contract"]
        retrying(lambda: contracts.cron_recurring_create_invoice(day), env)
        env.cr.commit()

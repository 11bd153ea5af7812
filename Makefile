# Every target installs what it needs first and may be repeated or interrupted.
# Variables: ODOO_PORT, FAX_DB, ODOO_HOME (an Odoo 19 of your own), PGHOST, PGPORT,
# PGUSER, PGPASSWORD; SEED and COUNT of `make test-faults`; ARGS goes to pytest:  make test-unit ARGS="-k cover -x"
.DEFAULT_GOAL := help

SEED ?= 0
COUNT ?= 1000

help:                   ## this list
	@sed -n 's/^\([a-z0-9-]*\): *## */  make \1\t/p' Makefile | expand -t 22

run:                    ## the demo clinic on http://localhost:8069
	@dev/run.sh

test:                   ## every test
	@dev/test.sh unit odoo tours faults system -- $(ARGS)

test-quick:             ## providers and documents without Odoo, in seconds
	@dev/test.sh quick -- $(ARGS)

test-unit:              ## all tests without Odoo, the slow ones too
	@dev/test.sh unit -- $(ARGS)

test-odoo:              ## the addons' tests in Odoo
	@dev/test.sh odoo -- $(ARGS)

test-tours:             ## the addons' tours in a browser
	@dev/test.sh tours -- $(ARGS)

test-system:            ## tests that start real servers and installations
	@dev/test.sh system -- $(ARGS)

test-faults:            ## 1,000 seeded schedules of faults; COUNT=50 SEED=0
	@dev/faults.sh $(SEED) $(COUNT)

test-mutations:         ## each guard taken out, and its tests seen to fail
	@dev/env.sh python tests/faults/mutations.py $(ARGS)

test-e2e:               ## real fax calls from Odoo over software modems (as root, three minutes)
	@dev/test.sh calls -- $(ARGS)

lint:                   ## ruff and pylint-odoo
	@dev/lint.sh

format:                 ## let ruff put the code in order
	@dev/env.sh ruff check --fix . && dev/env.sh ruff format .

i18n:                   ## bring fr.po and es.po of each addon up to its texts
	@dev/env.sh python dev/i18n.py

area-codes:             ## the table of area codes, from a new phonenumbers
	@dev/env.sh python dev/area_codes.py

clean:                  ## drop this clone's databases and build files
	@dev/clean.sh

distclean:              ## the same, and the shared cache (Odoo, virtual environments)
	@dev/clean.sh all

.PHONY: help run area-codes test test-quick test-unit test-odoo test-tours test-system \
	test-faults test-mutations test-e2e lint format i18n clean distclean

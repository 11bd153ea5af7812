#!/usr/bin/env bash
# Run a command with everything in place: `dev/env.sh odoo -d demo`,
# `dev/env.sh pytest ...`, `dev/env.sh python`. Odoo and pytest-odoo find this
# clone's configuration by ODOO_RC.
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
exec "$@"

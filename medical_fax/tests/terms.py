"""Which of an addon's terms are its own.

Odoo exports the fields that other modules put on an addon's models (accounting on
patients, who are contacts; the portal on whatever has a chatter) with that addon's
terms. They are those modules' to translate, and not there without them.
"""


def _defined_in(env, model, name):
    """Names of the modules that define a field; where it is inherited by delegation,
    those that define it on the model where it is kept."""
    field = env[model]._fields.get(name)
    while field is not None and field.inherited:
        field = field.related_field
    return set(field._modules or ()) if field is not None else set()


def foreign_fields(env, addon):
    """Occurrences (`model.field` in an export's own form) that are not the addon's.

    :param addon: name of an installed addon
    :return: set of xml ids of fields, as `medical_chart.field_medical_patient__trust`
    """
    module = env.ref(f"base.module_{addon}")
    reach = {
        addon,
        "base",
        *module.upstream_dependencies(exclude_states=("uninstalled",)).mapped("name"),
    }
    data = env["ir.model.data"].search(
        [("module", "=", addon), ("model", "=", "ir.model.fields")]
    )
    fields = {f.id: f for f in env["ir.model.fields"].browse(data.mapped("res_id"))}
    foreign = set()
    for row in data:
        field = fields[row.res_id]
        modules = _defined_in(env, field.model, field.name)
        if modules and not modules & reach:
            foreign.add(f"{addon}.{row.name}")
    return foreign


def own_entries(entries, foreign):
    """The entries of an export without those that only foreign fields have."""
    return [
        entry
        for entry in entries
        if not entry.occurrences
        or not all(
            place.partition(":")[2].rpartition(":")[2] in foreign
            for place, _line in entry.occurrences
        )
    ]

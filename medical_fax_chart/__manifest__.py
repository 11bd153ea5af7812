{
    "name": "Medical Fax: chart",
    "summary": "Fax chart entries, date ranges and treatment plans from the chart",
    "version": "19.0.1.1.0",
    "category": "Healthcare",
    "license": "AGPL-3",
    "author": "Medical Fax contributors",
    "depends": ["medical_chart", "medical_fax"],
    "auto_install": True,
    "data": [
        "security/res_groups.xml",
        "data/ir_actions_server_data.xml",
        "data/fax_source_data.xml",
        "views/medical_chart_entry_views.xml",
        "views/medical_treatment_plan_views.xml",
        "views/medical_patient_views.xml",
        "views/res_users_views.xml",
    ],
    "demo": ["demo/fax_contact_demo.xml"],
    "assets": {
        "web.assets_tests": ["medical_fax_chart/static/tests/tours/**/*"],
    },
}

import base64
import io

from PIL import Image

from odoo.tests import TransactionCase, new_test_user


def png(color="red", size=(8, 8)):
    """Return the bytes of a small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


class ChartCase(TransactionCase):
    """One user a role, two patients, and short ways to write and sign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.company = cls.env.company
        cls.doctor = cls._make_user("chart_doctor", "group_practitioner")
        cls.colleague = cls._make_user("chart_colleague", "group_practitioner")
        cls.limited = cls._make_user("chart_limited", "group_practitioner_limited")
        cls.desk = cls._make_user("chart_desk", "group_front_desk")
        cls.manager = cls._make_user("chart_manager", "group_manager")
        cls.outsider = new_test_user(
            cls.env, "chart_outsider", groups="base.group_user,base.group_allow_export"
        )
        cls.contacts = new_test_user(
            cls.env,
            "chart_contacts",
            groups="base.group_user,base.group_partner_manager,base.group_allow_export",
        )
        cls.Patient = cls.env["medical.patient"]
        cls.Entry = cls.env["medical.chart.entry"]
        cls.patient = cls.Patient.create(
            {
                "name": "Hélène Łukasiewicz-Ångström",
                "birth_date": "1984-02-29",
                "phone": "+1 514-555-0123",
                "email": "helene@patients.example",
                "practitioner_id": cls.doctor.id,
            }
        )
        cls.other_patient = cls.Patient.create(
            {"name": "Νίκος Παπαδόπουλος", "practitioner_id": cls.limited.id}
        )
        cls.doctor.sudo().write(
            {
                "signature_image": base64.b64encode(png("blue", (60, 20))),
                "licence_number": "LIC-4711",
            }
        )

    @classmethod
    def _make_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"medical_chart.{group},base.group_allow_export",
            lang="en_US",
        )

    def _make_entry(self, user=None, patient=None, **values):
        """Return a draft entry, written by ``user`` (the doctor unless given)."""
        user = user or self.doctor
        values.setdefault("title", "Follow-up")
        values.setdefault("body", "<p>Pain is better.</p>")
        patient = patient or self.patient
        return self.Entry.with_user(user).create({"patient_id": patient.id, **values})

    def _make_signed(self, user=None, **values):
        entry = self._make_entry(user, **values)
        entry.action_sign()
        return entry

    def _make_file(self, user=None, entry=None, name="wound.png", **values):
        user = user or self.doctor
        if entry:
            values.update(res_model=entry._name, res_id=entry.id)
        return (
            self.env["ir.attachment"]
            .with_user(user)
            .create({"name": name, "raw": png(), **values})
        )

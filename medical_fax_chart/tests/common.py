import base64
import io

import pymupdf
from PIL import Image, ImageDraw

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.medical_fax.tests.common import FaxFixture, FaxHttpCommon

PRACTITIONER = "medical_chart.group_practitioner"
LIMITED = "medical_chart.group_practitioner_limited"
FRONT_DESK = "medical_chart.group_front_desk"
CHART_MANAGER = "medical_chart.group_manager"


class FaxChartFixture(FaxFixture):
    """The clinic of medical_fax's tests, with charts instead of stand-ins for them.

    ``doctor`` and ``other_doctor`` are practitioners, ``desk`` is at the front desk,
    ``limited`` is Practitioner Limited and the practitioner of ``other_patient``.
    ``user`` and ``manager`` fax and have no chart.
    """

    @classmethod
    def _make_users(cls):
        cls.doctor = cls.new_user(
            "t_doctor", PRACTITIONER, name="Dr Ines Quiroga", licence_number="LIC-4711"
        )
        # sudo: one's own signature, in a field of administrators
        cls.doctor.sudo().signature_image = base64.b64encode(signature_png())
        cls.other_doctor = cls.new_user("t_other_doctor", PRACTITIONER)
        cls.desk = cls.new_user("t_front_desk", FRONT_DESK)
        cls.limited = cls.new_user("t_limited", LIMITED)
        cls.chart_manager = cls.new_user("t_chart_manager", CHART_MANAGER)
        return super()._make_users()

    @classmethod
    def _make_source(cls):
        """The records of this addon, as they were installed."""
        cls.entry_source = cls.env.ref("medical_fax_chart.fax_source_chart_entry")
        cls.plan_source = cls.env.ref("medical_fax_chart.fax_source_treatment_plan")

    @classmethod
    def _make_patients(cls):
        partners = cls.env["res.partner"]
        cls.referrer = partners.create({"name": "Dr Ann Lee", "lang": "en_US"})
        cls.lee.partner_id = cls.referrer
        cls.drugstore = partners.create({"name": "Corner Pharmacy", "lang": "en_US"})
        cls.pharmacy.partner_id = cls.drugstore
        cls.patient = cls.new_patient(
            "Greta Sandoval",
            birth_date="1984-02-29",
            identifier="P-0815",
            practitioner_id=cls.doctor.id,
            referring_doctor_id=cls.referrer.id,
            pharmacy_id=cls.drugstore.id,
        )
        cls.other_patient = cls.new_patient(
            "Tomas Okafor",
            practitioner_id=cls.limited.id,
            family_doctor_id=cls.drugstore.id,
        )

    @classmethod
    def new_patient(cls, name, **values):
        values = {"name": name, "company_id": cls.company.id, **values}
        return cls.env["medical.patient"].create(values)

    # WRITING CHARTS

    @classmethod
    def new_entry(cls, title="Follow-up", body="<p>Pain is better.</p>", **values):
        """Return a signed entry of the patient, written by the doctor unless told else.

        :param signed: False for a draft
        :param files: dict of file name to content, attached before signing
        """
        author = values.pop("author", cls.doctor)
        patient = values.pop("patient", cls.patient)
        signed = values.pop("signed", True)
        files = values.pop("files", {})
        entries = cls.env["medical.chart.entry"].with_user(author)
        entry = entries.create(
            {"patient_id": patient.id, "title": title, "body": body, **values}
        )
        attachments = entries.env["ir.attachment"].create(
            [
                {"name": name, "raw": raw, "res_model": entry._name, "res_id": entry.id}
                for name, raw in files.items()
            ]
        )
        if attachments:
            entry.attachment_ids = [Command.set(attachments.ids)]
        if signed:
            entry.action_sign()
        return entry.with_env(cls.env)

    @classmethod
    def new_plan(cls, name="Knee rehabilitation", **values):
        author = values.pop("author", cls.doctor)
        plans = cls.env["medical.treatment.plan"].with_user(author)
        values.setdefault("patient_id", cls.patient.id)
        return plans.create({"name": name, **values}).with_env(cls.env)

    # FAXING THEM

    def compose(self, records=None, user=None, recipients=None, **values):
        """As the fixture's, by the doctor unless told else; also for a range.

        :param date_from, date_to: all entries of ``patient`` between two days
        """
        user = user or self.doctor
        if "date_from" not in values and "date_to" not in values:
            return super().compose(records, user, recipients, **values)
        patient = values.pop("patient", self.patient)
        composers = self.env["fax.composer"].with_user(user)
        action = composers.action_compose(
            model="medical.chart.entry",
            patient_id=patient.partner_id.id,
            date_from=values.pop("date_from", None),
            date_to=values.pop("date_to", None),
        )
        composer = composers.browse(action["res_id"])
        lee = composer._contact_recipient(self.lee)
        composer.write({"recipients": [lee], **values})
        return composer

    def document(self, fax):
        """The frozen pages of a fax, as pymupdf opens them."""
        return pymupdf.open("pdf", fax.sudo().document_id._content())

    def pages(self, fax):
        """The text of each page of a fax, with single spaces."""
        return [
            " ".join(page.get_text().replace("\u200b", "").split())
            for page in self.document(fax)
        ]


def signature_png():
    """A picture of a signature: a thick black stroke on white."""
    image = Image.new("RGB", (240, 80), "white")
    ImageDraw.Draw(image).line([(10, 70), (110, 10), (230, 60)], "black", 12)
    return png(image)


def photo_png(size=(300, 200)):
    """A picture with something on it: a black disc on grey."""
    image = Image.new("RGB", size, (200, 200, 200))
    ImageDraw.Draw(image).ellipse([80, 40, 200, 160], (0, 0, 0))
    return png(image)


def png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def pdf(*texts):
    """A PDF with a page for each text."""
    document = pymupdf.open()
    for text in texts:
        document.new_page().insert_text((72, 144), text, fontsize=14)
    return document.tobytes()


class FaxChartCommon(FaxChartFixture, TransactionCase):
    """Tests of faxing from the chart without a web client."""


class FaxChartHttpCommon(FaxChartFixture, FaxHttpCommon):
    """Tests of what a browser, or a program through RPC, can do with the chart."""

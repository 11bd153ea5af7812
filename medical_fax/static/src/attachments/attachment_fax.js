import { AttachmentList } from "@mail/core/common/attachment_list";
import { FileViewer } from "@web/core/file_viewer/file_viewer";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const TYPES = ["application/pdf", "image/jpeg", "image/png", "image/tiff"];

/** Whether a file of the chatter can be faxed: saved, and of a type with pages. */
function canFax(component, file) {
    const access = component.env.services["medical_fax.access"];
    return Boolean(access?.canFax) && file?.id > 0 && TYPES.includes(file.mimetype);
}

async function fax(component, file) {
    const { action, orm } = component.env.services;
    await action.doAction(
        await orm.call("fax.composer", "action_compose", [], { attachment_ids: [file.id] })
    );
}

patch(AttachmentList.prototype, {
    canFax(attachment) {
        return !this.env.inComposer && !attachment.uploading && canFax(this, attachment);
    },
    onClickFax(attachment) {
        return fax(this, attachment);
    },
    /** Override of `mail`, for the menu on phones. */
    getActions(attachment) {
        const actions = super.getActions(attachment);
        if (this.canFax(attachment)) {
            actions.push({
                label: _t("Fax"),
                icon: "fa fa-fax",
                onSelect: () => this.onClickFax(attachment),
            });
        }
        return actions;
    },
});

patch(FileViewer.prototype, {
    get canFax() {
        return canFax(this, this.state.file);
    },
    async onClickFax() {
        const { file } = this.state;
        this.close();
        await fax(this, file);
    },
});

import { Component, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const WIDTH = 700; // dots; a fax page has 1728
const THUMBNAIL_WIDTH = 100;
const ZOOMED_WIDTH = 1400;
const KEYS = {
    ArrowRight: 1,
    ArrowDown: 1,
    PageDown: 1,
    ArrowLeft: -1,
    ArrowUp: -1,
    PageUp: -1,
};

/**
 * Pages of a fax as the other machine prints them: one large, all as a strip.
 *
 * - pages: how many
 * - getUrl(index, width): the picture of a page, `width` in dots
 * - getCaption(index): what the page is, in words
 * - flags: what is wrong with pages, lists of words by index
 * - version: changes when the pages do
 * - onShow(index): a page came into view, large
 * The slot "actions" gets the index of the large page.
 */
export class PageViewer extends Component {
    static template = "medical_fax.PageViewer";
    static props = {
        pages: Number,
        getUrl: Function,
        getCaption: { type: Function, optional: true },
        flags: { type: Object, optional: true },
        version: { type: String, optional: true },
        onShow: { type: Function, optional: true },
        slots: { type: Object, optional: true },
    };
    static defaultProps = { getCaption: () => "", flags: {}, onShow: () => {} };

    setup() {
        this.stripRef = useRef("strip");
        this.state = useState({ index: 0, isZoomed: false });
        onWillUpdateProps(({ pages }) => {
            this.state.index = Math.max(0, Math.min(this.state.index, pages - 1));
        });
        useEffect(
            (index) => {
                this.props.onShow(index);
                this.showThumbnail(index);
            },
            () => [this.state.index, this.props.pages]
        );
    }

    get indexes() {
        return Array.from({ length: this.props.pages }, (_value, index) => index);
    }

    get url() {
        const width = this.state.isZoomed ? ZOOMED_WIDTH : WIDTH;
        return this.props.getUrl(this.state.index, width);
    }

    thumbnailUrl(index) {
        return this.props.getUrl(index, THUMBNAIL_WIDTH);
    }

    position(index) {
        return _t("Page %(page)s of %(pages)s", { page: index + 1, pages: this.props.pages });
    }

    getFlags(index) {
        return this.props.flags[index] || [];
    }

    describe(index) {
        const parts = [this.position(index), this.props.getCaption(index)];
        return [...parts, ...this.getFlags(index)].filter(Boolean).join(", ");
    }

    show(index) {
        if (index >= 0 && index < this.props.pages) {
            this.state.index = index;
        }
    }

    toggleZoom() {
        this.state.isZoomed = !this.state.isZoomed;
    }

    /** Only the strip scrolls: the dialog around it stays where it is. */
    showThumbnail(index) {
        const strip = this.stripRef.el;
        const button = strip?.children[index];
        if (button) {
            strip.scrollLeft = button.offsetLeft - (strip.clientWidth - button.offsetWidth) / 2;
        }
    }

    onKeydown(ev) {
        const isScroll = this.state.isZoomed && ev.key.startsWith("Arrow");
        if (isScroll || ev.ctrlKey || ev.altKey || ev.metaKey) {
            return;
        }
        const targets = { Home: 0, End: this.props.pages - 1 };
        const target = ev.key in KEYS ? this.state.index + KEYS[ev.key] : targets[ev.key];
        if (target !== undefined) {
            ev.preventDefault();
            ev.stopPropagation();
            this.show(target);
        }
    }
}

import { Component, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

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
 * - images: their pictures by index, missing ones are on their way
 * - largeImages: the same in full, for those who zoom in
 * - getCaption(index): what the page is, in words
 * - flags: what is wrong with pages, lists of words by index
 * - onShow(index, isZoomed): a page came into view
 * The slot "actions" gets the index of the page in view.
 */
export class PageViewer extends Component {
    static template = "medical_fax.PageViewer";
    static props = {
        pages: Number,
        images: Object,
        largeImages: { type: Object, optional: true },
        getCaption: { type: Function, optional: true },
        flags: { type: Object, optional: true },
        onShow: { type: Function, optional: true },
        slots: { type: Object, optional: true },
    };
    static defaultProps = {
        largeImages: {},
        getCaption: () => "",
        flags: {},
        onShow: () => {},
    };

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

    get image() {
        const { index, isZoomed } = this.state;
        return (isZoomed && this.props.largeImages[index]) || this.props.images[index];
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

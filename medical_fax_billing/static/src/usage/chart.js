/* global Chart */
import { onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";

/** Colours that differ in brightness too, for those who see them alike. */
export const COLORS = {
    used: "#1f4e79",
    reserved: "#c9861a",
    start: "#2f7d4f",
    refill: "#66b088",
    included: "#b7dcc7",
    sent: "#1f4e79",
    received: "#7fb2d9",
};

/**
 * A chart in the component's canvas, drawn anew when its data changes.
 *
 * @param {() => Object} getConfig of Chart.js
 * @param {() => any[]} getDependencies what it is drawn from
 */
export function useChart(getConfig, getDependencies) {
    const canvasRef = useRef("canvas");
    onWillStart(() => loadBundle("web.chartjs_lib"));
    useEffect(
        () => {
            const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
            const config = getConfig();
            config.options = {
                responsive: true,
                maintainAspectRatio: false,
                animation: isStill ? false : { duration: 300 },
                ...config.options,
            };
            const chart = new Chart(canvasRef.el, config);
            return () => chart.destroy();
        },
        getDependencies
    );
}

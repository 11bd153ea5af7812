import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { COLORS, useChart } from "./chart";

/** Pages of each day of a month, sent and received. */
export class UsageDays extends Component {
    static template = "medical_fax_billing.UsageDays";
    static props = { days: Array };

    setup() {
        useChart(
            () => this.config,
            () => [this.props.days]
        );
    }

    get used() {
        return this.props.days.filter(({ sent, received }) => sent || received);
    }

    get config() {
        const { days } = this.props;
        const set = (key, label) => ({
            label,
            data: days.map((day) => day[key]),
            backgroundColor: COLORS[key],
        });
        const axis = { stacked: true, grid: { display: false } };
        return {
            type: "bar",
            data: {
                labels: days.map(({ day }) => day),
                datasets: [set("sent", _t("Sent")), set("received", _t("Received"))],
            },
            options: {
                plugins: { legend: { position: "bottom" } },
                scales: {
                    x: axis,
                    y: { stacked: true, beginAtZero: true, ticks: { precision: 0 } },
                },
            },
        };
    }
}

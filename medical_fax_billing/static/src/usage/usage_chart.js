import { Component } from "@odoo/owl";
import { COLORS, useChart } from "./chart";

/** Used, reserved and left as the parts of a ring. The table beside it says the same. */
export class UsageChart extends Component {
    static template = "medical_fax_billing.UsageChart";
    static props = { parts: Array };

    setup() {
        useChart(
            () => this.config,
            () => [this.props.parts]
        );
    }

    get shown() {
        return this.props.parts.filter((part) => part.value > 0);
    }

    color(part) {
        return COLORS[part.key] || "#6c757d";
    }

    get config() {
        const parts = this.shown;
        return {
            type: "doughnut",
            data: {
                labels: parts.map((part) => part.label),
                datasets: [
                    {
                        data: parts.map((part) => part.value),
                        backgroundColor: parts.map((part) => this.color(part)),
                        borderColor: "#ffffff",
                        borderWidth: 2,
                    },
                ],
            },
            options: {
                cutout: "60%",
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        callbacks: { label: (item) => ` ${parts[item.dataIndex].text}` },
                    },
                },
            },
        };
    }
}

// The example under a discount's form: reckoned anew by the server whenever the form changes.
(() => {
    "use strict";

    const FIELDS = ["agency", "tour", "session", "discount_percent", "discount_amount"];
    const WAIT = 300;

    function typed(form, panel) {
        const query = new URLSearchParams();
        const known = { ...panel.dataset, discount_percent: panel.dataset.percent, discount_amount: panel.dataset.amount };
        for (const name of FIELDS) {
            const field = form.elements.namedItem(name);
            query.set(name, (field ? field.value : known[name]) || "");
        }
        query.set("own", panel.dataset.own || "");
        return query;
    }

    async function reckon(form, panel) {
        const answer = await fetch(`${panel.dataset.example}?${typed(form, panel)}`);
        if (answer.ok) panel.innerHTML = await answer.text();
    }

    document.addEventListener("DOMContentLoaded", () => {
        const panel = document.querySelector("[data-example]");
        const form = panel && document.getElementById(panel.dataset.form);
        if (!form) return;
        let timer;
        const soon = () => {
            clearTimeout(timer);
            timer = setTimeout(() => reckon(form, panel), WAIT);
        };
        form.addEventListener("input", soon);
        // The pickers tell only jQuery that they have changed.
        django.jQuery(form).on("change", soon);
        soon();
    });
})();

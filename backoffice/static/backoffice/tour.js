// A tour's page: its tabs, the parameters of the category chosen, terms read back, the map.
(function () {
    "use strict";

    const form = document.querySelector("[data-tour-form]");
    if (!form) {
        return;
    }

    // --- tabs: the address after # says which, "#ru:title_ru" also the field

    const nav = document.querySelector("[data-tabs]");
    const panels = document.querySelectorAll("[data-panel]");

    function open(address) {
        const [id, field] = address.replace("#", "").split(":");
        if (!document.querySelector(`[data-panel="${CSS.escape(id)}"]`)) {
            return;
        }
        nav.querySelectorAll("[data-tab]").forEach(function (tab) {
            tab.setAttribute("aria-current", tab.dataset.tab === id);
        });
        const tab = nav.querySelector("[aria-current=true]");
        nav.scrollTo({ left: tab.offsetLeft - nav.offsetLeft - 24 });
        panels.forEach((panel) => panel.classList.toggle("c-open", panel.dataset.panel === id));
        const place = field && document.getElementById(`field-${field}`);
        if (place) {
            place.classList.add("c-flash");
            place.scrollIntoView({ block: "center" });
            const input = place.querySelector("trix-editor, input:not([type=hidden]), textarea, select");
            input && input.focus({ preventScroll: true });
        }
        return true;
    }

    function start() {
        const wrong = nav.querySelector("[data-wrong]");
        nav.classList.add("c-tabs-live");
        if (wrong) {
            open(wrong.dataset.tab);
        } else if (!open(window.location.hash)) {
            open("ru");
        }
    }

    document.addEventListener("click", function (event) {
        const link = event.target.closest("a[href^='#']");
        if (link && open(link.hash)) {
            event.preventDefault();
            history.replaceState(null, "", link.hash);
            if (!link.dataset.tab && !link.hash.includes(":")) {
                nav.scrollIntoView({ block: "start" });
            }
        }
    });

    window.addEventListener("hashchange", () => open(window.location.hash));

    // A link's own dialog of Trix would take the page's keys otherwise; files are the gallery's.
    document.addEventListener("trix-file-accept", (event) => event.preventDefault());

    // --- parameters of the category chosen

    const category = form.querySelector("[name=category]");
    const asked = form.querySelector("[data-parameters]");

    async function ask() {
        const data = new FormData(form);
        data.set("tour", form.dataset.tour);
        const answer = await fetch(form.dataset.asks, { method: "POST", body: data });
        if (answer.ok && !answer.redirected) {
            asked.innerHTML = await answer.text();
            open("params");
        }
    }

    category && category.addEventListener("change", ask);

    // --- the cancellation steps, read back while they are typed

    const told = form.querySelector("[data-policy]");

    function number(name, row) {
        const text = row.querySelector(`[name=${name}]`).value.trim();
        return /^\d+$/.test(text) ? Number(text) : null;
    }

    function readBack() {
        const steps = Array.from(form.querySelectorAll("#id_cancellation_policy [data-row]"))
            .map((row) => [
                number("cancellation_policy-days_before", row),
                number("cancellation_policy-refund_percent", row),
            ])
            .filter(([days, percent]) => days !== null && percent !== null)
            .sort((one, other) => other[0] - one[0]);
        const share = (percent) => (percent ? `${percent} %` : told.dataset.nothing);
        const lines = steps.map(function ([days, percent], place) {
            const until = place && steps[place - 1][0];
            const span = !place || until - 1 <= days ? days : `${days}–${until - 1}`;
            const words = place ? told.dataset.next : told.dataset.first;
            return words.replace("{days}", span).replace("{share}", share(percent));
        });
        if (steps.length && steps[steps.length - 1][0] > 0) {
            lines.push(told.dataset.last.replace("{share}", share(0)));
        }
        told.replaceChildren(...lines.map(function (line) {
            const item = document.createElement("li");
            item.textContent = line;
            return item;
        }));
    }

    if (told) {
        form.addEventListener("input", function (event) {
            if (event.target.closest("#id_cancellation_policy")) {
                readBack();
            }
        });
    }

    // What children pay is said of the tour as it is saved.
    const ages = form.querySelector("#panel-terms");
    ages && ages.addEventListener("input", function (event) {
        const terms = event.target.closest("#field-child_to_age, #field-child_percent, #field-infant_to_age, #field-infant_percent");
        terms && ages.querySelector("[data-children]").classList.add("c-stale");
    });

    // --- the map, at the coordinates typed

    const coordinates = form.querySelector("[name=coordinates]");
    const map = form.querySelector("[data-map]");
    coordinates && coordinates.addEventListener("input", function () {
        const found = coordinates.value.match(/(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)/);
        if (found) {
            map.href = `https://www.openstreetmap.org/?mlat=${found[1]}&mlon=${found[2]}#map=16/${found[1]}/${found[2]}`;
        }
    });

    start();
})();

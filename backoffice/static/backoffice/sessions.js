// Dates: counts the ticked ones, dims the others; typing into a term ticks it. Works without, too.
(() => {
    const dates = document.querySelector("[data-dates]");
    if (dates) {
        const recount = () => {
            let count = 0;
            for (const row of dates.querySelectorAll("[data-date]")) {
                const box = row.querySelector("input[type=checkbox]");
                row.classList.toggle("c-off", !box || !box.checked);
                count += box && box.checked ? 1 : 0;
            }
            dates.querySelector("[data-count]").textContent = count;
        };
        dates.addEventListener("change", recount);
        recount();
    }
    for (const term of document.querySelectorAll("[data-term]")) {
        const box = term.querySelector("[data-tick] input");
        term.addEventListener("input", (event) => {
            if (event.target !== box) box.checked = true;
        });
        // Who types fast was here before this script.
        for (const field of term.querySelectorAll("input:not([type=checkbox])")) {
            if (field.value !== field.defaultValue) box.checked = true;
        }
    }
})();

// A dialog comes to a page that is there already: its days get the calendar that the page's own have.
(() => {
    const isOver = () => document.querySelector("#dialog")?.offsetParent;

    document.addEventListener("htmx:load", (event) => {
        const come = event.detail.elt;
        // Those the page came with Django looks after.
        if (come === document.body) return;
        come.querySelectorAll("input.vDateField").forEach((day) => window.DateTimeShortcuts.addCalendar(day));
    });

    // Escape closes the calendar alone, and Unfold, which then lights the page, leaves it dimmed.
    window.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && document.querySelector(".calendarbox[open]")) event.stopPropagation();
    }, true);
    document.addEventListener("close", (event) => {
        if (event.target.matches(".calendarbox") && isOver()) document.getElementById("modal-overlay").style.display = "";
    }, true);
})();

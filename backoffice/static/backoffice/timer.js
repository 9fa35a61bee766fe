// Keeps countdown badges running: elements with data-until, an ISO instant.
(function () {
    "use strict";

    const COLOURS = ["c-plain", "c-warning", "c-danger"];

    function show(badge) {
        const minutes = Math.floor((Date.parse(badge.dataset.until) - Date.now()) / 60000);
        badge.classList.remove(...COLOURS);
        badge.classList.add(minutes < 15 ? "c-danger" : minutes < 30 ? "c-warning" : "c-plain");
        badge.textContent = minutes < 0 ? badge.dataset.over : `${minutes} ${badge.dataset.unit}`;
    }

    setInterval(function () {
        document.querySelectorAll("[data-until]").forEach(show);
    }, 15000);

    // What can be taken back says how long it still can, and goes when it no longer can.
    function tick(form) {
        const left = Math.ceil((Date.parse(form.dataset.undoUntil) - Date.now()) / 1000);
        form.hidden = left <= 0;
        form.querySelector(".c-undo-left").textContent = ` · 0:${String(left).padStart(2, "0")}`;
    }

    setInterval(function () {
        document.querySelectorAll("[data-undo-until]").forEach(tick);
    }, 250);

    // The approvals list and the first page renew themselves while nobody is busy there.
    function isBusy() {
        const dialog = document.getElementById("dialog");
        const typed = document.activeElement && document.activeElement.matches("input, textarea");
        const chosen = document.querySelector("input.action-select:checked, details[open]");
        return document.hidden || typed || chosen || (dialog && dialog.offsetParent !== null);
    }

    setInterval(function () {
        const renewed = ".model-bookingrequest.change-list, [data-renews]";
        if (document.querySelector(renewed) && !isBusy()) {
            window.location.reload();
        }
    }, 60000);
})();

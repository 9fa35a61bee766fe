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

    // The approvals list renews itself while nobody is in the middle of something.
    function isBusy() {
        const dialog = document.getElementById("dialog");
        const typed = document.activeElement && document.activeElement.matches("input, textarea");
        const chosen = document.querySelector("input.action-select:checked");
        return document.hidden || typed || chosen || (dialog && dialog.offsetParent !== null);
    }

    setInterval(function () {
        if (document.body.matches(".model-bookingrequest.change-list") && !isBusy()) {
            window.location.reload();
        }
    }, 60000);
})();

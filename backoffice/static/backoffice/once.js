// A form is sent once: whoever presses its button twice has asked for one thing.
(function () {
    "use strict";

    // A file is handed out without leaving the page; then the button is wanted again.
    const RESTS = 10000;

    function buttons(form) {
        return Array.from(form.elements).filter((each) => each.matches("button:not([type=button]), input[type=submit]"));
    }

    function rest(form) {
        form.dataset.sent = "";
        buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
        setTimeout(() => wake(form), RESTS);
    }

    function wake(form) {
        delete form.dataset.sent;
        buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
    }

    function isOfHtmx(form) {
        return form.matches("[hx-post], [data-hx-post]");
    }

    // Before htmx and the page's own scripts hear of it.
    document.addEventListener("submit", function (event) {
        const form = event.target;
        // Not ``form.method``: a field of that name would answer in its place.
        if (form.getAttribute("method")?.toLowerCase() !== "post") return;
        if ("sent" in form.dataset) {
            event.preventDefault();
            event.stopImmediatePropagation();
            return;
        }
        rest(form);
        // A script that sends it by itself, or asks first, looks after its buttons.
        setTimeout(function () {
            if (event.defaultPrevented && !isOfHtmx(form)) wake(form);
        });
    }, true);

    // A dialog that was refused is mended and sent again; one that leads on has done its work.
    document.addEventListener("htmx:afterRequest", function (event) {
        const form = event.target.closest?.("form[data-sent]");
        if (form && !event.detail.xhr?.getResponseHeader("HX-Redirect")) wake(form);
    });

    // Back again, as the browser has kept the page.
    window.addEventListener("pageshow", function () {
        document.querySelectorAll("form[data-sent]").forEach(wake);
    });
})();

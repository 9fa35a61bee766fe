// What was typed into a form and not saved: asked about before the page is left or something is done
// with what is saved. Phones leave a page without asking, and a dialog acts on the row as it is.
(function () {
    "use strict";

    const words = document.currentScript.dataset;
    const form = document.querySelector("form.warn-unsaved-form");
    if (!form) {
        return;
    }
    let isTyped = "typed" in words;

    // Also what an editor of rich text tells of, which is no input of the form.
    ["input", "change"].forEach((name) => form.addEventListener(name, () => (isTyped = true)));
    form.addEventListener("submit", () => (isTyped = false));
    window.addEventListener("beforeunload", (event) => isTyped && event.preventDefault());

    function leads(link) {
        if (link.matches("[hx-target='#modal-content']")) {
            return true;
        }
        const away = link.getAttribute("href");
        return away && !/^(#|javascript:)/.test(away) && !link.target && !link.download && !link.matches(".related-widget-wrapper-link");
    }

    function forget() {
        isTyped = false;
        // Unfold asks by itself.
        window.removeEventListener("beforeunload", window.preventLeaving);
    }

    function button(text, look, done) {
        const one = document.createElement("button");
        one.type = "button";
        one.className = `c-button ${look}`;
        one.textContent = text;
        one.addEventListener("click", done);
        return one;
    }

    function ask(link) {
        const box = document.createElement("dialog");
        const said = document.createElement("h2");
        const buttons = document.createElement("div");
        const save = form.querySelector("[name=_continue]") || document.querySelector(`[name=_continue][form="${form.id}"]`);
        box.className = "c-unsaved";
        said.textContent = words.title;
        buttons.className = "c-unsaved-buttons";
        save && buttons.append(button(words.save, "c-button-primary", () => (box.close(), save.click())));
        buttons.append(
            button(words.leave, "", () => (box.close(), forget(), link.click())),
            button(words.stay, "", () => box.close()),
        );
        box.append(said, buttons);
        box.addEventListener("close", () => box.remove());
        document.body.append(box);
        box.showModal();
    }

    // Before htmx, Alpine and the page's own scripts hear of it.
    document.addEventListener("click", function (event) {
        const link = event.target.closest?.("a");
        const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
        if (isTyped && link && !elsewhere && leads(link)) {
            event.preventDefault();
            event.stopImmediatePropagation();
            ask(link);
        }
    }, true);
})();

// Fields that select2 draws have no name for those who listen: give them their label's.
(function () {
    "use strict";

    function name(select) {
        const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
        const drawn = select.nextElementSibling;
        if (!label || !drawn || !drawn.classList.contains("select2")) {
            return;
        }
        for (const part of drawn.querySelectorAll("[role=combobox], [role=textbox], input")) {
            part.setAttribute("aria-label", label.textContent.trim());
        }
    }

    function nameAll() {
        document.querySelectorAll("select.select2-hidden-accessible[id]").forEach(name);
    }

    window.addEventListener("load", nameAll);
    document.addEventListener("formset:added", function () {
        setTimeout(nameAll);
    });
})();

// Fields that select2 draws have no name for those who listen: give them their label's.
(function () {
    "use strict";

    function name(drawn) {
        const select = drawn.previousElementSibling;
        const label = select && select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
        if (!label) {
            return;
        }
        for (const part of drawn.querySelectorAll("[role=combobox], [role=textbox], input")) {
            part.setAttribute("aria-label", label.textContent.trim());
        }
    }

    // They are drawn late, and again for each form that is added.
    new MutationObserver(function (changes) {
        for (const change of changes) {
            for (const added of change.addedNodes) {
                if (added.classList && added.classList.contains("select2-container")) {
                    name(added);
                }
            }
        }
    }).observe(document.documentElement, { childList: true, subtree: true });
})();

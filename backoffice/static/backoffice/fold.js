// Long sections come folded on a phone; without a script they stand open.
(function () {
    "use strict";

    if (window.matchMedia("(max-width: 767px)").matches) {
        document.querySelectorAll("details[data-fold]").forEach(function (section) {
            section.open = false;
        });
    }
})();

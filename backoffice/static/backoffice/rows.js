// Rows of backoffice.admin.rows: added, removed, moved by buttons or dragged by their grip.
(function () {
    "use strict";

    function announce(rows) {
        // Unfold asks before unsaved changes are left behind.
        rows.dispatchEvent(new Event("input", { bubbles: true }));
        const first = rows.querySelector("input, textarea, select");
        (first || rows).dispatchEvent(new Event("input", { bubbles: true }));
    }

    function show(scope) {
        scope.querySelectorAll("[data-row-tools], [data-row-grip]").forEach((tool) => (tool.hidden = false));
    }

    function add(rows) {
        const blank = rows.querySelector("[data-rows-blank]").content.firstElementChild.cloneNode(true);
        show(blank);
        rows.querySelector("[data-rows-list]").append(blank);
        blank.querySelector("input, textarea, select").focus();
        announce(rows);
    }

    function move(row, down) {
        const other = down ? row.nextElementSibling : row.previousElementSibling;
        if (other && other.matches("[data-row]")) {
            down ? other.after(row) : other.before(row);
            row.querySelector(down ? "[data-row-down]" : "[data-row-up]").focus();
            announce(row.closest("[data-rows]"));
        }
    }

    document.addEventListener("click", function (event) {
        const button = event.target.closest("button");
        if (!button) {
            return;
        }
        const row = button.closest("[data-row]");
        const rows = button.closest("[data-rows]");
        if (button.matches("[data-rows-add]")) {
            add(rows);
        } else if (button.matches("[data-row-up]")) {
            move(row, false);
        } else if (button.matches("[data-row-down]")) {
            move(row, true);
        } else if (button.matches("[data-row-remove]")) {
            row.remove();
            announce(rows);
        }
    });

    // --- dragging, by the grip alone: text in the inputs stays selectable

    let dragged = null;

    document.addEventListener("mousedown", function (event) {
        const grip = event.target.closest("[data-row-grip]");
        if (grip) {
            grip.closest("[data-row]").draggable = true;
        }
    });

    document.addEventListener("dragstart", function (event) {
        if (event.target.matches && event.target.matches("[data-row][draggable=true]")) {
            dragged = event.target;
            dragged.classList.add("c-dragged");
        }
    });

    document.addEventListener("dragover", function (event) {
        const row = dragged && event.target.closest && event.target.closest("[data-row]");
        if (!row || row.parentElement !== dragged.parentElement) {
            return;
        }
        event.preventDefault();
        const box = row.getBoundingClientRect();
        event.clientY > box.top + box.height / 2 ? row.after(dragged) : row.before(dragged);
    });

    document.addEventListener("dragend", function () {
        if (dragged) {
            dragged.classList.remove("c-dragged");
            dragged.draggable = false;
            announce(dragged.closest("[data-rows]"));
            dragged = null;
        }
    });

    function start() {
        document.querySelectorAll("[data-rows]").forEach(function (rows) {
            show(rows);
            rows.querySelector("[data-rows-add]").hidden = false;
        });
    }

    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();

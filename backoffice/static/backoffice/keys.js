// Keys, by where they lie on the keyboard: whoever types Russian need not change the layout.
(function () {
    "use strict";

    const PALETTE = "search-input-command";
    const WAITS = 1500;
    let going = 0;

    function isBusy(event) {
        const field = event.target.closest?.("textarea, select, [contenteditable=true], .select2-container");
        const input = event.target.closest?.("input");
        const typed = input && !["checkbox", "radio", "button", "submit"].includes(input.type);
        const page = window.Alpine?.$data(document.body) || {};
        const covered = page.openModal || page.shortcutsOpen || page.openCommandResults || page.filterModalOpen;
        return event.ctrlKey || event.metaKey || event.altKey || field || typed || covered;
    }

    function openPalette() {
        window.dispatchEvent(new CustomEvent("opencommand"));
        // A dialog that has just been closed gives the focus back a moment later.
        setTimeout(() => document.getElementById(PALETTE)?.focus(), 60);
    }

    function rowLinks() {
        const rows = document.querySelectorAll("#result_list tbody tr, [data-hit]");
        const linkOf = (row) => (row.matches("a") ? row : row.querySelector("th a[href], td a[href^='/']"));
        return Array.from(rows, linkOf).filter(Boolean);
    }

    function step(by) {
        const links = rowLinks();
        const row = document.activeElement.closest("#result_list tr, [data-hit]");
        const here = links.findIndex((link) => row && (row === link || row.contains(link)));
        const next = links[here < 0 && by < 0 ? -1 : here + by];
        next?.focus();
        next?.scrollIntoView({ block: "nearest" });
    }

    function go(letter) {
        document.querySelector(`[data-go="${letter}"]`)?.click();
    }

    function slash(event) {
        const page = window.Alpine?.$data(document.body);
        const list = document.getElementById("searchbar");
        event.preventDefault();
        if (event.shiftKey) {
            // With an English layout Unfold has opened it already.
            if (event.key !== "?" && page) page.shortcutsOpen = true;
        } else if (list) {
            list.focus();
            list.select();
        } else {
            openPalette();
        }
    }

    function press(event) {
        if (isBusy(event)) return;
        if (event.code === "Slash") return slash(event);
        if (!event.code.startsWith("Key") || event.shiftKey) return;
        const letter = event.code.slice(3).toLowerCase();
        if (Date.now() - going < WAITS) {
            going = 0;
            event.stopPropagation();
            return go(letter);
        }
        if (letter === "g") going = Date.now();
        if (letter === "j") step(1);
        if (letter === "k") step(-1);
    }

    // Before Unfold's own listeners, which would take the second letter for theirs.
    window.addEventListener("keydown", press, true);

    document.addEventListener("keydown", function (event) {
        // Unfold opens the palette unless a field has the focus; a search from within one is as good.
        if (event.code === "KeyK" && (event.ctrlKey || event.metaKey) && event.target.id !== PALETTE) {
            event.preventDefault();
            event.stopPropagation();
            openPalette();
        }
        if (event.key === "Enter" && event.target.id === PALETTE && !document.querySelector(".c-hit-on")) {
            const words = event.target.value.trim();
            if (words) window.location = `${document.querySelector(".c-seek").href}?q=${encodeURIComponent(words)}`;
        }
        if (event.key === "Escape") {
            document.querySelectorAll("details[data-pop][open]").forEach(function (pop) {
                pop.open = false;
                pop.querySelector("summary").focus();
            });
        }
    }, true);

    document.addEventListener("toggle", function (event) {
        if (event.target.matches("details[data-pop][open]")) {
            event.target.querySelector("input:not([type=hidden])")?.focus();
        }
    }, true);
})();

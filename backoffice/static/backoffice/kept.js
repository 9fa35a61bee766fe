// What was typed into a form that was sent in vain, because the session had ended or was begun anew:
// kept in this tab until the form is there again. A browser would restore it at "Back", but not into
// pages that must not be stored.
(function () {
    "use strict";

    const KEY = "circle.kept";
    const page = () => location.pathname + location.search;
    const person = () => document.querySelector("[data-person]")?.dataset.person;
    const isTyped = (field) => field.name && !field.matches("[type=hidden], [type=password], [type=file], [type=submit], button");
    const editorOf = (field) => field.id && document.querySelector(`trix-editor[input="${CSS.escape(field.id)}"]`);

    function isChanged(field) {
        if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
        if (field.matches("select")) return Array.from(field.options).some((each) => each.selected !== each.defaultSelected);
        return field.value !== field.defaultValue;
    }

    function stateOf(field) {
        if (field.matches("select")) return Array.from(field.selectedOptions, (each) => [each.value, each.text]);
        return field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value;
    }

    function fieldsOf(form) {
        const fields = Array.from(form.elements);
        const named = (field) => [field.name, field.matches("[type=radio], [type=checkbox]") ? field.value : "", stateOf(field)];
        const typed = fields.filter((field) => (isTyped(field) && isChanged(field)) || editorOf(field));
        // What the page has shown: who changed the row meanwhile is still told of.
        const seen = fields.filter((field) => field.name === "_seen");
        return typed.length ? [...typed, ...seen].map(named) : [];
    }

    function keep(event) {
        const form = event.target;
        // Not ``form.method``: a field of that name would answer in its place.
        if (form.getAttribute("method")?.toLowerCase() !== "post" || document.body.classList.contains("login")) return;
        const fields = fieldsOf(form);
        if (fields.length) sessionStorage.setItem(KEY, JSON.stringify({ page: page(), person: person(), fields }));
    }

    function put(field, state) {
        if (editorOf(field)) return editorOf(field).editor?.loadHTML(state);
        if (field.matches("[type=checkbox], [type=radio]")) {
            field.checked = state;
        } else if (field.matches("select")) {
            Array.from(field.options).forEach((each) => { each.selected = false; });
            state.forEach(function ([value, text]) {
                const known = Array.from(field.options).find((each) => each.value === value);
                if (known) known.selected = true;
                else field.add(new Option(text, value, false, true));
            });
        } else {
            field.value = state;
        }
        ["input", "change"].forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true })));
    }

    function restore(fields) {
        fields.forEach(function ([name, value, state]) {
            const same = Array.from(document.getElementsByName(name));
            const field = same.find((each) => !value || each.value === value);
            if (field) put(field, state);
        });
    }

    function look() {
        const kept = JSON.parse(sessionStorage.getItem(KEY) || "null");
        if (!kept) return;
        if (document.body.classList.contains("login")) {
            sessionStorage.setItem(KEY, JSON.stringify({ ...kept, isAway: true }));
            return;
        }
        if (kept.person !== person()) {
            sessionStorage.removeItem(KEY);
            return;
        }
        const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
        const isHere = kept.page === page();
        if (isHere && (kept.isAway || isBack)) restore(kept.fields);
        // Answered, then, unless another page came between the sign-in and the form.
        if (isHere || !kept.isAway) sessionStorage.removeItem(KEY);
    }

    document.addEventListener("submit", keep);
    window.addEventListener("load", look);
})();

/* The page of settings: "Take the default" writes it into the field; saving is another step. */
"use strict";

(() => {
    const inputsOf = (name) => [...document.querySelectorAll(`[name="${name}"]`)];

    const write = (name, value) => {
        for (const input of inputsOf(name)) {
            if (input.type !== "checkbox") input.value = value;
            else input.checked = Array.isArray(value) ? value.includes(input.value) : value;
        }
    };

    const isDefault = (name, value) => inputsOf(name).every((input) => {
        if (input.type !== "checkbox") return input.value === String(value);
        return input.checked === (Array.isArray(value) ? value.includes(input.value) : value);
    });

    document.addEventListener("DOMContentLoaded", () => {
        for (const button of document.querySelectorAll("[data-setting]")) {
            const name = button.dataset.setting;
            const value = JSON.parse(document.getElementById(`${name}-default`).textContent);
            const show = () => { button.hidden = isDefault(name, value); };
            button.addEventListener("click", () => { write(name, value); show(); });
            for (const input of inputsOf(name)) input.addEventListener("input", show);
            show();
        }
    });
})();

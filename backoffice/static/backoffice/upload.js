// Pictures are dropped or chosen, shown, and sent one by one; without this file the form sends all.
(function () {
    "use strict";

    const form = document.querySelector("form[data-upload]");
    const zone = document.querySelector("[data-drop]");
    if (zone) {
        takeDrops(zone, zone.querySelector("input[type=file]"));
    }
    if (!form) {
        return;
    }
    const input = zone.querySelector("input[type=file]");
    const list = form.querySelector("[data-files]");
    const summary = form.querySelector("[data-summary]");
    const button = form.querySelector("[type=submit]");
    const words = form.dataset;
    let waiting = [];

    function takeDrops(zone, input) {
        zone.classList.add("c-drop-live");
        if (!form) {
            // In the window beside a field the whole form is sent at once.
            const text = zone.querySelector(".c-drop-text");
            input.addEventListener("change", function () {
                text.textContent = Array.from(input.files, (file) => file.name).join(", ");
            });
        }
        zone.addEventListener("dragover", function (event) {
            event.preventDefault();
            zone.classList.add("c-drop-over");
        });
        zone.addEventListener("dragleave", () => zone.classList.remove("c-drop-over"));
        zone.addEventListener("drop", function (event) {
            event.preventDefault();
            zone.classList.remove("c-drop-over");
            input.files = event.dataTransfer.files;
            input.dispatchEvent(new Event("change"));
        });
    }

    function element(tag, classes, text) {
        const made = document.createElement(tag);
        made.className = classes;
        made.textContent = text || "";
        return made;
    }

    function show(file) {
        const item = element("li", "c-file");
        const picture = element("img", "c-thumb");
        picture.alt = "";
        picture.src = URL.createObjectURL(file);
        picture.onload = () => URL.revokeObjectURL(picture.src);
        picture.onerror = () => picture.replaceWith(element("span", "c-thumb c-thumb-none"));
        const lines = element("span", "c-two");
        const state = element("span", "c-quiet", words.waiting);
        lines.append(element("span", "", file.name), state);
        const remove = element("button", "c-button c-file-remove", "×");
        remove.type = "button";
        remove.title = words.remove;
        remove.setAttribute("aria-label", `${words.remove}: ${file.name}`);
        remove.addEventListener("click", function () {
            waiting = waiting.filter((one) => one.item !== item);
            item.remove();
            renew();
        });
        item.append(picture, lines, remove);
        list.append(item);
        return { file, item, state, remove };
    }

    function renew() {
        button.disabled = waiting.length === 0;
        input.required = false;
    }

    input.addEventListener("change", function () {
        list.querySelectorAll("[data-result]").forEach((done) => done.remove());
        summary.textContent = "";
        waiting.push(...Array.from(input.files, show));
        // Kept here from now on: the input would forget them at the next choice.
        input.value = "";
        renew();
    });

    async function send(one) {
        const data = new FormData(form);
        data.set(input.name, one.file);
        one.remove.hidden = true;
        one.state.textContent = words.sending;
        const answer = await fetch(form.action, {
            method: "POST",
            body: data,
            headers: { "X-One-By-One": "1" },
        });
        if (answer.status !== 200 || answer.redirected) {
            throw new Error(answer.status);
        }
        one.item.outerHTML = await answer.text();
    }

    function failed(one, text) {
        one.state.textContent = text;
        one.state.className = "c-text-danger";
        one.remove.hidden = false;
    }

    function counted() {
        return ["stored", "known", "refused"]
            .map((result) => [result, list.querySelectorAll(`[data-result=${result}]`).length])
            .filter(([, count]) => count)
            .map(([result, count]) => `${summary.dataset[result]}: ${count}`)
            .join(" · ");
    }

    form.addEventListener("submit", async function (event) {
        event.preventDefault();
        button.disabled = true;
        const again = [];
        for (const one of waiting) {
            if (one.file.size > Number(words.largest)) {
                failed(one, words.tooLarge);
                one.item.dataset.result = "refused";
                continue;
            }
            try {
                await send(one);
            } catch {
                failed(one, words.failed);
                again.push(one);
            }
        }
        waiting = again;
        renew();
        summary.textContent = counted();
        form.querySelector("[data-back]").textContent = words.done;
    });

    renew();
})();

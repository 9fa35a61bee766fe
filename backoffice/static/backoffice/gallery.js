// The gallery on a tour's page: changed in place, so that nothing typed in the form is lost.
(function () {
    "use strict";

    const gallery = document.querySelector("[data-gallery]");
    if (!gallery) {
        return;
    }
    const FRAGMENT = { "X-Fragment": "1" };

    function address() {
        return gallery.querySelector("[data-gallery-form]").action;
    }

    function token() {
        return gallery.querySelector("[name=csrfmiddlewaretoken]").value;
    }

    function prepare() {
        gallery.querySelectorAll("[data-gallery-drop], [data-pictures]").forEach((one) => (one.hidden = false));
        const count = document.querySelector("[data-tab=photos] .c-badge");
        if (count) {
            count.textContent = gallery.querySelectorAll("[data-photo]").length;
        }
    }

    async function show(answer) {
        if (!answer.ok || answer.redirected) {
            window.location.reload();
            return;
        }
        gallery.innerHTML = await answer.text();
        prepare();
        await renewCard();
    }

    // What is missing and the cover are said above the form, which keeps what was typed.
    async function renewCard() {
        const answer = await fetch(window.location.pathname);
        const card = document.querySelector(".c-tour-card");
        if (card && answer.ok && !answer.redirected) {
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            card.replaceChildren(...page.querySelector(".c-tour-card").childNodes);
            window.htmx.process(card);
        }
    }

    async function change(pairs) {
        const data = new FormData();
        data.set("csrfmiddlewaretoken", token());
        pairs.forEach(([name, value]) => data.append(name, value));
        await show(await fetch(address(), { method: "POST", body: data, headers: FRAGMENT }));
    }

    gallery.addEventListener("submit", function (event) {
        event.preventDefault();
        const button = event.submitter;
        change([[button.name, button.value]]).then(function () {
            const same = gallery.querySelector(`button[name="${button.name}"][value="${button.value}"]:not([disabled])`);
            same && same.focus();
        });
    });

    // --- dragging

    let dragged = null;

    gallery.addEventListener("dragstart", function (event) {
        dragged = event.target.closest("[data-photo]");
        dragged && dragged.classList.add("c-dragged");
    });

    gallery.addEventListener("dragover", function (event) {
        const photo = dragged && event.target.closest("[data-photo]");
        if (!photo) {
            return;
        }
        event.preventDefault();
        const box = photo.getBoundingClientRect();
        event.clientX > box.left + box.width / 2 ? photo.after(dragged) : photo.before(dragged);
    });

    gallery.addEventListener("dragend", function () {
        if (dragged) {
            dragged = null;
            change(Array.from(gallery.querySelectorAll("[data-photo]"), (one) => ["order", one.dataset.photo]));
        }
    });

    // --- adding: files one by one, each with its outcome

    function line(name, text) {
        const item = document.createElement("li");
        item.className = "c-file";
        item.textContent = `${name}: ${text}`;
        return item;
    }

    async function send(file, url, words, list) {
        const waiting = line(file.name, words.sending);
        list.append(waiting);
        const data = new FormData();
        data.set("csrfmiddlewaretoken", token());
        data.set("pictures", file);
        try {
            const answer = await fetch(url, { method: "POST", body: data, headers: { "X-One-By-One": "1" } });
            if (answer.status !== 200 || answer.redirected) {
                throw new Error(answer.status);
            }
            waiting.outerHTML = await answer.text();
        } catch {
            waiting.textContent = `${file.name}: ${words.failed}`;
            waiting.classList.add("c-error");
        }
    }

    async function add(zone, files) {
        const list = gallery.querySelector("[data-gallery-outcomes]");
        for (const file of files) {
            await send(file, zone.dataset.uploadUrl, list.dataset, list);
        }
        // What was refused is still to be read when the gallery is drawn anew.
        const refused = Array.from(list.children).filter((one) => one.dataset.result !== "stored");
        await show(await fetch(address(), { headers: FRAGMENT }));
        const renewed = gallery.querySelector("[data-gallery-outcomes]");
        renewed && renewed.append(...refused);
    }

    gallery.addEventListener("change", function (event) {
        const zone = event.target.closest("[data-gallery-drop]");
        zone && add(zone, Array.from(event.target.files));
    });

    gallery.addEventListener("dragover", function (event) {
        const zone = !dragged && event.target.closest("[data-gallery-drop]");
        if (zone) {
            event.preventDefault();
            zone.classList.add("c-drop-over");
        }
    });

    gallery.addEventListener("drop", function (event) {
        const zone = !dragged && event.target.closest("[data-gallery-drop]");
        if (zone) {
            event.preventDefault();
            add(zone, Array.from(event.dataTransfer.files));
        }
    });

    // --- pictures that the agency has

    async function list(url) {
        const answer = await fetch(url, { headers: FRAGMENT });
        if (answer.ok && !answer.redirected) {
            gallery.querySelector("[data-pictures-shelf]").innerHTML = await answer.text();
        }
    }

    gallery.addEventListener("click", function (event) {
        const button = event.target.closest("button");
        if (!button) {
            return;
        }
        const url = gallery.querySelector("[data-pictures]")?.dataset.pictures;
        if (button.matches("[data-pictures]")) {
            list(url);
        } else if (button.matches("[data-pictures-more]")) {
            list(`${url}?before=${button.dataset.picturesMore}`);
        } else if (button.matches("[data-pictures-take]")) {
            const chosen = gallery.querySelectorAll("[data-pictures-shelf] input:checked");
            chosen.length && change(Array.from(chosen, (one) => ["add", one.value]));
        }
    });

    prepare();
})();

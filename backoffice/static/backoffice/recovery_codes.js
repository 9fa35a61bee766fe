// The page of recovery codes: copy and print.

document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies], [data-prints]");
    if (!button) return;
    if ("prints" in button.dataset) {
        window.print();
        return;
    }
    const list = document.getElementById(button.dataset.copies);
    const codes = [...list.children].map((each) => each.textContent).join("\n");
    try {
        await navigator.clipboard.writeText(codes);
        button.lastElementChild.textContent = button.dataset.done;
    } catch {
        // Not over plain http: the codes are marked, to be copied by hand.
        window.getSelection().selectAllChildren(list);
    }
});

// "Tick all on this page": shown only where it works.
const all = document.querySelector("[data-all]");
if (all) {
    const rows = [...document.querySelectorAll("input[name=row]")];
    all.closest("label").hidden = rows.length < 2;
    all.addEventListener("change", () => rows.forEach((row) => { row.checked = all.checked; }));
}

// A form that was sent back shows what is wrong with it, however far down the page that stands.
window.addEventListener("load", () => {
    const isSeen = (each) => each.offsetParent !== null;
    const first = (wanted) => Array.from(document.querySelectorAll(wanted)).find(isSeen);
    const field = first("form [aria-invalid=true]");
    const place = field || first("form .errornote");
    place?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
});

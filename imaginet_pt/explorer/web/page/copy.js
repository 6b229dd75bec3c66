"use strict";
// Tables to the clipboard, as CSV.

/** A table as CSV; cells with a comma, a quotation mark or a line end are quoted. */
function csv(columns, rows) {
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** Copy text, also where the browser grants no clipboard, and say whether that was done. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = document.activeElement;
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before?.focus();
    return done;
  }
}

/** A button that copies a table; `what` is its name, for those who do not see where it stands. */
function CopyTable({ what, columns, rows }) {
  const [said, setSaid] = useState("Copy as CSV");
  const copy = async () => {
    setSaid((await copyText(csv(columns, rows))) ? "Copied" : "The browser refuses to copy");
    setTimeout(() => setSaid("Copy as CSV"), 2000);
  };
  return html`<button type="button" class="quiet" onClick=${copy} aria-label="Copy ${what} as CSV">
    <span aria-live="polite">${said}</span>
  </button>`;
}

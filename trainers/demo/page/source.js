// The choice of a picture: a sample, a test example, or a file of the user.

import { choice, field, make, number } from "./elements.js";

const SOURCES = { test: "A test example", sample: "A sample of the model", file: "A file" };

async function inBase64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

// Calls `use` with each picture that the user chooses.
export function source(work, panel, use) {
  const kind = choice("source", SOURCES);
  const which = number("number", 0, { min: 0, max: 4294967295, step: 1 });
  const file = make("input", { type: "file", accept: "image/*" });
  const invert = make("input", { type: "checkbox" });
  const numbered = field("Number", which);
  const chosen = field("Picture file, or drop one here", file);
  const inverted = field("Black for white", invert, "check");
  const note = make("p", { className: "quiet" });
  let dropped = null;

  async function load() {
    const asked = { source: kind.value, number: Number(which.value), invert: invert.checked };
    if (kind.value === "file") {
      const given = dropped ?? file.files[0];
      if (!given) return;
      asked.name = given.name;
      asked.data = await inBase64(given);
    }
    await work.run("picture", asked, async (message) => {
      note.textContent = message.note;
      await use(message.image);
    });
  }

  function arrange() {
    const isFile = kind.value === "file";
    numbered.hidden = isFile;
    numbered.firstChild.textContent = kind.value === "sample" ? "Seed" : "Number, 0 to 99";
    chosen.hidden = inverted.hidden = !isFile;
  }

  kind.addEventListener("change", () => { arrange(); load(); });
  file.addEventListener("change", () => { dropped = null; load(); });
  for (const control of [which, invert]) control.addEventListener("change", load);
  panel.addEventListener("dragover", (event) => { event.preventDefault(); panel.classList.add("drop"); });
  panel.addEventListener("dragleave", () => panel.classList.remove("drop"));
  panel.addEventListener("drop", (event) => {
    event.preventDefault();
    panel.classList.remove("drop");
    dropped = event.dataTransfer.files[0] ?? null;
    kind.value = "file";
    arrange();
    load();
  });
  arrange();
  return { fields: [field("Picture", kind), numbered, chosen, inverted], note, load };
}

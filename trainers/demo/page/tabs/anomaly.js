// How unusual a picture, a text or a row of a table is, and where.

import { choice, field, make } from "../elements.js";
import { Pixels, colour, heat, place } from "../pictures.js";
import { RowEditor, written } from "../rows.js";
import { source } from "../source.js";
import { Work } from "../work.js";
import { SurpriseText } from "./text.js";

export const title = "Anomalies";

const SCORES = {
  likelihood: "Likelihood: how improbable it is",
  typicality: "Typicality: how far from the usual surprise, too probable included",
};

export function build(panel, model, index) {
  const loading = new Work(index);
  const work = new Work(index);
  const score = choice("score", SCORES);
  const verdict = make("p", { role: "status", className: "verdict" });
  panel.append(
    make("h2", {}, "How unusual is it?"),
    make("p", {}, "The p-value is the share of normal test examples, with the one that is judged among them, that are at least as unusual. An alarm at p ≤ 0.01 is false for at most one normal example in a hundred, whatever the model."),
  );
  const judge = (asked, take) => work.run("anomaly", { ...asked, score: score.value }, (message) => {
    if (message.said) work.said.textContent = message.said;
    if (message.p_value === undefined) return;
    const { p_value: p, num_normal: count } = message;
    verdict.textContent = `p = ${p.toFixed(4)}, among ${count} normal examples. ${p <= 0.01 ? "An anomaly." : "Nothing unusual."} Score ${message.score.toFixed(1)}; normal ones have ${message.normal[0].toFixed(1)} to ${message.highest.toFixed(1)}, half of them up to ${message.normal[1].toFixed(1)}.`;
    take(message);
  });
  const arrange = { text: ofTexts, tables: ofRows }[model.medium] ?? ofPictures;
  const parts = arrange({ panel, model, loading, judge });
  panel.append(
    make("form", { onsubmit: () => false }, ...parts.fields, field("Score", score, "wide"), ...(parts.buttons ?? []), work.stop),
    ...parts.notes,
    loading.element,
    verdict,
    work.element,
    ...parts.shown,
  );
  score.addEventListener("change", () => parts.again());
  return { begin: parts.begin, end: () => { loading.cancel(); work.cancel(); } };
}

function ofPictures({ panel, model, loading, judge }) {
  const picture = new Pixels(model, "The picture");
  const map = new Pixels(model, "Surprise of each pixel. The arrow keys move.", { cursor: true });
  const readout = make("p", { className: "readout", role: "status" });
  let bits = null, last = null;
  map.onhover = true;
  map.onmove = (pixel) => {
    if (bits) readout.textContent = `${place(pixel, model)}: ${bits[pixel].toFixed(3)} bits`;
  };
  const look = (image) => {
    last = image;
    picture.paint((pixel) => colour(image, pixel, model));
    return judge({ image }, (message) => {
      bits = message.bits;
      const largest = Math.max(...bits, 1e-6);
      map.paint((pixel) => heat(bits[pixel] / largest));
      map.onmove(map.cursor);
    });
  };
  const chooser = source(loading, panel, look);
  return {
    fields: chooser.fields,
    notes: [chooser.note],
    shown: [make("div", { className: "side" },
      make("div", {}, make("h3", {}, "The picture"), picture.canvas),
      make("div", {}, make("h3", {}, "Where it is odd"), map.canvas, readout))],
    begin: chooser.load,
    again: () => last && look(last),
  };
}

function ofTexts({ panel, model, loading, judge }) {
  const length = model.event_shape[0];
  const input = make("textarea", { name: "text", required: true });
  const file = make("input", { type: "file", accept: ".txt,text/plain" });
  const text = new SurpriseText("The text");
  const go = make("button", { type: "button", className: "act first" }, "Judge");
  const look = () => judge({ text: input.value }, (message) => {
    text.clear();
    [...message.text].forEach((character, at) => text.add({ text: character, bits: message.bits[at], others: [] }));
  });
  async function take(given) {
    if (!given) return;
    input.value = (await given.text()).slice(0, 100000);
    look();
  }
  let count = 0;
  const next = () => loading.run("example", { number: count++ % 10 }, (message) => {
    input.value = message.text;
    return look();
  });
  const another = make("button", { type: "button", className: "act" }, "A test example");
  another.addEventListener("click", next);
  go.addEventListener("click", look);
  file.addEventListener("change", () => take(file.files[0]));
  panel.addEventListener("dragover", (event) => event.preventDefault());
  panel.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });
  return {
    fields: [field(`Text, of which the first ${length} characters are judged`, input, "full"), field("Text file, or drop one here", file)],
    buttons: [go, another],
    notes: [],
    shown: text.parts,
    begin: next,
    again: () => input.value && look(),
  };
}

function ofRows({ model, loading, judge }) {
  const editor = new RowEditor(model.columns);
  const body = make("tbody");
  const heads = ["Column", "Value", "Bits"].map((head) => make("th", { scope: "col", className: head === "Bits" ? "number" : "" }, head));
  const go = make("button", { type: "button", className: "act first" }, "Judge");
  const look = () => {
    const row = editor.row;
    return judge({ row }, ({ bits }) => {
      body.replaceChildren(...model.columns.map(({ name }, at) => {
        const surprise = make("td", { className: "number surprise" }, bits[at].toFixed(2));
        surprise.style.setProperty("--share", Math.min(bits[at] / 8, 1).toFixed(3));
        return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, written(row[at])), surprise);
      }));
    });
  };
  let count = 0;
  const next = () => loading.run("row", { number: count++ % 10 }, ({ row }) => {
    editor.row = row;
    return look();
  });
  const another = make("button", { type: "button", className: "act" }, "A test example");
  another.addEventListener("click", next);
  go.addEventListener("click", look);
  const caption = make("caption", {}, "Where it is odd: the surprise of each value");
  return {
    fields: editor.fields,
    buttons: [go, another],
    notes: [],
    shown: [make("table", { className: "rows" }, caption, make("thead", {}, make("tr", {}, ...heads)), body)],
    begin: next,
    again: look,
  };
}

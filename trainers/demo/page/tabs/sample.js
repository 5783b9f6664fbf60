// Samples, side by side, or rows of a table.

import { drawing, field, make, number } from "../elements.js";
import { thumbnail } from "../pictures.js";
import { RowTable } from "../rows.js";
import { Work } from "../work.js";

export const title = "Sample";

export function build(panel, model, index) {
  const work = new Work(index);
  const draw = drawing();
  const num = number("num", 16, { min: 1, max: 64, step: 1 });
  const go = make("button", { className: "act first" }, "Sample");
  const again = make("button", { type: "button", className: "act" }, "Next seed");
  const form = make("form", {}, field("Number", num), ...draw.fields, go, again, work.stop);
  const view = model.columns.length ? new Rows(model) : new Pictures(model);
  panel.append(
    make("h2", {}, "Samples of the model"),
    make("p", {}, `A sample depends on the model, the seed and its number alone. ${view.note}`),
    form,
    work.element,
    view.element,
  );

  const begin = () =>
    work.run("sample", { num: Number(num.value), ...draw.values() }, (message) => {
      if (message.first === 0) view.clear();
      if (message.log_prob) view.score(message.log_prob);
      else view.add(message);
    });

  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  again.addEventListener("click", () => { draw.controls.seed.stepUp(); begin(); });
  return { begin, end: () => work.cancel() };
}

class Pictures {
  constructor(model) {
    this.model = model;
    this.note = "Below each is its log-probability in nats.";
    this.element = make("ul", { className: "grid", "aria-label": "Samples" });
  }

  clear() {
    this.element.replaceChildren();
  }

  add({ first, images }) {
    this.element.append(...images.map((image, at) => this.entry(image, first + at)));
  }

  entry(image, at) {
    const canvas = thumbnail(image, this.model);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Sample ${at}`);
    return make("li", {}, canvas, make("span", {}, "…"));
  }

  score(logProbs) {
    logProbs.forEach((value, at) => { this.element.children[at].lastChild.textContent = value.toFixed(1); });
  }
}

class Rows {
  constructor({ columns }) {
    this.table = new RowTable(columns, "Rows that the model drew", ["log p, nats"]);
    this.element = this.table.element;
    this.note = "The last column has its log-probability.";
  }

  clear() {
    this.table.clear();
  }

  add({ rows }) {
    for (const row of rows) this.table.add(row, null, ["…"]);
  }

  score(logProbs) {
    logProbs.forEach((value, at) => { this.table.body.children[at].lastChild.textContent = value.toFixed(2); });
  }
}

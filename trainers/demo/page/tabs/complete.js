// An eraser, and what the model makes of the rest.

import { drawing, field, make } from "../elements.js";
import { Pixels, colour, place, thumbnail } from "../pictures.js";
import { source } from "../source.js";
import { Work } from "../work.js";

export const title = "Complete";

const ERASED = "rgb(227 163 58)";

export function build(panel, model, index) {
  const [height, width] = model.event_shape;
  const loading = new Work(index);
  const work = new Work(index);
  const draw = drawing();
  let image = null, known = new Array(height * width).fill(1);

  const paper = new Pixels(model, "The picture. The arrow keys move, space erases or brings back a pixel, shift and an arrow key erase on the way.", { cursor: true });
  paper.canvas.classList.add("brush");
  const where = make("p", { className: "quiet readout", role: "status" }, "Erase with a pointer, or with the arrow keys and space.");
  const brush = make("input", { type: "range", min: 1, max: 7, step: 1, value: 3 });
  const buttons = {
    lower: make("button", { type: "button", className: "act" }, "Erase the lower half"),
    nothing: make("button", { type: "button", className: "act" }, "Bring all back"),
  };
  const go = make("button", { className: "act first" }, "Complete six ways");
  const results = make("ul", { className: "grid six", "aria-label": "Completions" });
  const note = make("p", { className: "quiet" });
  const chooser = source(loading, panel, (chosen) => { image = chosen; repaint(); });
  const form = make("form", {}, ...draw.fields, go, work.stop);
  panel.append(
    make("h2", {}, "Erase a part, and let the model complete it"),
    make("form", { onsubmit: () => false }, ...chooser.fields),
    chooser.note,
    loading.element,
    make("div", { className: "side" },
      make("div", {},
        make("h3", {}, "The picture"),
        paper.canvas,
        make("form", { onsubmit: () => false }, field("Width of the eraser", brush), buttons.lower, buttons.nothing),
        where),
      make("div", { className: "rest" }, make("h3", {}, "Completions"), form, work.element, results, note)),
  );

  function show(pixel) {
    paper.put(pixel, known[pixel] || !image ? colour(image ?? [], pixel, model) : ERASED);
  }

  function repaint() {
    if (image) paper.paint((pixel) => (known[pixel] ? colour(image, pixel, model) : ERASED));
  }

  function erase(pixel) {
    const reach = (Number(brush.value) - 1) / 2;
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    for (let y = Math.ceil(row - reach); y <= row + reach; y++) {
      for (let x = Math.ceil(column - reach); x <= column + reach; x++) {
        if (y < 0 || x < 0 || y >= height || x >= width) continue;
        known[y * width + x] = 0;
        show(y * width + x);
      }
    }
  }

  function setAll(isKnown) {
    known = known.map((_, pixel) => (isKnown(pixel) ? 1 : 0));
    repaint();
  }

  let held = false;
  paper.canvas.addEventListener("pointerdown", (event) => {
    held = true;
    paper.canvas.setPointerCapture(event.pointerId);
    erase(paper.at(event));
  });
  paper.canvas.addEventListener("pointermove", (event) => { if (held) erase(paper.at(event)); });
  for (const name of ["pointerup", "pointercancel"]) {
    paper.canvas.addEventListener(name, () => { if (held) begin(); held = false; });
  }
  paper.onmove = (pixel) => { where.textContent = `${place(pixel, model)}: ${known[pixel] ? "known" : "erased"}`; };
  paper.onpress = (pixel) => {
    if (known[pixel]) erase(pixel);
    else { known[pixel] = 1; show(pixel); }
    paper.onmove(pixel);
  };
  buttons.lower.addEventListener("click", () => { setAll((pixel) => pixel < width * Math.ceil(height / 2)); begin(); });
  buttons.nothing.addEventListener("click", () => setAll(() => true));

  function begin() {
    if (!image) return;
    const asked = { image, known, ...draw.values() };
    return work.run("complete", asked, (message) => {
      note.textContent = message.note;
      if (message.first === 0) results.replaceChildren();
      results.append(...message.images.map((completed, at) => {
        const canvas = thumbnail(completed, model);
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", `Completion ${message.first + at}`);
        return make("li", {}, canvas);
      }));
    });
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  return {
    async begin() {
      setAll((pixel) => pixel < width * Math.ceil(height / 2));
      await chooser.load();
      await begin();
    },
    end: () => { loading.cancel(); work.cancel(); },
  };
}

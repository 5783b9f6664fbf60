// What a pixel depends on, found from the model itself.

import { make } from "../elements.js";
import { Pixels, heat, place } from "../pictures.js";
import { Work } from "../work.js";

export const title = "What a pixel sees";

const LATER = "rgb(236 238 242)", BLIND = "rgb(208 74 74)", LEAK = "rgb(255 0 255)";

export function build(panel, model, index) {
  const work = new Work(index);
  const map = new Pixels(model, "Choose a pixel with the arrow keys and Enter.", { cursor: true });
  const readout = make("p", { className: "readout", role: "status" });
  const legend = [[heat(0.75), "it depends on this"], [heat(0.1), "it does so weakly"], [BLIND, "before it, but never seen: the blind spot"], [LATER, "comes later"]];
  panel.append(
    make("h2", {}, "What a pixel sees"),
    make("p", {}, "Click a pixel, or move with the arrow keys and press Enter. What its distribution depends on is found by gradients and by changed values, not from the architecture."),
    make("form", { onsubmit: () => false }, work.stop),
    work.element,
    map.canvas,
    make("ul", { className: "legend" }, ...legend.map(([colour, text]) => {
      const square = make("i");
      square.style.background = colour;
      return make("li", {}, square, text);
    })),
    readout,
  );
  map.paint(() => LATER);

  function ask(pixel) {
    map.move(pixel);
    const width = model.event_shape[1];
    const asked = { row: Math.floor(pixel / width), column: pixel % width };
    return work.run("dependencies", asked, ({ sees, blind, leaks, influence }) => {
      const count = (pixels) => pixels.reduce((a, b) => a + b, 0);
      map.paint((i) => {
        if (leaks[i]) return LEAK;
        if (sees[i]) return heat(0.15 + 0.85 * Math.sqrt(influence[i]));
        return blind[i] ? BLIND : LATER;
      });
      readout.textContent = `The pixel in ${place(pixel, model)} depends on ${count(sees)} pixels. ${count(blind)} come before it and are not seen.` +
        (count(leaks) ? ` It sees ${count(leaks)} that it must not: a leak.` : "");
    });
  }

  map.onpress = ask;
  map.canvas.addEventListener("click", (event) => ask(map.at(event)));
  return { begin: () => ask(map.cursor), end: () => work.cancel() };
}
